-- What must be shown before somebody may do something, what was shown, and who looked at it.

-- +goose Up
-- One piece of evidence, as it was handed in. Rows are never changed, but emptied when their time has run out.
CREATE TABLE evidence (
  id           BIGINT NOT NULL PRIMARY KEY,
  kind         TEXT   NOT NULL CHECK (kind IN ('organisation', 'programme', 'person')),
  subject_id   BIGINT NOT NULL,
  requirement  TEXT   NOT NULL,
  list_version BIGINT NOT NULL,              -- of the list that asked for it
  blob_id      BIGINT NOT NULL DEFAULT 0,
  reference    TEXT   NOT NULL DEFAULT '',   -- number on the document
  note_zh      TEXT   NOT NULL DEFAULT '',
  note_en      TEXT   NOT NULL DEFAULT '',
  from_at      BIGINT NOT NULL,
  until_at     BIGINT NOT NULL DEFAULT 0,    -- 0: does not run out
  made_by      BIGINT NOT NULL DEFAULT 0,
  made_at      BIGINT NOT NULL
);
CREATE INDEX evidence_subject ON evidence (kind, subject_id, requirement, id);

-- What people said of it, in order. Rows are never changed.
CREATE TABLE evidence_decision (
  evidence_id BIGINT NOT NULL REFERENCES evidence (id),
  n           BIGINT NOT NULL,
  verdict     TEXT   NOT NULL CHECK (verdict IN ('accepted', 'refused', 'revoked')),
  reason      TEXT   NOT NULL DEFAULT '',
  note        TEXT   NOT NULL DEFAULT '',    -- what the person who handed it in is told
  decided_by  BIGINT NOT NULL,
  decided_at  BIGINT NOT NULL,
  PRIMARY KEY (evidence_id, n)
);

-- Where each requirement of each subject stands: what the rows above come to.
CREATE TABLE checklist_standing (
  kind        TEXT   NOT NULL,
  subject_id  BIGINT NOT NULL,
  requirement TEXT   NOT NULL,
  open_id     BIGINT NOT NULL DEFAULT 0,     -- evidence that waits for a word
  first_by    BIGINT NOT NULL DEFAULT 0,     -- who accepted it, when a second must
  holds_id    BIGINT NOT NULL DEFAULT 0,     -- the last that was accepted
  starts_at   BIGINT NOT NULL DEFAULT 0,
  ends_at     BIGINT NOT NULL DEFAULT 0,     -- 0: does not run out
  refused_id  BIGINT NOT NULL DEFAULT 0,     -- refused or revoked, and nothing since
  stops       BOOLEAN NOT NULL DEFAULT FALSE, -- without it the subject may do nothing at all
  PRIMARY KEY (kind, subject_id, requirement)
);
CREATE INDEX checklist_standing_open ON checklist_standing (kind, open_id) WHERE open_id <> 0;
CREATE INDEX checklist_standing_ends ON checklist_standing (kind, ends_at) WHERE holds_id <> 0 AND ends_at <> 0;

-- What was said already of what runs out; days 0: that it has.
CREATE TABLE evidence_reminder (
  evidence_id BIGINT NOT NULL REFERENCES evidence (id),
  days        BIGINT NOT NULL,
  made_at     BIGINT NOT NULL,
  PRIMARY KEY (evidence_id, days)
);

-- An organisation was stopped at once by one person; another looks at it within days, and two let it
-- go on. Rows end, they are never deleted.
CREATE TABLE suspension (
  id              BIGINT NOT NULL PRIMARY KEY,
  organisation_id BIGINT NOT NULL REFERENCES organisation (id),
  reason          TEXT   NOT NULL,
  note            TEXT   NOT NULL DEFAULT '',
  made_by         BIGINT NOT NULL,
  made_at         BIGINT NOT NULL,
  review_by_at    BIGINT NOT NULL,             -- until when a second person has to look
  reviewed_by     BIGINT NOT NULL DEFAULT 0,   -- who looked and upheld it
  reviewed_at     BIGINT NOT NULL DEFAULT 0,
  lift_first_by   BIGINT NOT NULL DEFAULT 0,   -- who said first that it can end
  lift_first_at   BIGINT NOT NULL DEFAULT 0,
  lifted_by       BIGINT NOT NULL DEFAULT 0,
  lifted_at       BIGINT NOT NULL DEFAULT 0,
  CHECK (lifted_by = 0 OR lifted_by <> lift_first_by),
  CHECK (reviewed_by = 0 OR reviewed_by <> made_by)
);
CREATE UNIQUE INDEX suspension_now ON suspension (organisation_id) WHERE lifted_at = 0;

-- An organisation has left the network for good. Its suspension is never lifted.
CREATE TABLE closing (
  organisation_id BIGINT NOT NULL PRIMARY KEY REFERENCES organisation (id),
  made_by         BIGINT NOT NULL,
  made_at         BIGINT NOT NULL
);

-- An organisation applies to work with the network.
CREATE TABLE application (
  id               BIGINT NOT NULL PRIMARY KEY,
  organisation_id  BIGINT NOT NULL UNIQUE REFERENCES organisation (id),
  state            TEXT   NOT NULL CHECK (state IN ('draft', 'handed_in', 'returned', 'second', 'accepted', 'forgotten')),
  purpose_zh       TEXT   NOT NULL DEFAULT '',
  purpose_en       TEXT   NOT NULL DEFAULT '',
  account_sealed   BYTEA  NOT NULL,            -- bank account, under the organisation's key; empty: none
  account_tail     TEXT   NOT NULL DEFAULT '', -- its last four digits
  appeal           TEXT   NOT NULL DEFAULT '', -- what the organisation answers to a refusal
  made_by          BIGINT NOT NULL,
  made_at          BIGINT NOT NULL,
  handed_in_at     BIGINT NOT NULL DEFAULT 0,
  changed_at       BIGINT NOT NULL
);
CREATE INDEX application_made_by ON application (made_by);
CREATE INDEX application_queue ON application (state, handed_in_at);

-- The words on a whole application, in order. Rows are never changed.
CREATE TABLE application_word (
  application_id BIGINT NOT NULL REFERENCES application (id),
  n              BIGINT NOT NULL,
  word           TEXT   NOT NULL CHECK (word IN ('handed_in', 'returned', 'first', 'accepted', 'appealed')),
  note           TEXT   NOT NULL DEFAULT '',
  said_by        BIGINT NOT NULL,
  said_at        BIGINT NOT NULL,
  PRIMARY KEY (application_id, n)
);

-- Who answers for an organisation: signs in and applies, renews, is written to.
CREATE TABLE responsible (
  organisation_id BIGINT NOT NULL REFERENCES organisation (id),
  person_id       BIGINT NOT NULL REFERENCES person (id),
  post            TEXT   NOT NULL CHECK (post IN ('head', 'finance', 'safeguarding', 'contact')),
  made_by         BIGINT NOT NULL,
  made_at         BIGINT NOT NULL,
  confirmed_at    BIGINT NOT NULL DEFAULT 0,   -- when they said so themselves; 0: named by somebody else
  ended_at        BIGINT NOT NULL DEFAULT 0,   -- 0: still
  PRIMARY KEY (organisation_id, person_id, post)
);
CREATE INDEX responsible_person ON responsible (person_id);

-- A verifier says that they are too close to an organisation to judge it. It is never taken back.
CREATE TABLE conflict_of_interest (
  organisation_id BIGINT NOT NULL REFERENCES organisation (id),
  person_id       BIGINT NOT NULL REFERENCES person (id),
  reason          TEXT   NOT NULL CHECK (reason IN ('family', 'money', 'work', 'friendship', 'other')),
  made_at         BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, person_id)
);
CREATE INDEX conflict_of_interest_person ON conflict_of_interest (person_id);

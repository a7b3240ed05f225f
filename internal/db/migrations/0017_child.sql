-- Children's records: a code, and everything else sealed under a key of the record's own.

-- +goose Up
CREATE TABLE child_record (
  id              BIGINT  NOT NULL PRIMARY KEY,
  code            TEXT    NOT NULL,                       -- 'K-4711': random, never used again
  organisation_id BIGINT  NOT NULL,
  household_id    BIGINT  NOT NULL DEFAULT 0,             -- siblings share one; 0 for none known
  state           TEXT    NOT NULL CHECK (state IN ('enrolling', 'active', 'ended', 'erased')),
  made_by         BIGINT  NOT NULL,
  made_at         BIGINT  NOT NULL,
  ended_at        BIGINT  NOT NULL DEFAULT 0,
  held            BOOLEAN NOT NULL DEFAULT FALSE,         -- a legal hold: not to be erased
  erased_at       BIGINT  NOT NULL DEFAULT 0,
  name_lookup     TEXT    NOT NULL DEFAULT '',            -- of folded name and birth date; '' once erased
  number_lookup   TEXT    NOT NULL DEFAULT ''             -- of the identity document; '' for none
);
CREATE UNIQUE INDEX child_record_code ON child_record (code);
CREATE INDEX child_record_organisation ON child_record (organisation_id, state, id);
CREATE INDEX child_record_name ON child_record (name_lookup) WHERE name_lookup <> '';
CREATE INDEX child_record_number ON child_record (number_lookup) WHERE number_lookup <> '';
CREATE INDEX child_record_household ON child_record (household_id) WHERE household_id <> 0;

CREATE TABLE child_group (
  record_id  BIGINT NOT NULL REFERENCES child_record (id),
  name       TEXT   NOT NULL,                             -- the group of fields, as package access names it
  sealed     BYTEA  NOT NULL,                             -- JSON
  version    BIGINT NOT NULL,                             -- grows with each change
  changed_by BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (record_id, name)
);

CREATE TABLE child_guardian (
  id           BIGINT  NOT NULL PRIMARY KEY,
  record_id    BIGINT  NOT NULL REFERENCES child_record (id),
  person_id    BIGINT  NOT NULL DEFAULT 0,                -- 0: without an account, on paper through a worker
  sealed       BYTEA   NOT NULL,                          -- name, phone, relationship
  phone_lookup TEXT    NOT NULL DEFAULT '',
  authority    BOOLEAN NOT NULL,                          -- decides for the child
  reachable    BOOLEAN NOT NULL,                          -- has a telephone or an account
  proof        TEXT    NOT NULL DEFAULT '',               -- what showed it; '' until a worker has seen it
  proof_by     BIGINT  NOT NULL DEFAULT 0,
  proof_at     BIGINT  NOT NULL DEFAULT 0,
  from_at      BIGINT  NOT NULL,
  until_at     BIGINT  NOT NULL DEFAULT 0,                -- 0: open
  made_by      BIGINT  NOT NULL,
  made_at      BIGINT  NOT NULL
);
CREATE INDEX child_guardian_record ON child_guardian (record_id, id);
CREATE INDEX child_guardian_phone ON child_guardian (phone_lookup) WHERE phone_lookup <> '';
CREATE INDEX child_guardian_person ON child_guardian (person_id) WHERE person_id <> 0;

CREATE TABLE child_proof (
  guardian_id BIGINT NOT NULL REFERENCES child_guardian (id),
  blob_id     BIGINT NOT NULL,
  made_by     BIGINT NOT NULL,
  made_at     BIGINT NOT NULL,
  PRIMARY KEY (guardian_id, blob_id)
);

CREATE TABLE child_collector (
  id        BIGINT  NOT NULL PRIMARY KEY,
  record_id BIGINT  NOT NULL REFERENCES child_record (id),
  sealed    BYTEA   NOT NULL,                             -- name, phone, relationship, remark
  blob_id   BIGINT  NOT NULL DEFAULT 0,                   -- a picture; 0 for none
  forbidden BOOLEAN NOT NULL,                             -- must never collect the child
  from_at   BIGINT  NOT NULL,
  until_at  BIGINT  NOT NULL DEFAULT 0,
  made_by   BIGINT  NOT NULL,
  made_at   BIGINT  NOT NULL
);
CREATE INDEX child_collector_record ON child_collector (record_id, id);

-- A guardian lets somebody collect the child on one day, once, by a code that is said at the door.
CREATE TABLE child_pickup (
  id          BIGINT NOT NULL PRIMARY KEY,
  record_id   BIGINT NOT NULL REFERENCES child_record (id),
  guardian_id BIGINT NOT NULL REFERENCES child_guardian (id),
  sealed      BYTEA  NOT NULL,                            -- the code, who comes, what they are to the child
  from_at     BIGINT NOT NULL,                            -- the day, in the network's zone
  until_at    BIGINT NOT NULL,
  made_by     BIGINT NOT NULL,
  made_at     BIGINT NOT NULL,
  used_by     BIGINT NOT NULL DEFAULT 0,                  -- the worker at the door
  used_at     BIGINT NOT NULL DEFAULT 0,
  ended_at    BIGINT NOT NULL DEFAULT 0                   -- taken back, or by the next code for the same day
);
CREATE INDEX child_pickup_record ON child_pickup (record_id, until_at);

-- Wrong codes at the door: after a few, no code opens it that day.
CREATE TABLE child_wrong_pickup (
  id        BIGINT NOT NULL PRIMARY KEY,
  record_id BIGINT NOT NULL REFERENCES child_record (id),
  at        BIGINT NOT NULL
);
CREATE INDEX child_wrong_pickup_record ON child_wrong_pickup (record_id, at);

CREATE TABLE child_note (
  id         BIGINT NOT NULL PRIMARY KEY,
  record_id  BIGINT NOT NULL REFERENCES child_record (id),
  kind       TEXT   NOT NULL CHECK (kind IN ('observation', 'talk', 'health', 'school', 'family')),
  sealed     BYTEA  NOT NULL,
  author_id  BIGINT NOT NULL,
  made_at    BIGINT NOT NULL,
  changed_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX child_note_record ON child_note (record_id, id);

CREATE TABLE child_attachment (
  id         BIGINT NOT NULL PRIMARY KEY,
  record_id  BIGINT NOT NULL REFERENCES child_record (id),
  blob_id    BIGINT NOT NULL,
  sealed     BYTEA  NOT NULL,                             -- its title
  made_by    BIGINT NOT NULL,
  made_at    BIGINT NOT NULL
);
CREATE INDEX child_attachment_record ON child_attachment (record_id, id);

CREATE TABLE child_assignment (
  id              BIGINT NOT NULL PRIMARY KEY,
  record_id       BIGINT NOT NULL REFERENCES child_record (id),
  person_id       BIGINT NOT NULL,                        -- the worker
  organisation_id BIGINT NOT NULL,                        -- where they work
  from_at         BIGINT NOT NULL,
  until_at        BIGINT NOT NULL DEFAULT 0,
  made_by         BIGINT NOT NULL,
  made_at         BIGINT NOT NULL
);
CREATE INDEX child_assignment_record ON child_assignment (record_id, id);
CREATE INDEX child_assignment_person ON child_assignment (person_id, id);

CREATE TABLE child_referral (
  id         BIGINT NOT NULL PRIMARY KEY,
  record_id  BIGINT NOT NULL REFERENCES child_record (id),
  kind       TEXT   NOT NULL CHECK (kind IN ('referral', 'transfer')),
  from_id    BIGINT NOT NULL,                             -- organisations
  to_id      BIGINT NOT NULL,
  sealed     BYTEA  NOT NULL,                             -- why, and what the receiver answered
  state      TEXT   NOT NULL CHECK (state IN ('in_progress', 'accepted', 'done', 'rejected', 'revoked')),
  override_id BIGINT NOT NULL,                            -- the recorded decision by which it was made without consent; 0 for none
  made_by    BIGINT NOT NULL,
  made_at    BIGINT NOT NULL,
  decided_by BIGINT NOT NULL DEFAULT 0,                   -- who made the last step
  decided_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX child_referral_record ON child_referral (record_id, id);
CREATE INDEX child_referral_to ON child_referral (to_id, state, id);

CREATE TABLE child_request (
  id          BIGINT NOT NULL PRIMARY KEY,
  record_id   BIGINT NOT NULL REFERENCES child_record (id),
  guardian_id BIGINT NOT NULL,
  kind        TEXT   NOT NULL CHECK (kind IN ('correction', 'erasure', 'copy')),
  sealed      BYTEA  NOT NULL,                            -- what the guardian wrote
  state       TEXT   NOT NULL CHECK (state IN ('open', 'accepted', 'refused')),
  answer      BYTEA  NOT NULL,                            -- sealed
  made_by     BIGINT NOT NULL,
  made_at     BIGINT NOT NULL,
  decided_by  BIGINT NOT NULL DEFAULT 0,
  decided_at  BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX child_request_record ON child_request (record_id, id);
CREATE INDEX child_request_open ON child_request (id) WHERE state = 'open';

-- Forms that were sent, so that a double click counts once.
CREATE TABLE child_once (
  key     TEXT   NOT NULL PRIMARY KEY,                    -- SHA-256 in hex, of person and form
  made_at BIGINT NOT NULL
);
CREATE INDEX child_once_made ON child_once (made_at);

CREATE TABLE child_invite (
  hash        TEXT   NOT NULL PRIMARY KEY,                -- SHA-256 of the code that was handed over
  guardian_id BIGINT NOT NULL REFERENCES child_guardian (id),
  made_by     BIGINT NOT NULL,
  made_at     BIGINT NOT NULL,
  expires_at  BIGINT NOT NULL,
  used_at     BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX child_invite_guardian ON child_invite (guardian_id);

CREATE TABLE child_wrong_claim (
  id        BIGINT NOT NULL PRIMARY KEY,
  person_id BIGINT NOT NULL,
  at        BIGINT NOT NULL
);
CREATE INDEX child_wrong_claim_person ON child_wrong_claim (person_id, at);

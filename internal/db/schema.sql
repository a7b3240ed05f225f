-- The schema that the migrations make, for reading. Written by: go test ./internal/db -run SchemaDump -update

CREATE TABLE absence (
  id             INTEGER NOT NULL PRIMARY KEY,
  appointment_id BIGINT NOT NULL REFERENCES appointment (id),
  starts_at      BIGINT NOT NULL,
  ends_at        BIGINT NOT NULL,
  cover_id       BIGINT NOT NULL DEFAULT 0, -- the person who covers; 0: nobody yet
  made_by        BIGINT NOT NULL DEFAULT 0,
  made_at        BIGINT NOT NULL,
  CHECK (starts_at <= ends_at)              -- equal: withdrawn before it began
);

CREATE INDEX absence_appointment ON absence (appointment_id, ends_at);

CREATE INDEX absence_cover ON absence (cover_id, ends_at) WHERE cover_id <> 0;

CREATE TABLE access_key (
  id              INTEGER NOT NULL PRIMARY KEY,
  name            TEXT   NOT NULL,
  hash            TEXT   NOT NULL,           -- SHA-256 of the secret, in hex; the secret is nowhere
  organisation_id BIGINT NOT NULL DEFAULT 0, -- 0: the whole network
  permissions     TEXT   NOT NULL,           -- with spaces between
  made_by         BIGINT NOT NULL DEFAULT 0, -- 0: the command line
  made_at         BIGINT NOT NULL,
  expires_at      BIGINT NOT NULL,
  revoked_at      BIGINT NOT NULL DEFAULT 0,
  revoked_by      BIGINT NOT NULL DEFAULT 0,
  last_used_at    BIGINT NOT NULL DEFAULT 0  -- to the hour
);

CREATE UNIQUE INDEX access_key_hash ON access_key (hash);

CREATE TABLE account (
  id        INTEGER  NOT NULL PRIMARY KEY,
  code      TEXT    NOT NULL UNIQUE,        -- 'fund:01h...', 'gateway:sandbox'
  unit      TEXT    NOT NULL,
  floored   BOOLEAN NOT NULL,               -- never below zero, held included
  traced    BOOLEAN NOT NULL,               -- keeps its two lines, so that gifts can be followed
  in_total  BIGINT  NOT NULL DEFAULT 0,     -- all that ever came in: the end of the line of arrivals
  out_total BIGINT  NOT NULL DEFAULT 0,     -- all that ever went out
  held_out  BIGINT  NOT NULL DEFAULT 0,     -- reserved to leave
  held_in   BIGINT  NOT NULL DEFAULT 0,     -- promised to arrive
  spent_to  BIGINT  NOT NULL DEFAULT 0,     -- first in, first out has used the arrivals up to here
  opened_at BIGINT  NOT NULL,
  CHECK (held_out >= 0 AND held_in >= 0),
  CHECK (NOT floored OR in_total - out_total - held_out >= 0)
);

CREATE TABLE allotment (
  pool_id        BIGINT NOT NULL REFERENCES pool (id),
  gift_id        BIGINT NOT NULL REFERENCES gift (id),
  eligible_minor BIGINT NOT NULL,
  match_minor    BIGINT NOT NULL,
  posted_at      BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (pool_id, gift_id)
);

CREATE TABLE application (
  id               INTEGER NOT NULL PRIMARY KEY,
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

CREATE TABLE application_word (
  application_id BIGINT NOT NULL REFERENCES application (id),
  n              BIGINT NOT NULL,
  word           TEXT   NOT NULL CHECK (word IN ('handed_in', 'returned', 'first', 'accepted', 'appealed')),
  note           TEXT   NOT NULL DEFAULT '',
  said_by        BIGINT NOT NULL,
  said_at        BIGINT NOT NULL,
  PRIMARY KEY (application_id, n)
);

CREATE TABLE appointment (
  id              INTEGER NOT NULL PRIMARY KEY,
  person_id       BIGINT NOT NULL REFERENCES person (id),
  role            TEXT   NOT NULL,
  organisation_id BIGINT NOT NULL DEFAULT 0, -- 0: the whole network
  starts_at       BIGINT NOT NULL,
  ends_at         BIGINT NOT NULL DEFAULT 0, -- 0: open
  made_by         BIGINT NOT NULL DEFAULT 0,
  made_at         BIGINT NOT NULL
);

CREATE INDEX appointment_person ON appointment (person_id);

CREATE TABLE attempt (
  bucket     INTEGER NOT NULL PRIMARY KEY,
  failures   BIGINT NOT NULL,
  last_at    BIGINT NOT NULL,
  free_at    BIGINT NOT NULL                -- the next guess is looked at from here on
);

CREATE INDEX attempt_last ON attempt (last_at);

CREATE TABLE audit_row (
  id              INTEGER NOT NULL PRIMARY KEY,
  at              BIGINT NOT NULL,
  kind            TEXT   NOT NULL,            -- 'record.read', 'glass.opened'
  subject_id      BIGINT NOT NULL,            -- the record, concern or organisation it is about
  organisation_id BIGINT NOT NULL DEFAULT 0,  -- where; 0: the network
  person_id       BIGINT NOT NULL DEFAULT 0,  -- who; 0 for the system or a guest
  purpose         TEXT   NOT NULL DEFAULT '',
  data            TEXT   NOT NULL,            -- JSON of ids, codes and field groups; no word about a child
  hash            TEXT   NOT NULL             -- SHA-256 over the row before and this one
);

CREATE INDEX audit_row_subject ON audit_row (subject_id, id);

CREATE TABLE available (
  id           INTEGER NOT NULL PRIMARY KEY,
  person_id    BIGINT NOT NULL REFERENCES person (id),
  weekday      BIGINT NOT NULL CHECK (weekday BETWEEN 0 AND 7), -- 1: Monday ... 7: Sunday; 0: on a day of its own
  day          TEXT   NOT NULL DEFAULT '',  -- 2026-12-03, when weekday is 0
  from_minute  BIGINT NOT NULL,
  until_minute BIGINT NOT NULL,             -- equal to from_minute: not at all that day
  made_at      BIGINT NOT NULL
);

CREATE INDEX available_person ON available (person_id);

CREATE TABLE barred (
  id          INTEGER NOT NULL PRIMARY KEY,
  person_id   BIGINT NOT NULL REFERENCES person (id),
  reference   TEXT   NOT NULL,
  answered_at BIGINT NOT NULL,              -- the day of the answer
  recorded_by BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL,
  lifted_by   BIGINT NOT NULL DEFAULT 0,    -- never who recorded it
  lifted_at   BIGINT NOT NULL DEFAULT 0,
  CHECK (lifted_by = 0 OR lifted_by <> recorded_by)
);

CREATE UNIQUE INDEX barred_person ON barred (person_id) WHERE lifted_at = 0;

CREATE TABLE blob (
  id         INTEGER NOT NULL PRIMARY KEY,
  subject_id BIGINT NOT NULL,              -- under whose key it is sealed
  media      TEXT   NOT NULL CHECK (media IN ('application/pdf', 'image/jpeg', 'image/png')),
  size_bytes BIGINT NOT NULL CHECK (size_bytes > 0),
  pieces     BIGINT NOT NULL CHECK (pieces > 0),
  head       BYTEA  NOT NULL,              -- sealed: its name and SHA-256, which would tell who knows the file that it is here
  made_by    BIGINT NOT NULL,
  made_at    BIGINT NOT NULL
);

CREATE INDEX blob_subject ON blob (subject_id, id);

CREATE TABLE blob_piece (
  blob_id BIGINT NOT NULL REFERENCES blob (id),
  n       BIGINT NOT NULL,                 -- from 0
  sealed  BYTEA  NOT NULL,
  PRIMARY KEY (blob_id, n)
);

CREATE TABLE campaign (
  id               INTEGER NOT NULL PRIMARY KEY,
  need_id          BIGINT NOT NULL UNIQUE REFERENCES need (id),  -- title, words, goal and place live there
  slug             TEXT   NOT NULL UNIQUE,                       -- the need's
  fund_id          BIGINT NOT NULL REFERENCES fund (id),
  fallback_fund_id BIGINT NOT NULL REFERENCES fund (id),         -- where what is left over goes
  filing_number    TEXT   NOT NULL DEFAULT '',                   -- of the filed fundraising plan
  filed_at         BIGINT NOT NULL DEFAULT 0,                    -- the day on which it was filed
  starts_at        BIGINT NOT NULL,
  ends_at          BIGINT NOT NULL,
  state            TEXT   NOT NULL CHECK (state IN ('draft', 'open', 'closed')),
  made_by          BIGINT NOT NULL DEFAULT 0,
  made_at          BIGINT NOT NULL,
  closed_at        BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX campaign_fund ON campaign (fund_id);

CREATE TABLE carve (
  account_id BIGINT NOT NULL,
  start_at   BIGINT NOT NULL,               -- positions on the line of arrivals, not times
  end_at     BIGINT NOT NULL,
  entry_id   BIGINT NOT NULL,               -- the entry that took it out
  PRIMARY KEY (account_id, start_at),
  CHECK (end_at > start_at)
);

CREATE TABLE ceremony (
  token_hash TEXT   NOT NULL PRIMARY KEY,
  kind       TEXT   NOT NULL CHECK (kind IN ('register', 'sign_in', 'prove')),
  person_id  BIGINT NOT NULL,               -- 0: whoever holds the passkey
  data       TEXT   NOT NULL,               -- JSON
  expires_at BIGINT NOT NULL
);

CREATE INDEX ceremony_expires ON ceremony (expires_at);

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

CREATE INDEX checklist_standing_ends ON checklist_standing (kind, ends_at) WHERE holds_id <> 0 AND ends_at <> 0;

CREATE INDEX checklist_standing_open ON checklist_standing (kind, open_id) WHERE open_id <> 0;

CREATE TABLE child_assignment (
  id              INTEGER NOT NULL PRIMARY KEY,
  record_id       BIGINT NOT NULL REFERENCES child_record (id),
  person_id       BIGINT NOT NULL,                        -- the worker
  organisation_id BIGINT NOT NULL,                        -- where they work
  from_at         BIGINT NOT NULL,
  until_at        BIGINT NOT NULL DEFAULT 0,
  made_by         BIGINT NOT NULL,
  made_at         BIGINT NOT NULL
);

CREATE INDEX child_assignment_person ON child_assignment (person_id, id);

CREATE INDEX child_assignment_record ON child_assignment (record_id, id);

CREATE TABLE child_attachment (
  id         INTEGER NOT NULL PRIMARY KEY,
  record_id  BIGINT NOT NULL REFERENCES child_record (id),
  blob_id    BIGINT NOT NULL,
  sealed     BYTEA  NOT NULL,                             -- its title
  made_by    BIGINT NOT NULL,
  made_at    BIGINT NOT NULL
);

CREATE INDEX child_attachment_record ON child_attachment (record_id, id);

CREATE TABLE child_collector (
  id        INTEGER  NOT NULL PRIMARY KEY,
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
  id           INTEGER  NOT NULL PRIMARY KEY,
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

CREATE INDEX child_guardian_person ON child_guardian (person_id) WHERE person_id <> 0;

CREATE INDEX child_guardian_phone ON child_guardian (phone_lookup) WHERE phone_lookup <> '';

CREATE INDEX child_guardian_record ON child_guardian (record_id, id);

CREATE TABLE child_invite (
  hash        TEXT   NOT NULL PRIMARY KEY,                -- SHA-256 of the code that was handed over
  guardian_id BIGINT NOT NULL REFERENCES child_guardian (id),
  made_by     BIGINT NOT NULL,
  made_at     BIGINT NOT NULL,
  expires_at  BIGINT NOT NULL,
  used_at     BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX child_invite_guardian ON child_invite (guardian_id);

CREATE TABLE child_note (
  id         INTEGER NOT NULL PRIMARY KEY,
  record_id  BIGINT NOT NULL REFERENCES child_record (id),
  kind       TEXT   NOT NULL CHECK (kind IN ('observation', 'talk', 'health', 'school', 'family')),
  sealed     BYTEA  NOT NULL,
  author_id  BIGINT NOT NULL,
  made_at    BIGINT NOT NULL,
  changed_at BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX child_note_record ON child_note (record_id, id);

CREATE TABLE child_once (
  key     TEXT   NOT NULL PRIMARY KEY,                    -- SHA-256 in hex, of person and form
  made_at BIGINT NOT NULL
);

CREATE INDEX child_once_made ON child_once (made_at);

CREATE TABLE child_pickup (
  id          INTEGER NOT NULL PRIMARY KEY,
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

CREATE TABLE child_proof (
  guardian_id BIGINT NOT NULL REFERENCES child_guardian (id),
  blob_id     BIGINT NOT NULL,
  made_by     BIGINT NOT NULL,
  made_at     BIGINT NOT NULL,
  PRIMARY KEY (guardian_id, blob_id)
);

CREATE TABLE child_record (
  id              INTEGER  NOT NULL PRIMARY KEY,
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

CREATE INDEX child_record_household ON child_record (household_id) WHERE household_id <> 0;

CREATE INDEX child_record_name ON child_record (name_lookup) WHERE name_lookup <> '';

CREATE INDEX child_record_number ON child_record (number_lookup) WHERE number_lookup <> '';

CREATE INDEX child_record_organisation ON child_record (organisation_id, state, id);

CREATE TABLE child_referral (
  id         INTEGER NOT NULL PRIMARY KEY,
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
  id          INTEGER NOT NULL PRIMARY KEY,
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

CREATE INDEX child_request_open ON child_request (id) WHERE state = 'open';

CREATE INDEX child_request_record ON child_request (record_id, id);

CREATE TABLE child_wrong_claim (
  id        INTEGER NOT NULL PRIMARY KEY,
  person_id BIGINT NOT NULL,
  at        BIGINT NOT NULL
);

CREATE INDEX child_wrong_claim_person ON child_wrong_claim (person_id, at);

CREATE TABLE child_wrong_pickup (
  id        INTEGER NOT NULL PRIMARY KEY,
  record_id BIGINT NOT NULL REFERENCES child_record (id),
  at        BIGINT NOT NULL
);

CREATE INDEX child_wrong_pickup_record ON child_wrong_pickup (record_id, at);

CREATE TABLE closing (
  organisation_id INTEGER NOT NULL PRIMARY KEY REFERENCES organisation (id),
  made_by         BIGINT NOT NULL,
  made_at         BIGINT NOT NULL
);

CREATE TABLE concern (
  id              INTEGER  NOT NULL PRIMARY KEY,
  form_key        TEXT    NOT NULL UNIQUE,       -- so that a form sent twice is one report
  organisation_id BIGINT  NOT NULL DEFAULT 0,    -- where, as the reporter said; 0: not said
  allegation      BOOLEAN NOT NULL,              -- somebody of the staff is said to have done it
  danger          BOOLEAN NOT NULL,              -- a child is said to be in danger now
  by_person       BIGINT  NOT NULL DEFAULT 0,    -- who reported, only if they wanted it known
  words           BYTEA   NOT NULL,              -- sealed
  state           TEXT    NOT NULL CHECK (state IN ('open', 'proposed', 'closed')),
  outcome         TEXT    NOT NULL DEFAULT '' CHECK (outcome IN ('', 'reported', 'not_reported')),
  proposed_by     BIGINT  NOT NULL DEFAULT 0,    -- who would close it without telling an authority
  reported_at     BIGINT  NOT NULL DEFAULT 0,    -- when an authority was first told
  made_at         BIGINT  NOT NULL,
  closed_at       BIGINT  NOT NULL DEFAULT 0,
  held            BOOLEAN NOT NULL DEFAULT FALSE, -- a legal hold: not to be destroyed
  lift_by         BIGINT  NOT NULL DEFAULT 0,    -- who would lift it; another has to agree
  destroyed_at    BIGINT  NOT NULL DEFAULT 0     -- its time had run out: nobody can read it any more
);

CREATE INDEX concern_closed ON concern (closed_at, id) WHERE state = 'closed' AND destroyed_at = 0;

CREATE INDEX concern_open ON concern (id) WHERE state <> 'closed';

CREATE TABLE concern_about (
  concern_id BIGINT NOT NULL REFERENCES concern (id),
  person_id  BIGINT NOT NULL REFERENCES person (id),
  PRIMARY KEY (concern_id, person_id)
);

CREATE TABLE concern_step (
  id         INTEGER NOT NULL PRIMARY KEY,
  concern_id BIGINT NOT NULL REFERENCES concern (id),
  kind       TEXT   NOT NULL CHECK (kind IN ('note', 'reported', 'proposed', 'closed', 'reopened', 'held', 'lift_asked', 'let_go')),
  person_id  BIGINT NOT NULL,
  at         BIGINT NOT NULL,
  authority  TEXT   NOT NULL DEFAULT '',         -- police, civil_affairs, education, procuratorate
  told_at    BIGINT NOT NULL DEFAULT 0,
  words      BYTEA  NOT NULL                     -- sealed: reference and what was said
);

CREATE INDEX concern_step_concern ON concern_step (concern_id, id);

CREATE TABLE conflict_of_interest (
  organisation_id BIGINT NOT NULL REFERENCES organisation (id),
  person_id       BIGINT NOT NULL REFERENCES person (id),
  reason          TEXT   NOT NULL CHECK (reason IN ('family', 'money', 'work', 'friendship', 'other')),
  made_at         BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, person_id)
);

CREATE INDEX conflict_of_interest_person ON conflict_of_interest (person_id);

CREATE TABLE consent (
  id              INTEGER  NOT NULL PRIMARY KEY,
  record_id       BIGINT  NOT NULL,
  guardian_id     BIGINT  NOT NULL,          -- the guardianship under which it was answered
  organisation_id BIGINT  NOT NULL,          -- who asked: it holds for this organisation alone
  purpose         TEXT    NOT NULL,
  about_id        BIGINT  NOT NULL,          -- the organisation that receives, or the story; 0 for neither
  kinds           TEXT    NOT NULL,          -- kinds of data, separated by spaces
  text_hash       TEXT    NOT NULL REFERENCES consent_text (hash),
  route           TEXT    NOT NULL CHECK (route IN ('website', 'phone', 'paper', 'in_person', 'worker')),
  recorder_id     BIGINT  NOT NULL,          -- the person who entered it: the guardian or a worker
  given           BOOLEAN NOT NULL,
  from_at         BIGINT  NOT NULL,
  expires_at      BIGINT  NOT NULL,          -- 0 for a refusal, which does not end
  made_at         BIGINT  NOT NULL
);

CREATE INDEX consent_ends ON consent (expires_at, id) WHERE given;

CREATE INDEX consent_expires ON consent (organisation_id, expires_at) WHERE given;

CREATE INDEX consent_matter ON consent (record_id, guardian_id, purpose, about_id, id);

CREATE INDEX consent_record ON consent (record_id, id);

CREATE TABLE consent_ask (
  record_id   BIGINT NOT NULL,
  guardian_id BIGINT NOT NULL,
  purpose     TEXT   NOT NULL,
  about_id    BIGINT NOT NULL,
  by_id       BIGINT NOT NULL,
  asked_at    BIGINT NOT NULL,
  PRIMARY KEY (record_id, guardian_id, purpose, about_id)
);

CREATE TABLE consent_override (
  id              INTEGER NOT NULL PRIMARY KEY,
  record_id       BIGINT NOT NULL,
  organisation_id BIGINT NOT NULL,
  purpose         TEXT   NOT NULL,
  about_id        BIGINT NOT NULL,
  ground          TEXT   NOT NULL CHECK (ground IN ('life', 'duty', 'court')),
  reason          BYTEA  NOT NULL,           -- sealed under the child's key
  by_id           BIGINT NOT NULL,
  made_at         BIGINT NOT NULL,
  until_at        BIGINT NOT NULL
);

CREATE INDEX consent_override_record ON consent_override (record_id, until_at);

CREATE TABLE consent_remark (
  id        INTEGER  NOT NULL PRIMARY KEY,
  record_id BIGINT  NOT NULL,
  kind      TEXT    NOT NULL CHECK (kind IN ('competence', 'tell_parents')),
  purpose   TEXT    NOT NULL,
  about_id  BIGINT  NOT NULL,
  yes       BOOLEAN NOT NULL,
  words     BYTEA   NOT NULL,                -- sealed under the child's key; empty for none
  by_id     BIGINT  NOT NULL,
  made_at   BIGINT  NOT NULL,
  ended_by  BIGINT  NOT NULL,                -- 0 while it stands
  ended_at  BIGINT  NOT NULL
);

CREATE INDEX consent_remark_record ON consent_remark (record_id, id);

CREATE TABLE consent_reminder (
  consent_id BIGINT NOT NULL REFERENCES consent (id),
  days       BIGINT NOT NULL,                -- before its end
  made_at    BIGINT NOT NULL,
  PRIMARY KEY (consent_id, days)
);

CREATE TABLE consent_text (
  hash    TEXT   NOT NULL PRIMARY KEY,       -- SHA-256 of words, hex
  purpose TEXT   NOT NULL,
  version BIGINT NOT NULL,
  lang    TEXT   NOT NULL,
  words   TEXT   NOT NULL,                   -- exactly what was shown: title, question, paragraphs, one a line
  kept_at BIGINT NOT NULL
);

CREATE TABLE consent_withdrawal (
  consent_id  INTEGER NOT NULL PRIMARY KEY REFERENCES consent (id),
  record_id   BIGINT NOT NULL,
  route       TEXT   NOT NULL CHECK (route IN ('website', 'phone', 'paper', 'in_person', 'worker')),
  recorder_id BIGINT NOT NULL,
  at          BIGINT NOT NULL
);

CREATE INDEX consent_withdrawal_record ON consent_withdrawal (record_id);

CREATE TABLE contact_point (
  id          INTEGER  NOT NULL PRIMARY KEY,
  person_id   BIGINT  NOT NULL REFERENCES person (id),
  vault_id    BIGINT  NOT NULL,
  kind        TEXT    NOT NULL CHECK (kind IN ('phone', 'email', 'wechat')),
  sealed      BYTEA   NOT NULL,
  lookup      TEXT    NOT NULL DEFAULT '',  -- blind index, by which the same one is found again
  safe_from   BIGINT  NOT NULL DEFAULT 0,   -- minutes after midnight
  safe_until  BIGINT  NOT NULL DEFAULT 1440,
  no_name     BOOLEAN NOT NULL DEFAULT FALSE, -- leave no name and no word of what it is about
  made_by     BIGINT  NOT NULL DEFAULT 0,
  made_at     BIGINT  NOT NULL
);

CREATE INDEX contact_point_lookup ON contact_point (lookup) WHERE lookup <> '';

CREATE INDEX contact_point_person ON contact_point (person_id);

CREATE TABLE disposal (
  kind            TEXT   NOT NULL CHECK (kind IN ('report', 'check', 'application', 'request', 'emergency')),
  subject_id      BIGINT NOT NULL,
  ended_at        BIGINT NOT NULL,               -- from when on it was only kept
  organisation_id BIGINT NOT NULL,               -- 0: none was named, or the whole network
  kept_days       BIGINT NOT NULL,               -- as was set when it was destroyed
  asked_by        BIGINT NOT NULL DEFAULT 0,     -- who asked first, where it takes two
  by_id           BIGINT NOT NULL,
  at              BIGINT NOT NULL,
  proof           TEXT   NOT NULL DEFAULT '',    -- SHA-256 of the wrapped key that was destroyed; '': emptied
  backups_at      BIGINT NOT NULL,
  PRIMARY KEY (kind, subject_id, ended_at),
  CHECK (asked_by <> by_id)
);

CREATE INDEX disposal_at ON disposal (at);

CREATE TABLE disposal_ask (
  kind       TEXT   NOT NULL,
  subject_id BIGINT NOT NULL,
  by_id      BIGINT NOT NULL,
  at         BIGINT NOT NULL,
  PRIMARY KEY (kind, subject_id)
);

CREATE TABLE entry (
  id          INTEGER NOT NULL PRIMARY KEY,  -- from the caller: the idempotency key
  set_id      BIGINT NOT NULL,              -- entries that happened together
  kind        TEXT   NOT NULL,
  from_id     BIGINT NOT NULL,
  to_id       BIGINT NOT NULL,
  quantity    BIGINT NOT NULL CHECK (quantity > 0),
  subject_id  BIGINT NOT NULL,              -- the gift, payout or outcome it belongs to
  hold_id     BIGINT NOT NULL DEFAULT 0,    -- the hold that it posted
  returns_id  BIGINT NOT NULL DEFAULT 0,    -- the entry that it gives back, in part or whole
  reverses_id BIGINT NOT NULL DEFAULT 0,    -- the entry that it undoes as a mistake
  from_start  BIGINT NOT NULL DEFAULT -1,   -- what it used of the line of arrivals of from_id:
  from_end    BIGINT NOT NULL DEFAULT -1,   --   [from_start, from_end) less what was carved out; -1 untraced
  to_start    BIGINT NOT NULL DEFAULT -1,   -- where it lies on the line of arrivals of to_id; -1 untraced
  at          BIGINT NOT NULL
);

CREATE UNIQUE INDEX entry_arrivals ON entry (to_id, to_start) WHERE to_start >= 0;

CREATE INDEX entry_returns ON entry (returns_id) WHERE returns_id <> 0;

CREATE UNIQUE INDEX entry_reverses ON entry (reverses_id) WHERE reverses_id <> 0;

CREATE UNIQUE INDEX entry_uses ON entry (from_id, from_start) WHERE from_start >= 0;

CREATE TABLE erasure (
  record_id       INTEGER NOT NULL PRIMARY KEY,
  organisation_id BIGINT NOT NULL,
  code            TEXT   NOT NULL,
  why             TEXT   NOT NULL CHECK (why IN ('request', 'clock', 'decision')),
  by_id           BIGINT NOT NULL,
  at              BIGINT NOT NULL,
  proof           TEXT   NOT NULL,               -- SHA-256 of the wrapped key that was destroyed
  backups_at      BIGINT NOT NULL,               -- from when on no backup opens it either
  asked_by        BIGINT NOT NULL DEFAULT 0      -- the guardian who asked for it; 0 for nobody
);

CREATE INDEX erasure_asked_by ON erasure (asked_by) WHERE asked_by <> 0;

CREATE INDEX erasure_organisation ON erasure (organisation_id, at);

CREATE TABLE event (
  id         INTEGER NOT NULL PRIMARY KEY,
  kind       TEXT   NOT NULL,               -- 'gift.captured', 'payout.approved'
  subject_id BIGINT NOT NULL,               -- the gift, payout, need it is about
  person_id  BIGINT NOT NULL DEFAULT 0,     -- who did it; 0 for the system or a guest
  at         BIGINT NOT NULL,
  data       TEXT   NOT NULL                -- JSON; nothing that identifies a child or a giver
);

CREATE INDEX event_subject ON event (subject_id, id);

CREATE TABLE evidence (
  id           INTEGER NOT NULL PRIMARY KEY,
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

CREATE TABLE evidence_reminder (
  evidence_id BIGINT NOT NULL REFERENCES evidence (id),
  days        BIGINT NOT NULL,
  made_at     BIGINT NOT NULL,
  PRIMARY KEY (evidence_id, days)
);

CREATE TABLE family_code (
  person_id INTEGER NOT NULL PRIMARY KEY REFERENCES person (id),
  hash      TEXT   NOT NULL,                -- argon2id, with its parameters and salt
  made_at   BIGINT NOT NULL,
  wrong     BIGINT NOT NULL DEFAULT 0,      -- guesses since it was last said right, or set
  free_at   BIGINT NOT NULL DEFAULT 0       -- the next guess from a strange browser is looked at from here on
);

CREATE TABLE family_paper (
  hash       TEXT   NOT NULL PRIMARY KEY,   -- keyed with the installation's secret
  person_id  BIGINT NOT NULL REFERENCES person (id),
  made_by    BIGINT NOT NULL,
  made_at    BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);

CREATE INDEX family_paper_expires ON family_paper (expires_at);

CREATE INDEX family_paper_person ON family_paper (person_id);

CREATE TABLE fund (
  id           INTEGER  NOT NULL PRIMARY KEY,
  slug         TEXT    NOT NULL UNIQUE,
  name_zh      TEXT    NOT NULL,
  name_en      TEXT    NOT NULL,
  restricted   BOOLEAN NOT NULL,
  programme_id BIGINT  NOT NULL DEFAULT 0,         -- 0: the network's own
  account_id   BIGINT  NOT NULL,
  opened_at    BIGINT  NOT NULL
);

CREATE TABLE gift (
  id              INTEGER  NOT NULL PRIMARY KEY,    -- also the id of its entry in the ledger
  token           TEXT    NOT NULL,                -- of its private link: begins with the id, and is found by it
  form_key        TEXT    NOT NULL DEFAULT '',     -- idempotency key of whoever made it
  need_id         BIGINT  NOT NULL REFERENCES need (id),
  campaign_id     BIGINT  NOT NULL DEFAULT 0,      -- 0: a gift that is not money
  fund_id         BIGINT  NOT NULL DEFAULT 0,
  unit            TEXT    NOT NULL,
  quantity        BIGINT  NOT NULL CHECK (quantity > 0),
  method          TEXT    NOT NULL,                -- a gateway's name, cash, bank, promise
  state           TEXT    NOT NULL CHECK (state IN ('waiting', 'received', 'failed', 'closed')),
  visibility      TEXT    NOT NULL CHECK (visibility IN ('public', 'organisation', 'sealed')),
  person_id       BIGINT  NOT NULL DEFAULT 0,
  giver_name      TEXT    NOT NULL DEFAULT '',
  giver_email     TEXT    NOT NULL DEFAULT '',
  giver_key       TEXT    NOT NULL DEFAULT '',     -- keyed hash that caps are counted by
  message         TEXT    NOT NULL DEFAULT '',
  words           TEXT    NOT NULL DEFAULT '' CHECK (words IN ('', 'waiting', 'shown', 'hidden')),  -- may the public read name and message
  lang            TEXT    NOT NULL DEFAULT '',
  pool_id         BIGINT  NOT NULL DEFAULT 0,
  match_id        BIGINT  NOT NULL DEFAULT 0,      -- the match's hold, and its entry once posted
  match_promised  BIGINT  NOT NULL DEFAULT 0,      -- first come: held while the promise lives
  match_posted    BIGINT  NOT NULL DEFAULT 0,
  promise_ends_at BIGINT  NOT NULL DEFAULT 0,
  refunded        BIGINT  NOT NULL DEFAULT 0,
  import_ref      TEXT    NOT NULL DEFAULT '',     -- reference on the statement or slip it came from
  given_on        TEXT    NOT NULL DEFAULT '',     -- the day that caps count it to, in the network's zone at the time
  made_at         BIGINT  NOT NULL,
  received_at     BIGINT  NOT NULL DEFAULT 0       -- when the money moved, by the gateway's word
);

CREATE INDEX gift_campaign ON gift (campaign_id, received_at, id) WHERE campaign_id <> 0 AND received_at > 0;

CREATE INDEX gift_email ON gift (giver_email, id) WHERE giver_email <> '';

CREATE UNIQUE INDEX gift_form_key ON gift (form_key) WHERE form_key <> '';

CREATE UNIQUE INDEX gift_import_ref ON gift (import_ref) WHERE import_ref <> '';

CREATE INDEX gift_need ON gift (need_id, made_at, id) WHERE campaign_id = 0;

CREATE INDEX gift_person ON gift (person_id, id) WHERE person_id <> 0;

CREATE INDEX gift_pool ON gift (pool_id, id) WHERE pool_id <> 0 AND match_promised = 0;

CREATE INDEX gift_waiting ON gift (promise_ends_at, id) WHERE state = 'waiting';

CREATE INDEX gift_words ON gift (id) WHERE words = 'waiting';

CREATE TABLE glass (
  id              INTEGER  NOT NULL PRIMARY KEY,
  record_id       BIGINT  NOT NULL,
  organisation_id BIGINT  NOT NULL,
  person_id       BIGINT  NOT NULL REFERENCES person (id),
  reason          BYTEA   NOT NULL,              -- sealed under the record's key
  from_at         BIGINT  NOT NULL,
  until_at        BIGINT  NOT NULL,              -- brought forward when it is ended by hand
  reviewed_by     BIGINT  NOT NULL DEFAULT 0,
  reviewed_at     BIGINT  NOT NULL DEFAULT 0,
  justified       BOOLEAN NOT NULL DEFAULT FALSE,
  finding         BYTEA   NOT NULL               -- sealed: what the review found
);

CREATE INDEX glass_open ON glass (id) WHERE reviewed_by = 0;

CREATE INDEX glass_record ON glass (record_id, until_at);

CREATE TABLE handover (
  id              INTEGER NOT NULL PRIMARY KEY,
  organisation_id BIGINT NOT NULL,
  heir_id         BIGINT NOT NULL,               -- 0: the network's leads; the records stay where they are
  records         BIGINT NOT NULL,               -- how many went
  reports         BIGINT NOT NULL,
  by_id           BIGINT NOT NULL,
  at              BIGINT NOT NULL,
  CHECK (organisation_id <> heir_id)
);

CREATE INDEX handover_organisation ON handover (organisation_id, id);

CREATE TABLE hold (
  id         INTEGER NOT NULL PRIMARY KEY,   -- from the caller: the idempotency key
  kind       TEXT   NOT NULL,
  from_id    BIGINT NOT NULL,
  to_id      BIGINT NOT NULL,
  quantity   BIGINT NOT NULL CHECK (quantity > 0),
  subject_id BIGINT NOT NULL,
  expires_at BIGINT NOT NULL DEFAULT 0,     -- 0: does not expire
  state      TEXT   NOT NULL DEFAULT 'held' CHECK (state IN ('held', 'posted', 'released', 'expired')),
  posted     BIGINT NOT NULL DEFAULT 0,     -- how much of it became an entry
  entry_id   BIGINT NOT NULL DEFAULT 0,
  made_at    BIGINT NOT NULL,
  ended_at   BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX hold_open ON hold (expires_at, id) WHERE state = 'held';

CREATE TABLE id_mark (
  one  INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
  last BIGINT NOT NULL
);

CREATE TABLE impact_unit (
  campaign_id BIGINT NOT NULL REFERENCES campaign (id),
  price_minor BIGINT NOT NULL CHECK (price_minor > 0),
  label_zh    TEXT   NOT NULL,                     -- '一天的药'
  label_en    TEXT   NOT NULL,                     -- 'a day of medicine'
  PRIMARY KEY (campaign_id, price_minor)
);

CREATE TABLE invoice (
  id              INTEGER NOT NULL PRIMARY KEY,
  organisation_id BIGINT NOT NULL REFERENCES organisation (id),  -- who is paid
  number          TEXT   NOT NULL,
  issued_at       BIGINT NOT NULL,
  amount_minor    BIGINT NOT NULL CHECK (amount_minor > 0),
  unit            TEXT   NOT NULL,
  about_zh        TEXT   NOT NULL DEFAULT '',
  about_en        TEXT   NOT NULL DEFAULT '',
  document_sha256 TEXT   NOT NULL DEFAULT '',
  recorded_by     BIGINT NOT NULL,
  recorded_at     BIGINT NOT NULL
);

CREATE UNIQUE INDEX invoice_number ON invoice (organisation_id, number);

CREATE TABLE job (
  id           INTEGER NOT NULL PRIMARY KEY,
  kind         TEXT   NOT NULL,
  args         TEXT   NOT NULL,             -- JSON; emptied when the job is done
  uniq         TEXT   NOT NULL DEFAULT '',  -- at most one open job with this key
  state        TEXT   NOT NULL DEFAULT 'ready' CHECK (state IN ('ready', 'done', 'dead')),
  run_at       BIGINT NOT NULL,
  lease_until  BIGINT NOT NULL DEFAULT 0,
  attempt      BIGINT NOT NULL DEFAULT 0,   -- also the fencing token of whoever works on it
  max_attempt  BIGINT NOT NULL DEFAULT 10,
  last_error   TEXT   NOT NULL DEFAULT '',
  made_at      BIGINT NOT NULL,
  done_at      BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX job_ended ON job (done_at) WHERE state <> 'ready';

CREATE INDEX job_ready ON job (run_at, id) WHERE state = 'ready';

CREATE UNIQUE INDEX job_uniq ON job (uniq) WHERE uniq <> '';

CREATE TABLE kept_gift (
  person_id BIGINT NOT NULL REFERENCES person (id),
  gift_id   BIGINT NOT NULL,
  made_at   BIGINT NOT NULL,
  PRIMARY KEY (person_id, gift_id)
);

CREATE TABLE known_device (
  token_hash TEXT    NOT NULL,
  person_id  BIGINT  NOT NULL REFERENCES person (id),
  strong     BOOLEAN NOT NULL,              -- with more than a link
  seen_at    BIGINT  NOT NULL,
  PRIMARY KEY (token_hash, person_id)
);

CREATE INDEX known_device_person ON known_device (person_id, seen_at);

CREATE TABLE leaving (
  person_id INTEGER NOT NULL PRIMARY KEY REFERENCES person (id),
  asked_at  BIGINT NOT NULL,
  due_at    BIGINT NOT NULL,
  done_at   BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX leaving_due ON leaving (due_at) WHERE done_at = 0;

CREATE TABLE legal_hold (
  id        INTEGER NOT NULL PRIMARY KEY,
  record_id BIGINT NOT NULL,
  reason    BYTEA  NOT NULL,                     -- sealed under the record's key
  put_by    BIGINT NOT NULL,
  put_at    BIGINT NOT NULL,
  asked_by  BIGINT NOT NULL DEFAULT 0,           -- who would lift it
  asked_at  BIGINT NOT NULL DEFAULT 0,
  lifted_by BIGINT NOT NULL DEFAULT 0,           -- and who agreed: another person
  lifted_at BIGINT NOT NULL DEFAULT 0
);

CREATE UNIQUE INDEX legal_hold_record ON legal_hold (record_id) WHERE lifted_at = 0;

CREATE TABLE need (
  id           INTEGER NOT NULL PRIMARY KEY,
  programme_id BIGINT NOT NULL REFERENCES programme (id),
  slug         TEXT   NOT NULL UNIQUE,
  kind         TEXT   NOT NULL,                    -- money, time, things, food, books, listening
  unit         TEXT   NOT NULL,
  wanted       BIGINT NOT NULL CHECK (wanted > 0),
  account_id   BIGINT NOT NULL,                    -- promised and arrived are this account's
  title_zh     TEXT   NOT NULL,
  title_en     TEXT   NOT NULL,
  body_zh      TEXT   NOT NULL DEFAULT '',
  body_en      TEXT   NOT NULL DEFAULT '',
  place_zh     TEXT   NOT NULL DEFAULT '',
  place_en     TEXT   NOT NULL DEFAULT '',
  until_at     BIGINT NOT NULL DEFAULT 0,
  state        TEXT   NOT NULL CHECK (state IN ('draft', 'published', 'closed')),
  search_text  TEXT   NOT NULL DEFAULT '',
  made_by      BIGINT NOT NULL DEFAULT 0,
  made_at      BIGINT NOT NULL,
  changed_at   BIGINT NOT NULL,
  published_at BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX need_programme ON need (programme_id);

CREATE INDEX need_published ON need (published_at, id) WHERE state = 'published';

CREATE TABLE node (
  number   INTEGER NOT NULL PRIMARY KEY CHECK (number >= 0),
  token    TEXT   NOT NULL,             -- of the process that holds the number
  name     TEXT   NOT NULL,             -- of its machine, for the operator
  beat     BIGINT NOT NULL DEFAULT 0,   -- grows as long as the process lives
  since_at BIGINT NOT NULL,
  beat_at  BIGINT NOT NULL              -- by that machine's clock
);

CREATE TABLE oidc_ceremony (
  state_hash   TEXT   NOT NULL PRIMARY KEY,
  browser_hash TEXT   NOT NULL,
  nonce        TEXT   NOT NULL,
  verifier     TEXT   NOT NULL,              -- PKCE, RFC 7636
  to_path      TEXT   NOT NULL,
  subject      TEXT   NOT NULL DEFAULT '',   -- set when the provider has answered and a link waits for a yes
  email        TEXT   NOT NULL DEFAULT '',
  strong       BOOLEAN NOT NULL DEFAULT FALSE,  -- the provider has asked for two things
  expires_at   BIGINT NOT NULL,
  used_at      BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX oidc_ceremony_expires ON oidc_ceremony (expires_at);

CREATE TABLE oidc_link (
  issuer    TEXT   NOT NULL,
  subject   TEXT   NOT NULL,
  person_id BIGINT NOT NULL REFERENCES person (id),
  made_at   BIGINT NOT NULL,
  seen_at   BIGINT NOT NULL,
  PRIMARY KEY (issuer, subject)
);

CREATE INDEX oidc_link_person ON oidc_link (person_id);

CREATE TABLE organisation (
  id                  INTEGER NOT NULL PRIMARY KEY,
  slug                TEXT   NOT NULL UNIQUE,
  kind                TEXT   NOT NULL,             -- charity, centre, school, hospital, shop, company, government
  name_zh             TEXT   NOT NULL,
  name_en             TEXT   NOT NULL,
  about_zh            TEXT   NOT NULL DEFAULT '',
  about_en            TEXT   NOT NULL DEFAULT '',
  credit_code         TEXT   NOT NULL DEFAULT '',  -- unified social credit code, GB 32100-2015
  certificate         TEXT   NOT NULL DEFAULT '',  -- public-fundraising certificate
  certificate_ends_at BIGINT NOT NULL DEFAULT 0,
  place_zh            TEXT   NOT NULL DEFAULT '',
  place_en            TEXT   NOT NULL DEFAULT '',
  website             TEXT   NOT NULL DEFAULT '',
  state               TEXT   NOT NULL CHECK (state IN ('draft', 'published', 'suspended')),
  source_ref          TEXT   NOT NULL DEFAULT '',  -- id in the file it was imported from
  made_at             BIGINT NOT NULL,
  changed_at          BIGINT NOT NULL
);

CREATE UNIQUE INDEX organisation_credit_code ON organisation (credit_code) WHERE credit_code <> '';

CREATE UNIQUE INDEX organisation_source ON organisation (source_ref) WHERE source_ref <> '';

CREATE TABLE outcome (
  id          INTEGER NOT NULL PRIMARY KEY,         -- also the id of its entry
  payout_id   BIGINT NOT NULL REFERENCES payout (id),
  unit        TEXT   NOT NULL,
  quantity    BIGINT NOT NULL CHECK (quantity > 0),
  label_zh    TEXT   NOT NULL,
  label_en    TEXT   NOT NULL,
  happened_at BIGINT NOT NULL,
  recorded_by BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL
);

CREATE INDEX outcome_payout ON outcome (payout_id);

CREATE TABLE passkey (
  id            INTEGER NOT NULL PRIMARY KEY,
  person_id     BIGINT NOT NULL REFERENCES person (id),
  credential_id TEXT   NOT NULL,            -- base64url
  name          TEXT   NOT NULL,            -- as its owner calls it
  record        BYTEA  NOT NULL,            -- public key, counter, flags: JSON; nothing secret
  made_at       BIGINT NOT NULL,
  used_at       BIGINT NOT NULL DEFAULT 0
);

CREATE UNIQUE INDEX passkey_credential ON passkey (credential_id);

CREATE INDEX passkey_person ON passkey (person_id, id);

CREATE TABLE password (
  person_id  INTEGER NOT NULL PRIMARY KEY REFERENCES person (id),
  hash       TEXT   NOT NULL,               -- argon2id, with its parameters and salt
  made_at    BIGINT NOT NULL
);

CREATE TABLE past_address (
  email     TEXT   NOT NULL PRIMARY KEY,
  person_id BIGINT NOT NULL REFERENCES person (id),
  made_at   BIGINT NOT NULL
);

CREATE INDEX past_address_person ON past_address (person_id);

CREATE TABLE payment (
  id            INTEGER NOT NULL PRIMARY KEY,
  purpose_id    BIGINT NOT NULL,                   -- the gift
  gateway       TEXT   NOT NULL,
  merchant_ref  TEXT   NOT NULL UNIQUE,            -- our number for it (out_trade_no)
  provider_ref  TEXT   NOT NULL DEFAULT '',        -- theirs (transaction_id)
  amount_minor  BIGINT NOT NULL CHECK (amount_minor > 0),
  unit          TEXT   NOT NULL,
  state         TEXT   NOT NULL CHECK (state IN ('created', 'pending', 'captured', 'failed', 'closed')),
  made_at       BIGINT NOT NULL,
  closes_at     BIGINT NOT NULL,                   -- ask the gateway and close it from here on
  paid_at       BIGINT NOT NULL DEFAULT 0,
  ended_at      BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX payment_open ON payment (closes_at, id) WHERE state IN ('created', 'pending');

CREATE UNIQUE INDEX payment_provider_ref ON payment (provider_ref, gateway) WHERE provider_ref <> '';

CREATE UNIQUE INDEX payment_purpose ON payment (purpose_id);

CREATE TABLE payout (
  id             INTEGER NOT NULL PRIMARY KEY,      -- also the id of its hold
  entry_id       BIGINT NOT NULL,                  -- of its entry, once paid
  fund_id        BIGINT NOT NULL REFERENCES fund (id),
  invoice_id     BIGINT NOT NULL REFERENCES invoice (id),
  amount_minor   BIGINT NOT NULL CHECK (amount_minor > 0),
  state          TEXT   NOT NULL CHECK (state IN ('requested', 'approved', 'refused', 'paid')),
  requested_by   BIGINT NOT NULL,
  requested_at   BIGINT NOT NULL,
  decided_by     BIGINT NOT NULL DEFAULT 0,        -- never the one who requested
  decided_at     BIGINT NOT NULL DEFAULT 0,
  reason         TEXT   NOT NULL DEFAULT '',
  paid_by        BIGINT NOT NULL DEFAULT 0,
  paid_at        BIGINT NOT NULL DEFAULT 0,
  bank_reference TEXT   NOT NULL DEFAULT '',
  CHECK (decided_by = 0 OR decided_by <> requested_by)
);

CREATE INDEX payout_fund ON payout (fund_id, id);

CREATE INDEX payout_invoice ON payout (invoice_id);

CREATE INDEX payout_open ON payout (state, id) WHERE state IN ('requested', 'approved');

CREATE TABLE person (
  id         INTEGER NOT NULL PRIMARY KEY,
  email      TEXT   NOT NULL DEFAULT '',    -- folded; '' for a person without one
  name       TEXT   NOT NULL,
  lang       TEXT   NOT NULL DEFAULT '',
  made_at    BIGINT NOT NULL,
  seen_at    BIGINT NOT NULL DEFAULT 0,
  left_at    BIGINT NOT NULL DEFAULT 0      -- the account was deleted; the row stays for what refers to it
);

CREATE UNIQUE INDEX person_email ON person (email) WHERE email <> '';

CREATE TABLE person_merge (
  id           INTEGER NOT NULL PRIMARY KEY,
  kept_id      BIGINT NOT NULL REFERENCES person (id),
  gone_id      BIGINT NOT NULL REFERENCES person (id),
  state        TEXT   NOT NULL CHECK (state IN ('waiting', 'merged', 'undone', 'refused')),
  asked_by     BIGINT NOT NULL,
  asked_at     BIGINT NOT NULL,
  decided_by   BIGINT NOT NULL DEFAULT 0,   -- the second person, where one was needed
  merged_at    BIGINT NOT NULL DEFAULT 0,
  ended_by     BIGINT NOT NULL DEFAULT 0,   -- who undid or refused it
  ended_at     BIGINT NOT NULL DEFAULT 0,
  CHECK (kept_id <> gone_id),
  CHECK (decided_by = 0 OR decided_by <> asked_by)
);

CREATE UNIQUE INDEX person_merge_gone ON person_merge (gone_id) WHERE state IN ('waiting', 'merged');

CREATE INDEX person_merge_kept ON person_merge (kept_id) WHERE state = 'merged';

CREATE TABLE person_merge_moved (
  merge_id BIGINT NOT NULL REFERENCES person_merge (id),
  what     TEXT   NOT NULL,                 -- table.column
  row_ids  TEXT   NOT NULL,                 -- JSON array of ids
  PRIMARY KEY (merge_id, what)
);

CREATE TABLE person_phone (
  person_id INTEGER NOT NULL PRIMARY KEY REFERENCES person (id),
  lookup    TEXT   NOT NULL,               -- blind index: found by it, read from it never
  sealed    BYTEA  NOT NULL,               -- the number (E.164) under the person's own key
  proven_at BIGINT NOT NULL,               -- the last time a code came back from it
  made_at   BIGINT NOT NULL
);

CREATE UNIQUE INDEX person_phone_lookup ON person_phone (lookup);

CREATE TABLE place (
  id           INTEGER  NOT NULL PRIMARY KEY,
  programme_id BIGINT  NOT NULL REFERENCES programme (id),
  kind         TEXT    NOT NULL CHECK (kind IN ('physical', 'virtual', 'postal')),
  sealed       BOOLEAN NOT NULL,
  name_zh      TEXT    NOT NULL DEFAULT '',
  name_en      TEXT    NOT NULL DEFAULT '',
  line_zh      TEXT    NOT NULL DEFAULT '',         -- street and number
  line_en      TEXT    NOT NULL DEFAULT '',
  town_zh      TEXT    NOT NULL DEFAULT '',
  town_en      TEXT    NOT NULL DEFAULT '',
  postcode     TEXT    NOT NULL DEFAULT '',
  link         TEXT    NOT NULL DEFAULT '',         -- of a virtual place
  placed       BOOLEAN NOT NULL,                    -- has a position
  latitude_e6  BIGINT  NOT NULL DEFAULT 0,          -- millionths of a degree, WGS 84
  longitude_e6 BIGINT  NOT NULL DEFAULT 0,
  CHECK (NOT sealed OR (NOT placed AND line_zh = '' AND line_en = '' AND postcode = '' AND link = '')),
  CHECK (latitude_e6 BETWEEN -90000000 AND 90000000 AND longitude_e6 BETWEEN -180000000 AND 180000000)
);

CREATE INDEX place_position ON place (latitude_e6, longitude_e6) WHERE placed;

CREATE INDEX place_programme ON place (programme_id);

CREATE TABLE pool (
  id                  INTEGER NOT NULL PRIMARY KEY,
  slug                TEXT   NOT NULL UNIQUE,
  name_zh             TEXT   NOT NULL,
  name_en             TEXT   NOT NULL,
  sponsor_id          BIGINT NOT NULL REFERENCES organisation (id),
  account_id          BIGINT NOT NULL,
  rule                TEXT   NOT NULL CHECK (rule IN ('first_come', 'pro_rata')),
  ratio_percent       BIGINT NOT NULL CHECK (ratio_percent BETWEEN 1 AND 1000),
  min_gift_minor      BIGINT NOT NULL DEFAULT 0,
  cap_gift_minor      BIGINT NOT NULL DEFAULT 0,   -- 0: no cap
  cap_giver_minor     BIGINT NOT NULL DEFAULT 0,
  cap_giver_day_minor BIGINT NOT NULL DEFAULT 0,
  cap_campaign_minor  BIGINT NOT NULL DEFAULT 0,
  hold_seconds        BIGINT NOT NULL DEFAULT 900,
  starts_at           BIGINT NOT NULL,
  ends_at             BIGINT NOT NULL,
  state               TEXT   NOT NULL CHECK (state IN ('draft', 'open', 'closing', 'closed')),
  rule_text           TEXT   NOT NULL DEFAULT '',  -- frozen at opening, canonical JSON
  rule_hash           TEXT   NOT NULL DEFAULT '',  -- SHA-256 of rule_text, hex
  made_by             BIGINT NOT NULL DEFAULT 0,
  made_at             BIGINT NOT NULL,
  opened_by           BIGINT NOT NULL DEFAULT 0,
  opened_at           BIGINT NOT NULL DEFAULT 0,
  closed_at           BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE pool_campaign (
  pool_id     BIGINT NOT NULL REFERENCES pool (id),
  campaign_id BIGINT NOT NULL REFERENCES campaign (id),
  PRIMARY KEY (pool_id, campaign_id)
);

CREATE INDEX pool_campaign_campaign ON pool_campaign (campaign_id);

CREATE TABLE pool_use (
  pool_id    BIGINT NOT NULL REFERENCES pool (id),
  scope      TEXT   NOT NULL,                      -- giver, giver_day, campaign
  key        TEXT   NOT NULL,
  used_minor BIGINT NOT NULL CHECK (used_minor >= 0),
  PRIMARY KEY (pool_id, scope, key)
);

CREATE TABLE programme (
  id              INTEGER NOT NULL PRIMARY KEY,
  organisation_id BIGINT NOT NULL REFERENCES organisation (id),
  slug            TEXT   NOT NULL UNIQUE,
  theme           TEXT   NOT NULL,                 -- learning, meals, health, listening, books, warmth, family, other
  name_zh         TEXT   NOT NULL,
  name_en         TEXT   NOT NULL,
  summary_zh      TEXT   NOT NULL DEFAULT '',
  summary_en      TEXT   NOT NULL DEFAULT '',
  place_zh        TEXT   NOT NULL DEFAULT '',
  place_en        TEXT   NOT NULL DEFAULT '',
  state           TEXT   NOT NULL CHECK (state IN ('draft', 'published', 'suspended')),
  source_ref      TEXT   NOT NULL DEFAULT '',
  search_text     TEXT   NOT NULL DEFAULT '',      -- folded words of both languages
  made_at         BIGINT NOT NULL,
  changed_at      BIGINT NOT NULL,
  published_at    BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX programme_organisation ON programme (organisation_id);

CREATE INDEX programme_published ON programme (published_at, id);

CREATE UNIQUE INDEX programme_source ON programme (source_ref) WHERE source_ref <> '';

CREATE TABLE programme_detail (
  programme_id   INTEGER NOT NULL PRIMARY KEY REFERENCES programme (id),
  kind           TEXT   NOT NULL DEFAULT 'programme' CHECK (kind IN ('programme', 'scheme')), -- scheme: of the government
  cost           TEXT   NOT NULL DEFAULT '' CHECK (cost IN ('', 'free', 'amount', 'varies')),  -- '': not stated
  cost_minor     BIGINT NOT NULL DEFAULT 0,         -- fen, with cost 'amount'
  cost_zh        TEXT   NOT NULL DEFAULT '',
  cost_en        TEXT   NOT NULL DEFAULT '',
  languages      TEXT   NOT NULL DEFAULT '',        -- codes between spaces: ' zh en '
  age_from       BIGINT NOT NULL DEFAULT 0,         -- years
  age_to         BIGINT NOT NULL DEFAULT 0,         -- years, that age included; 0: no upper limit
  eligibility_zh TEXT   NOT NULL DEFAULT '',
  eligibility_en TEXT   NOT NULL DEFAULT '',
  coming_zh      TEXT   NOT NULL DEFAULT '',        -- how to come or apply
  coming_en      TEXT   NOT NULL DEFAULT '',
  capacity_zh    TEXT   NOT NULL DEFAULT '',
  capacity_en    TEXT   NOT NULL DEFAULT '',
  phone          TEXT   NOT NULL DEFAULT '',        -- of the place, never of a person
  website        TEXT   NOT NULL DEFAULT ''
);

CREATE TABLE proof_code (
  id_hash    TEXT   NOT NULL PRIMARY KEY,  -- of the form's ticket, who asks, what for and where to
  kind       TEXT   NOT NULL CHECK (kind IN ('sign_in', 'phone', 'email')),
  person_id  BIGINT NOT NULL DEFAULT 0,    -- who is signed in; 0 when signing in
  target     TEXT   NOT NULL,              -- blind index of the number, keyed hash of the address
  client     TEXT   NOT NULL,              -- keyed hash of where the wish came from
  code_hash  TEXT   NOT NULL,              -- keyed hash
  tries      BIGINT NOT NULL DEFAULT 0,
  made_at    BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at    BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX proof_code_client ON proof_code (client, made_at);

CREATE INDEX proof_code_made ON proof_code (made_at);

CREATE INDEX proof_code_target ON proof_code (target, made_at);

CREATE TABLE quarantine (
  id           INTEGER NOT NULL PRIMARY KEY,
  gateway      TEXT   NOT NULL,
  merchant_ref TEXT   NOT NULL,
  provider_ref TEXT   NOT NULL,
  reason       TEXT   NOT NULL,                    -- amount, unit, gateway, unknown, other_ref, ref_used
  amount_minor BIGINT NOT NULL,
  unit         TEXT   NOT NULL,
  paid_at      BIGINT NOT NULL,
  received_at  BIGINT NOT NULL,
  resolved_by  BIGINT NOT NULL DEFAULT 0,
  resolved_at  BIGINT NOT NULL DEFAULT 0,
  note         TEXT   NOT NULL DEFAULT ''
);

CREATE UNIQUE INDEX quarantine_once ON quarantine (gateway, merchant_ref, provider_ref, reason);

CREATE INDEX quarantine_open ON quarantine (id) WHERE resolved_at = 0;

CREATE TABLE recovery_code (
  person_id  BIGINT NOT NULL REFERENCES person (id),
  hash       TEXT   NOT NULL,               -- argon2id, after keying with the installation's secret
  salt       TEXT   NOT NULL,               -- hex; one for all codes that were made together
  made_at    BIGINT NOT NULL,
  used_at    BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (person_id, hash)
);

CREATE TABLE refund (
  id           INTEGER NOT NULL PRIMARY KEY,        -- also our number for it, and the id of its entry
  payment_id   BIGINT NOT NULL REFERENCES payment (id),
  amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
  reason       TEXT   NOT NULL,
  state        TEXT   NOT NULL CHECK (state IN ('requested', 'approved', 'done', 'refused')),
  requested_by BIGINT NOT NULL,
  requested_at BIGINT NOT NULL,
  decided_by   BIGINT NOT NULL DEFAULT 0,
  decided_at   BIGINT NOT NULL DEFAULT 0,
  done_at      BIGINT NOT NULL DEFAULT 0,
  CHECK (decided_by = 0 OR decided_by <> requested_by)
);

CREATE INDEX refund_payment ON refund (payment_id);

CREATE TABLE refusal (
  address TEXT   NOT NULL,                 -- keyed hash
  topic   TEXT   NOT NULL,
  made_at BIGINT NOT NULL,
  PRIMARY KEY (address, topic)
);

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

CREATE TABLE sandbox_order (
  merchant_ref TEXT   NOT NULL PRIMARY KEY,
  provider_ref TEXT   NOT NULL UNIQUE,
  amount_minor BIGINT NOT NULL,
  unit         TEXT   NOT NULL,
  subject      TEXT   NOT NULL,
  state        TEXT   NOT NULL CHECK (state IN ('open', 'paid', 'refused', 'closed')),
  return_path  TEXT   NOT NULL,
  notify_path  TEXT   NOT NULL,
  closes_at    BIGINT NOT NULL,
  trick        TEXT   NOT NULL DEFAULT '',         -- which fault it plays, chosen in the wallet
  made_at      BIGINT NOT NULL,
  paid_at      BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE sandbox_refund (
  refund_ref   TEXT   NOT NULL PRIMARY KEY,
  merchant_ref TEXT   NOT NULL REFERENCES sandbox_order (merchant_ref),
  amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
  made_at      BIGINT NOT NULL
);

CREATE INDEX sandbox_refund_order ON sandbox_refund (merchant_ref);

CREATE TABLE schedule (
  id            INTEGER NOT NULL PRIMARY KEY,
  programme_id  BIGINT NOT NULL REFERENCES programme (id),
  days          BIGINT NOT NULL CHECK (days BETWEEN 1 AND 127),  -- bits: 1 Monday, 2 Tuesday ... 64 Sunday
  every_weeks   BIGINT NOT NULL DEFAULT 1 CHECK (every_weeks BETWEEN 1 AND 8),
  from_week     BIGINT NOT NULL DEFAULT 0,          -- number of the week of from_on, from which weeks are counted
  opens_minute  BIGINT NOT NULL CHECK (opens_minute >= 0),
  closes_minute BIGINT NOT NULL CHECK (closes_minute > opens_minute AND closes_minute <= 1440),
  from_on       TEXT   NOT NULL DEFAULT '',         -- first day, 2026-11-23; '': always
  until_on      TEXT   NOT NULL DEFAULT ''          -- last day
);

CREATE INDEX schedule_programme ON schedule (programme_id);

CREATE TABLE session (
  id         INTEGER NOT NULL PRIMARY KEY,
  token_hash TEXT   NOT NULL,               -- SHA-256 of the cookie's value
  person_id  BIGINT NOT NULL REFERENCES person (id),
  way        TEXT   NOT NULL,               -- how the person proved themselves: 'link', 'passkey', ...
  device     TEXT   NOT NULL,               -- coarse: 'chrome/android'
  made_at    BIGINT NOT NULL,
  seen_at    BIGINT NOT NULL,               -- to ten minutes
  proven_at  BIGINT NOT NULL,               -- when the person last proved themselves in it
  expires_at BIGINT NOT NULL
);

CREATE INDEX session_expires ON session (expires_at);

CREATE INDEX session_person ON session (person_id, id);

CREATE UNIQUE INDEX session_token ON session (token_hash);

CREATE TABLE setting (
  name       TEXT   NOT NULL PRIMARY KEY,
  value      TEXT   NOT NULL,
  changed_at BIGINT NOT NULL,
  changed_by BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE sign_in_link (
  token_hash TEXT   NOT NULL PRIMARY KEY,   -- SHA-256 of what the mail holds
  email      TEXT   NOT NULL,
  to_path    TEXT   NOT NULL DEFAULT '',
  console    BOOLEAN NOT NULL DEFAULT FALSE, -- made on the server, by its operator
  made_at    BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at    BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX sign_in_link_email ON sign_in_link (email, made_at);

CREATE TABLE sign_in_reset (
  id           INTEGER  NOT NULL PRIMARY KEY,
  person_id    BIGINT  NOT NULL REFERENCES person (id),
  asked_by     BIGINT  NOT NULL REFERENCES person (id),
  asked_met    BOOLEAN NOT NULL,            -- has met the person
  asked_at     BIGINT  NOT NULL,
  confirmed_by BIGINT  NOT NULL DEFAULT 0,
  confirmed_met BOOLEAN NOT NULL DEFAULT FALSE,
  confirmed_at BIGINT  NOT NULL DEFAULT 0,
  opens_at     BIGINT  NOT NULL DEFAULT 0,  -- from here on a link is enough to set up anew
  closes_at    BIGINT  NOT NULL,
  ended_at     BIGINT  NOT NULL DEFAULT 0,  -- used or called off
  ended_by     BIGINT  NOT NULL DEFAULT 0,
  CHECK (confirmed_by <> asked_by AND person_id <> asked_by AND confirmed_by <> person_id)
);

CREATE INDEX sign_in_reset_open ON sign_in_reset (closes_at) WHERE ended_at = 0;

CREATE INDEX sign_in_reset_person ON sign_in_reset (person_id, id);

CREATE TABLE suspension (
  id              INTEGER NOT NULL PRIMARY KEY,
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

CREATE TABLE tally (
  scope      TEXT   NOT NULL CHECK (scope IN ('campaign', 'pool')),
  subject_id BIGINT NOT NULL,                      -- the campaign or the pool
  slot_at    BIGINT NOT NULL,                      -- campaign: a day in the network's zone begins; pool: a few seconds
  gifts      BIGINT NOT NULL,
  minor      BIGINT NOT NULL,
  matched    BIGINT NOT NULL,
  PRIMARY KEY (scope, subject_id, slot_at)
);

CREATE INDEX tally_day ON tally (slot_at) WHERE scope = 'campaign';

CREATE TABLE told (
  person_id BIGINT NOT NULL,
  about     TEXT   NOT NULL CHECK (about IN ('ends', 'asked')),
  day       TEXT   NOT NULL,                 -- 2026-08-03, in the network's zone
  PRIMARY KEY (person_id, about, day)
);

CREATE INDEX told_day ON told (day);

CREATE TABLE totp (
  person_id    INTEGER NOT NULL PRIMARY KEY REFERENCES person (id),
  secret       BYTEA  NOT NULL,             -- sealed in the vault under the person; in force
  pending      BYTEA  NOT NULL,             -- sealed; offered and not confirmed yet, or empty
  made_at      BIGINT NOT NULL DEFAULT 0,   -- when the secret was confirmed; 0: none is in force
  pending_at   BIGINT NOT NULL DEFAULT 0,
  used_step    BIGINT NOT NULL DEFAULT 0    -- the last step of 30 s whose code was taken
);

CREATE TABLE vault_key (
  subject_id   INTEGER NOT NULL PRIMARY KEY, -- a record, a person, an organisation; 0: the key of look-ups
  wrapped      BYTEA  NOT NULL,             -- keyset, encrypted by the master key; empty once destroyed
  master_id    TEXT   NOT NULL,
  made_at      BIGINT NOT NULL,
  destroyed_at BIGINT NOT NULL DEFAULT 0,
  proof        TEXT   NOT NULL DEFAULT '',  -- SHA-256 of what was in wrapped when it was destroyed, in hex
  CHECK ((destroyed_at = 0) = (proof = ''))
);

CREATE INDEX vault_key_destroyed ON vault_key (destroyed_at) WHERE destroyed_at <> 0;

CREATE TABLE vault_master (
  id         TEXT   NOT NULL PRIMARY KEY,  -- names a master key and tells nothing of it
  state      TEXT   NOT NULL CHECK (state IN ('current', 'leaving', 'retired')),
  made_at    BIGINT NOT NULL,              -- when the vault first used it
  retired_at BIGINT NOT NULL DEFAULT 0     -- from when on no key is wrapped by it
);

CREATE UNIQUE INDEX vault_master_current ON vault_master (state) WHERE state = 'current';

CREATE TABLE wish (
  person_id   INTEGER  NOT NULL PRIMARY KEY REFERENCES person (id),
  thanks      BOOLEAN NOT NULL,
  outcomes    BOOLEAN NOT NULL,
  reminders   BOOLEAN NOT NULL,
  news        BOOLEAN NOT NULL,
  quiet_from  BIGINT  NOT NULL CHECK (quiet_from >= 0 AND quiet_from < 1440),    -- minutes of the network's day
  quiet_until BIGINT  NOT NULL CHECK (quiet_until >= 0 AND quiet_until < 1440),  -- the same as quiet_from: never quiet
  changed_at  BIGINT  NOT NULL
);

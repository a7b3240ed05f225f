-- The platform: work to be done later, what happened, settings.
-- Throughout: times are microseconds since 1970 in UTC, 0 for 'not yet'; text is '' for 'none';
-- quantities are whole numbers of the unit's smallest part; there are no NULLs.

-- +goose Up
CREATE TABLE job (
  id           BIGINT NOT NULL PRIMARY KEY,
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
CREATE UNIQUE INDEX job_uniq ON job (uniq) WHERE uniq <> '';
CREATE INDEX job_ready ON job (run_at, id) WHERE state = 'ready';
CREATE INDEX job_ended ON job (done_at) WHERE state <> 'ready';

-- The greatest id that was made before the last commit: ids grow over all nodes, and over restarts
-- with a clock that was set back.
CREATE TABLE id_mark (
  one  BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
  last BIGINT NOT NULL
);

CREATE TABLE event (
  id         BIGINT NOT NULL PRIMARY KEY,
  kind       TEXT   NOT NULL,               -- 'gift.captured', 'payout.approved'
  subject_id BIGINT NOT NULL,               -- the gift, payout, need it is about
  person_id  BIGINT NOT NULL DEFAULT 0,     -- who did it; 0 for the system or a guest
  at         BIGINT NOT NULL,
  data       TEXT   NOT NULL                -- JSON; nothing that identifies a child or a giver
);
CREATE INDEX event_subject ON event (subject_id, id);

CREATE TABLE setting (
  name       TEXT   NOT NULL PRIMARY KEY,
  value      TEXT   NOT NULL,
  changed_at BIGINT NOT NULL,
  changed_by BIGINT NOT NULL DEFAULT 0
);

-- People, further: who stands in for whom, how and when to reach somebody, two records of one person made one.

-- +goose Up
-- A supervisor is away for a time; somebody may cover for them. Rows are ended, never deleted.
CREATE TABLE absence (
  id             BIGINT NOT NULL PRIMARY KEY,
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

-- One way to reach somebody. What it is, is sealed under vault_id: the person's own key, which stays
-- the same when the row goes to another record of the same person.
CREATE TABLE contact_point (
  id          BIGINT  NOT NULL PRIMARY KEY,
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
CREATE INDEX contact_point_person ON contact_point (person_id);
CREATE INDEX contact_point_lookup ON contact_point (lookup) WHERE lookup <> '';

-- When somebody has time: hours of a week, and single days on which it is otherwise.
CREATE TABLE available (
  id           BIGINT NOT NULL PRIMARY KEY,
  person_id    BIGINT NOT NULL REFERENCES person (id),
  weekday      BIGINT NOT NULL CHECK (weekday BETWEEN 0 AND 7), -- 1: Monday ... 7: Sunday; 0: on a day of its own
  day          TEXT   NOT NULL DEFAULT '',  -- 2026-12-03, when weekday is 0
  from_minute  BIGINT NOT NULL,
  until_minute BIGINT NOT NULL,             -- equal to from_minute: not at all that day
  made_at      BIGINT NOT NULL
);
CREATE INDEX available_person ON available (person_id);

CREATE TABLE person_merge (
  id           BIGINT NOT NULL PRIMARY KEY,
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
-- The person gone_id is the person kept_id for as long as a row says 'merged'.
CREATE UNIQUE INDEX person_merge_gone ON person_merge (gone_id) WHERE state IN ('waiting', 'merged');

CREATE INDEX person_merge_kept ON person_merge (kept_id) WHERE state = 'merged';

-- What went from one record to the other, so that it can go back.
CREATE TABLE person_merge_moved (
  merge_id BIGINT NOT NULL REFERENCES person_merge (id),
  what     TEXT   NOT NULL,                 -- table.column
  row_ids  TEXT   NOT NULL,                 -- JSON array of ids
  PRIMARY KEY (merge_id, what)
);

-- An inquiry found something: no role with children counts until two people have lifted it. The record
-- itself is never kept, only that, when and under which reference.
CREATE TABLE barred (
  id          BIGINT NOT NULL PRIMARY KEY,
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

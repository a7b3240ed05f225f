-- What safeguarding leads keep: emergencies, legal holds, erasures.

-- +goose Up
CREATE TABLE glass (
  id              BIGINT  NOT NULL PRIMARY KEY,
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
CREATE INDEX glass_record ON glass (record_id, until_at);
CREATE INDEX glass_open ON glass (id) WHERE reviewed_by = 0;

CREATE TABLE legal_hold (
  id        BIGINT NOT NULL PRIMARY KEY,
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

CREATE TABLE erasure (
  record_id       BIGINT NOT NULL PRIMARY KEY,
  organisation_id BIGINT NOT NULL,
  code            TEXT   NOT NULL,
  why             TEXT   NOT NULL CHECK (why IN ('request', 'clock', 'decision')),
  by_id           BIGINT NOT NULL,
  at              BIGINT NOT NULL,
  proof           TEXT   NOT NULL,               -- SHA-256 of the wrapped key that was destroyed
  backups_at      BIGINT NOT NULL,               -- from when on no backup opens it either
  asked_by        BIGINT NOT NULL DEFAULT 0      -- the guardian who asked for it; 0 for nobody
);
CREATE INDEX erasure_organisation ON erasure (organisation_id, at);
CREATE INDEX erasure_asked_by ON erasure (asked_by) WHERE asked_by <> 0;

-- What else was destroyed or emptied because its time had run out. A check of somebody who came back may
-- stand here twice.
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

-- One lead would destroy it; another has to agree.
CREATE TABLE disposal_ask (
  kind       TEXT   NOT NULL,
  subject_id BIGINT NOT NULL,
  by_id      BIGINT NOT NULL,
  at         BIGINT NOT NULL,
  PRIMARY KEY (kind, subject_id)
);

-- An organisation ends: who keeps its children's records, its reports and its holds from then on.
CREATE TABLE handover (
  id              BIGINT NOT NULL PRIMARY KEY,
  organisation_id BIGINT NOT NULL,
  heir_id         BIGINT NOT NULL,               -- 0: the network's leads; the records stay where they are
  records         BIGINT NOT NULL,               -- how many went
  reports         BIGINT NOT NULL,
  by_id           BIGINT NOT NULL,
  at              BIGINT NOT NULL,
  CHECK (organisation_id <> heir_id)
);
CREATE INDEX handover_organisation ON handover (organisation_id, id);

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
  backups_at      BIGINT NOT NULL                -- from when on no backup opens it either
);
CREATE INDEX erasure_organisation ON erasure (organisation_id, at);

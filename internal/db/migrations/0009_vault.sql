-- The vault: one wrapped key for each subject, and files that are sealed under such a key.

-- +goose Up
CREATE TABLE vault_master (
  id         TEXT   NOT NULL PRIMARY KEY,  -- names a master key and tells nothing of it
  state      TEXT   NOT NULL CHECK (state IN ('current', 'leaving', 'retired')),
  made_at    BIGINT NOT NULL,              -- when the vault first used it
  retired_at BIGINT NOT NULL DEFAULT 0     -- from when on no key is wrapped by it
);
CREATE UNIQUE INDEX vault_master_current ON vault_master (state) WHERE state = 'current';

CREATE TABLE vault_key (
  subject_id   BIGINT NOT NULL PRIMARY KEY, -- a record, a person, an organisation; 0: the key of look-ups
  wrapped      BYTEA  NOT NULL,             -- keyset, encrypted by the master key; empty once destroyed
  master_id    TEXT   NOT NULL,
  made_at      BIGINT NOT NULL,
  destroyed_at BIGINT NOT NULL DEFAULT 0,
  proof        TEXT   NOT NULL DEFAULT '',  -- SHA-256 of what was in wrapped when it was destroyed, in hex
  CHECK ((destroyed_at = 0) = (proof = ''))
);
CREATE INDEX vault_key_destroyed ON vault_key (destroyed_at) WHERE destroyed_at <> 0;

CREATE TABLE blob (
  id         BIGINT NOT NULL PRIMARY KEY,
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

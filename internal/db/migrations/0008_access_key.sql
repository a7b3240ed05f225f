-- Keys: what programs (tills, payment feeds, partners) prove themselves with.

-- +goose Up
CREATE TABLE access_key (
  id              BIGINT NOT NULL PRIMARY KEY,
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

-- Signing in: how people prove who they are, and the browsers in which they did.

-- +goose Up
CREATE TABLE session (
  id         BIGINT NOT NULL PRIMARY KEY,
  token_hash TEXT   NOT NULL,               -- SHA-256 of the cookie's value
  person_id  BIGINT NOT NULL REFERENCES person (id),
  way        TEXT   NOT NULL,               -- how the person proved themselves: 'link', 'passkey', ...
  device     TEXT   NOT NULL,               -- coarse: 'chrome/android'
  made_at    BIGINT NOT NULL,
  seen_at    BIGINT NOT NULL,               -- to ten minutes
  proven_at  BIGINT NOT NULL,               -- when the person last proved themselves in it
  expires_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX session_token ON session (token_hash);
CREATE INDEX session_person ON session (person_id, id);
CREATE INDEX session_expires ON session (expires_at);

CREATE TABLE passkey (
  id            BIGINT NOT NULL PRIMARY KEY,
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
  person_id  BIGINT NOT NULL PRIMARY KEY REFERENCES person (id),
  hash       TEXT   NOT NULL,               -- argon2id, with its parameters and salt
  made_at    BIGINT NOT NULL
);

CREATE TABLE totp (
  person_id    BIGINT NOT NULL PRIMARY KEY REFERENCES person (id),
  secret       BYTEA  NOT NULL,             -- sealed in the vault under the person; in force
  pending      BYTEA  NOT NULL,             -- sealed; offered and not confirmed yet, or empty
  made_at      BIGINT NOT NULL DEFAULT 0,   -- when the secret was confirmed; 0: none is in force
  pending_at   BIGINT NOT NULL DEFAULT 0,
  used_step    BIGINT NOT NULL DEFAULT 0    -- the last step of 30 s whose code was taken
);

CREATE TABLE recovery_code (
  person_id  BIGINT NOT NULL REFERENCES person (id),
  hash       TEXT   NOT NULL,               -- argon2id, after keying with the installation's secret
  salt       TEXT   NOT NULL,               -- hex; one for all codes that were made together
  made_at    BIGINT NOT NULL,
  used_at    BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (person_id, hash)
);

-- The family code: what guardians say, beside a link or a text message, before their children's pages open.
CREATE TABLE family_code (
  person_id BIGINT NOT NULL PRIMARY KEY REFERENCES person (id),
  hash      TEXT   NOT NULL,                -- argon2id, with its parameters and salt
  made_at   BIGINT NOT NULL,
  wrong     BIGINT NOT NULL DEFAULT 0,      -- guesses since it was last said right, or set
  free_at   BIGINT NOT NULL DEFAULT 0       -- the next guess from a strange browser is looked at from here on
);

-- What a worker hands over on paper, face to face, so that a guardian sets a new family code.
CREATE TABLE family_paper (
  hash       TEXT   NOT NULL PRIMARY KEY,   -- keyed with the installation's secret
  person_id  BIGINT NOT NULL REFERENCES person (id),
  made_by    BIGINT NOT NULL,
  made_at    BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX family_paper_person ON family_paper (person_id);
CREATE INDEX family_paper_expires ON family_paper (expires_at);

-- Browsers in which somebody has proved themselves well: their guesses are counted apart, so that
-- nobody else can use up the owner's.
CREATE TABLE known_device (
  token_hash TEXT    NOT NULL,
  person_id  BIGINT  NOT NULL REFERENCES person (id),
  strong     BOOLEAN NOT NULL,              -- with more than a link
  seen_at    BIGINT  NOT NULL,
  PRIMARY KEY (token_hash, person_id)
);
CREATE INDEX known_device_person ON known_device (person_id, seen_at);

-- A passkey's challenge on its way to a browser and back.
CREATE TABLE ceremony (
  token_hash TEXT   NOT NULL PRIMARY KEY,
  kind       TEXT   NOT NULL CHECK (kind IN ('register', 'sign_in', 'prove')),
  person_id  BIGINT NOT NULL,               -- 0: whoever holds the passkey
  data       TEXT   NOT NULL,               -- JSON
  expires_at BIGINT NOT NULL
);
CREATE INDEX ceremony_expires ON ceremony (expires_at);

-- Guesses. A bucket's number comes from a keyed hash of fixed size, so that the table has an end.
CREATE TABLE attempt (
  bucket     BIGINT NOT NULL PRIMARY KEY,
  failures   BIGINT NOT NULL,
  last_at    BIGINT NOT NULL,
  free_at    BIGINT NOT NULL                -- the next guess is looked at from here on
);
CREATE INDEX attempt_last ON attempt (last_at);

-- Two people let a third set up a new way to sign in, who has lost the old.
CREATE TABLE sign_in_reset (
  id           BIGINT  NOT NULL PRIMARY KEY,
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
CREATE INDEX sign_in_reset_person ON sign_in_reset (person_id, id);
CREATE INDEX sign_in_reset_open ON sign_in_reset (closes_at) WHERE ended_at = 0;

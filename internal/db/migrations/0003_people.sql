-- People: who they are, what they are appointed to, how they sign in.

-- +goose Up
CREATE TABLE person (
  id         BIGINT NOT NULL PRIMARY KEY,
  email      TEXT   NOT NULL DEFAULT '',    -- folded; '' for a person without one
  name       TEXT   NOT NULL,
  lang       TEXT   NOT NULL DEFAULT '',
  made_at    BIGINT NOT NULL,
  seen_at    BIGINT NOT NULL DEFAULT 0,
  left_at    BIGINT NOT NULL DEFAULT 0      -- the account was deleted; the row stays for what refers to it
);
CREATE UNIQUE INDEX person_email ON person (email) WHERE email <> '';

CREATE TABLE appointment (
  id              BIGINT NOT NULL PRIMARY KEY,
  person_id       BIGINT NOT NULL REFERENCES person (id),
  role            TEXT   NOT NULL,
  organisation_id BIGINT NOT NULL DEFAULT 0, -- 0: the whole network
  starts_at       BIGINT NOT NULL,
  ends_at         BIGINT NOT NULL DEFAULT 0, -- 0: open
  made_by         BIGINT NOT NULL DEFAULT 0,
  made_at         BIGINT NOT NULL
);
CREATE INDEX appointment_person ON appointment (person_id);

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

-- Consent: what guardians were asked about a child, what they said, until when. Rows are never changed:
-- a later answer takes the place of an earlier one by standing after it.

-- +goose Up
CREATE TABLE consent_text (
  hash    TEXT   NOT NULL PRIMARY KEY,       -- SHA-256 of words, hex
  purpose TEXT   NOT NULL,
  version BIGINT NOT NULL,
  lang    TEXT   NOT NULL,
  words   TEXT   NOT NULL,                   -- exactly what was shown: title, question, paragraphs, one a line
  kept_at BIGINT NOT NULL
);

CREATE TABLE consent (
  id              BIGINT  NOT NULL PRIMARY KEY,
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
CREATE INDEX consent_record ON consent (record_id, id);
CREATE INDEX consent_matter ON consent (record_id, guardian_id, purpose, about_id, id);
CREATE INDEX consent_expires ON consent (organisation_id, expires_at) WHERE given;
CREATE INDEX consent_ends ON consent (expires_at, id) WHERE given;

CREATE TABLE consent_withdrawal (
  consent_id  BIGINT NOT NULL PRIMARY KEY REFERENCES consent (id),
  record_id   BIGINT NOT NULL,
  route       TEXT   NOT NULL CHECK (route IN ('website', 'phone', 'paper', 'in_person', 'worker')),
  recorder_id BIGINT NOT NULL,
  at          BIGINT NOT NULL
);
CREATE INDEX consent_withdrawal_record ON consent_withdrawal (record_id);

CREATE TABLE consent_ask (
  record_id   BIGINT NOT NULL,
  guardian_id BIGINT NOT NULL,
  purpose     TEXT   NOT NULL,
  about_id    BIGINT NOT NULL,
  by_id       BIGINT NOT NULL,
  asked_at    BIGINT NOT NULL,
  PRIMARY KEY (record_id, guardian_id, purpose, about_id)
);

CREATE TABLE consent_remark (
  id        BIGINT  NOT NULL PRIMARY KEY,
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

CREATE TABLE consent_override (
  id              BIGINT NOT NULL PRIMARY KEY,
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

-- What was said already of a yes that ends soon.
CREATE TABLE consent_reminder (
  consent_id BIGINT NOT NULL REFERENCES consent (id),
  days       BIGINT NOT NULL,                -- before its end
  made_at    BIGINT NOT NULL,
  PRIMARY KEY (consent_id, days)
);

-- Of what somebody was told on a day, so that they hear of it once a day, however much there is.
CREATE TABLE told (
  person_id BIGINT NOT NULL,
  about     TEXT   NOT NULL CHECK (about IN ('ends', 'asked')),
  day       TEXT   NOT NULL,                 -- 2026-08-03, in the network's zone
  PRIMARY KEY (person_id, about, day)
);
CREATE INDEX told_day ON told (day);

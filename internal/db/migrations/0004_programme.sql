-- Organisations, their programmes, and what they need. How these were checked is in 0013.

-- +goose Up
CREATE TABLE organisation (
  id                  BIGINT NOT NULL PRIMARY KEY,
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

CREATE TABLE programme (
  id              BIGINT NOT NULL PRIMARY KEY,
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
CREATE UNIQUE INDEX programme_source ON programme (source_ref) WHERE source_ref <> '';

CREATE TABLE need (
  id           BIGINT NOT NULL PRIMARY KEY,
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

-- What a family needs to know of a programme: where, when, for whom, what it costs, in which languages.

-- +goose Up
CREATE INDEX programme_published ON programme (published_at, id);

CREATE TABLE programme_detail (
  programme_id   BIGINT NOT NULL PRIMARY KEY REFERENCES programme (id),
  kind           TEXT   NOT NULL DEFAULT 'programme' CHECK (kind IN ('programme', 'scheme')), -- scheme: of the government
  cost           TEXT   NOT NULL DEFAULT '' CHECK (cost IN ('', 'free', 'amount', 'varies')),  -- '': not stated
  cost_minor     BIGINT NOT NULL DEFAULT 0,         -- fen, with cost 'amount'
  cost_zh        TEXT   NOT NULL DEFAULT '',
  cost_en        TEXT   NOT NULL DEFAULT '',
  languages      TEXT   NOT NULL DEFAULT '',        -- codes between spaces: ' zh en '
  age_from       BIGINT NOT NULL DEFAULT 0,         -- years
  age_to         BIGINT NOT NULL DEFAULT 0,         -- years, that age included; 0: no upper limit
  eligibility_zh TEXT   NOT NULL DEFAULT '',
  eligibility_en TEXT   NOT NULL DEFAULT '',
  coming_zh      TEXT   NOT NULL DEFAULT '',        -- how to come or apply
  coming_en      TEXT   NOT NULL DEFAULT '',
  capacity_zh    TEXT   NOT NULL DEFAULT '',
  capacity_en    TEXT   NOT NULL DEFAULT '',
  phone          TEXT   NOT NULL DEFAULT '',        -- of the place, never of a person
  website        TEXT   NOT NULL DEFAULT ''
);

-- A sealed place (a shelter, a home) keeps no street and no position: what is not there cannot leak.
CREATE TABLE place (
  id           BIGINT  NOT NULL PRIMARY KEY,
  programme_id BIGINT  NOT NULL REFERENCES programme (id),
  kind         TEXT    NOT NULL CHECK (kind IN ('physical', 'virtual', 'postal')),
  sealed       BOOLEAN NOT NULL,
  name_zh      TEXT    NOT NULL DEFAULT '',
  name_en      TEXT    NOT NULL DEFAULT '',
  line_zh      TEXT    NOT NULL DEFAULT '',         -- street and number
  line_en      TEXT    NOT NULL DEFAULT '',
  town_zh      TEXT    NOT NULL DEFAULT '',
  town_en      TEXT    NOT NULL DEFAULT '',
  postcode     TEXT    NOT NULL DEFAULT '',
  link         TEXT    NOT NULL DEFAULT '',         -- of a virtual place
  placed       BOOLEAN NOT NULL,                    -- has a position
  latitude_e6  BIGINT  NOT NULL DEFAULT 0,          -- millionths of a degree, WGS 84
  longitude_e6 BIGINT  NOT NULL DEFAULT 0,
  CHECK (NOT sealed OR (NOT placed AND line_zh = '' AND line_en = '' AND postcode = '' AND link = '')),
  CHECK (latitude_e6 BETWEEN -90000000 AND 90000000 AND longitude_e6 BETWEEN -180000000 AND 180000000)
);
CREATE INDEX place_programme ON place (programme_id);
CREATE INDEX place_position ON place (latitude_e6, longitude_e6) WHERE placed;

-- When a programme is open: a weekly rule (RFC 5545: FREQ=WEEKLY with BYDAY and INTERVAL) and hours of
-- the network's clock.
CREATE TABLE schedule (
  id            BIGINT NOT NULL PRIMARY KEY,
  programme_id  BIGINT NOT NULL REFERENCES programme (id),
  days          BIGINT NOT NULL CHECK (days BETWEEN 1 AND 127),  -- bits: 1 Monday, 2 Tuesday ... 64 Sunday
  every_weeks   BIGINT NOT NULL DEFAULT 1 CHECK (every_weeks BETWEEN 1 AND 8),
  from_week     BIGINT NOT NULL DEFAULT 0,          -- number of the week of from_on, from which weeks are counted
  opens_minute  BIGINT NOT NULL CHECK (opens_minute >= 0),
  closes_minute BIGINT NOT NULL CHECK (closes_minute > opens_minute AND closes_minute <= 1440),
  from_on       TEXT   NOT NULL DEFAULT '',         -- first day, 2026-11-23; '': always
  until_on      TEXT   NOT NULL DEFAULT ''          -- last day
);
CREATE INDEX schedule_programme ON schedule (programme_id);

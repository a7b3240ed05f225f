-- Payments: what a gateway was asked for and what it said; and the sandbox, a gateway of our own.

-- +goose Up
CREATE TABLE payment (
  id            BIGINT NOT NULL PRIMARY KEY,
  purpose_id    BIGINT NOT NULL,                   -- the gift
  gateway       TEXT   NOT NULL,
  merchant_ref  TEXT   NOT NULL UNIQUE,            -- our number for it (out_trade_no)
  provider_ref  TEXT   NOT NULL DEFAULT '',        -- theirs (transaction_id)
  amount_minor  BIGINT NOT NULL CHECK (amount_minor > 0),
  unit          TEXT   NOT NULL,
  state         TEXT   NOT NULL CHECK (state IN ('created', 'pending', 'captured', 'failed', 'closed')),
  made_at       BIGINT NOT NULL,
  closes_at     BIGINT NOT NULL,                   -- ask the gateway and close it from here on
  paid_at       BIGINT NOT NULL DEFAULT 0,
  ended_at      BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX payment_purpose ON payment (purpose_id);
CREATE UNIQUE INDEX payment_provider_ref ON payment (provider_ref, gateway) WHERE provider_ref <> '';
CREATE INDEX payment_open ON payment (closes_at, id) WHERE state IN ('created', 'pending');

-- A notice that could not be credited waits here for a person.
CREATE TABLE quarantine (
  id           BIGINT NOT NULL PRIMARY KEY,
  gateway      TEXT   NOT NULL,
  merchant_ref TEXT   NOT NULL,
  provider_ref TEXT   NOT NULL,
  reason       TEXT   NOT NULL,                    -- amount, unit, gateway, unknown, other_ref, ref_used
  amount_minor BIGINT NOT NULL,
  unit         TEXT   NOT NULL,
  paid_at      BIGINT NOT NULL,
  received_at  BIGINT NOT NULL,
  resolved_by  BIGINT NOT NULL DEFAULT 0,
  resolved_at  BIGINT NOT NULL DEFAULT 0,
  note         TEXT   NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX quarantine_once ON quarantine (gateway, merchant_ref, provider_ref, reason);
CREATE INDEX quarantine_open ON quarantine (id) WHERE resolved_at = 0;

CREATE TABLE refund (
  id           BIGINT NOT NULL PRIMARY KEY,        -- also our number for it, and the id of its entry
  payment_id   BIGINT NOT NULL REFERENCES payment (id),
  amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
  reason       TEXT   NOT NULL,
  state        TEXT   NOT NULL CHECK (state IN ('requested', 'approved', 'done', 'refused')),
  requested_by BIGINT NOT NULL,
  requested_at BIGINT NOT NULL,
  decided_by   BIGINT NOT NULL DEFAULT 0,
  decided_at   BIGINT NOT NULL DEFAULT 0,
  done_at      BIGINT NOT NULL DEFAULT 0,
  CHECK (decided_by = 0 OR decided_by <> requested_by)
);
CREATE INDEX refund_payment ON refund (payment_id);

CREATE TABLE sandbox_order (
  merchant_ref TEXT   NOT NULL PRIMARY KEY,
  provider_ref TEXT   NOT NULL UNIQUE,
  amount_minor BIGINT NOT NULL,
  unit         TEXT   NOT NULL,
  subject      TEXT   NOT NULL,
  state        TEXT   NOT NULL CHECK (state IN ('open', 'paid', 'refused', 'closed')),
  return_path  TEXT   NOT NULL,
  notify_path  TEXT   NOT NULL,
  closes_at    BIGINT NOT NULL,
  trick        TEXT   NOT NULL DEFAULT '',         -- which fault it plays, chosen in the wallet
  made_at      BIGINT NOT NULL,
  paid_at      BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE sandbox_refund (
  refund_ref   TEXT   NOT NULL PRIMARY KEY,
  merchant_ref TEXT   NOT NULL REFERENCES sandbox_order (merchant_ref),
  amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
  made_at      BIGINT NOT NULL
);
CREATE INDEX sandbox_refund_order ON sandbox_refund (merchant_ref);

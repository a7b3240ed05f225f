-- One's own account: the telephone, what one wishes to hear, gifts kept in it, signing in with the
-- network's own provider, leaving.

-- +goose Up
CREATE TABLE person_phone (
  person_id BIGINT NOT NULL PRIMARY KEY REFERENCES person (id),
  lookup    TEXT   NOT NULL,               -- blind index: found by it, read from it never
  sealed    BYTEA  NOT NULL,               -- the number (E.164) under the person's own key
  proven_at BIGINT NOT NULL,               -- the last time a code came back from it
  made_at   BIGINT NOT NULL
);
CREATE UNIQUE INDEX person_phone_lookup ON person_phone (lookup);

-- Codes of six digits, sent to a number or an address to prove it.
CREATE TABLE proof_code (
  id_hash    TEXT   NOT NULL PRIMARY KEY,  -- of the form's ticket, who asks, what for and where to
  kind       TEXT   NOT NULL CHECK (kind IN ('sign_in', 'phone', 'email')),
  person_id  BIGINT NOT NULL DEFAULT 0,    -- who is signed in; 0 when signing in
  target     TEXT   NOT NULL,              -- blind index of the number, keyed hash of the address
  client     TEXT   NOT NULL,              -- keyed hash of where the wish came from
  code_hash  TEXT   NOT NULL,              -- keyed hash
  tries      BIGINT NOT NULL DEFAULT 0,
  made_at    BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at    BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX proof_code_target ON proof_code (target, made_at);
CREATE INDEX proof_code_client ON proof_code (client, made_at);
CREATE INDEX proof_code_made ON proof_code (made_at);

-- Addresses that a person had proven before the present one: gifts under them stay theirs.
CREATE TABLE past_address (
  email     TEXT   NOT NULL PRIMARY KEY,
  person_id BIGINT NOT NULL REFERENCES person (id),
  made_at   BIGINT NOT NULL
);
CREATE INDEX past_address_person ON past_address (person_id);

CREATE TABLE wish (
  person_id   BIGINT  NOT NULL PRIMARY KEY REFERENCES person (id),
  thanks      BOOLEAN NOT NULL,
  outcomes    BOOLEAN NOT NULL,
  reminders   BOOLEAN NOT NULL,
  news        BOOLEAN NOT NULL,
  quiet_from  BIGINT  NOT NULL CHECK (quiet_from >= 0 AND quiet_from < 1440),    -- minutes of the network's day
  quiet_until BIGINT  NOT NULL CHECK (quiet_until >= 0 AND quiet_until < 1440),  -- the same as quiet_from: never quiet
  changed_at  BIGINT  NOT NULL
);

-- What those who have no account do not wish to be sent.
CREATE TABLE refusal (
  address TEXT   NOT NULL,                 -- keyed hash
  topic   TEXT   NOT NULL,
  made_at BIGINT NOT NULL,
  PRIMARY KEY (address, topic)
);

-- Gifts that a person put into their account by the gift's private link.
CREATE TABLE kept_gift (
  person_id BIGINT NOT NULL REFERENCES person (id),
  gift_id   BIGINT NOT NULL,
  made_at   BIGINT NOT NULL,
  PRIMARY KEY (person_id, gift_id)
);

CREATE TABLE leaving (
  person_id BIGINT NOT NULL PRIMARY KEY REFERENCES person (id),
  asked_at  BIGINT NOT NULL,
  due_at    BIGINT NOT NULL,
  done_at   BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX leaving_due ON leaving (due_at) WHERE done_at = 0;

-- Who a person is at the network's own OpenID Connect provider.
CREATE TABLE oidc_link (
  issuer    TEXT   NOT NULL,
  subject   TEXT   NOT NULL,
  person_id BIGINT NOT NULL REFERENCES person (id),
  made_at   BIGINT NOT NULL,
  seen_at   BIGINT NOT NULL,
  PRIMARY KEY (issuer, subject)
);
CREATE INDEX oidc_link_person ON oidc_link (person_id);

-- A sign-in at the provider that is under way, bound to the browser that began it.
CREATE TABLE oidc_ceremony (
  state_hash   TEXT   NOT NULL PRIMARY KEY,
  browser_hash TEXT   NOT NULL,
  nonce        TEXT   NOT NULL,
  verifier     TEXT   NOT NULL,              -- PKCE, RFC 7636
  to_path      TEXT   NOT NULL,
  subject      TEXT   NOT NULL DEFAULT '',   -- set when the provider has answered and a link waits for a yes
  email        TEXT   NOT NULL DEFAULT '',
  strong       BOOLEAN NOT NULL DEFAULT FALSE,  -- the provider has asked for two things
  expires_at   BIGINT NOT NULL,
  used_at      BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX oidc_ceremony_expires ON oidc_ceremony (expires_at);

CREATE INDEX gift_person ON gift (person_id, id) WHERE person_id <> 0;  -- the gifts of somebody who had signed in

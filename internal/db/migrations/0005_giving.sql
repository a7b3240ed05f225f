-- Giving: funds, campaigns, pools, gifts, payouts, outcomes.

-- +goose Up
CREATE TABLE fund (
  id           BIGINT  NOT NULL PRIMARY KEY,
  slug         TEXT    NOT NULL UNIQUE,
  name_zh      TEXT    NOT NULL,
  name_en      TEXT    NOT NULL,
  restricted   BOOLEAN NOT NULL,
  programme_id BIGINT  NOT NULL DEFAULT 0,         -- 0: the network's own
  account_id   BIGINT  NOT NULL,
  opened_at    BIGINT  NOT NULL
);

CREATE TABLE campaign (
  id               BIGINT NOT NULL PRIMARY KEY,
  need_id          BIGINT NOT NULL UNIQUE REFERENCES need (id),  -- title, words, goal and place live there
  slug             TEXT   NOT NULL UNIQUE,                       -- the need's
  fund_id          BIGINT NOT NULL REFERENCES fund (id),
  fallback_fund_id BIGINT NOT NULL REFERENCES fund (id),         -- where what is left over goes
  filing_number    TEXT   NOT NULL DEFAULT '',                   -- of the filed fundraising plan
  filed_at         BIGINT NOT NULL DEFAULT 0,                    -- the day on which it was filed
  starts_at        BIGINT NOT NULL,
  ends_at          BIGINT NOT NULL,
  state            TEXT   NOT NULL CHECK (state IN ('draft', 'open', 'closed')),
  made_by          BIGINT NOT NULL DEFAULT 0,
  made_at          BIGINT NOT NULL,
  closed_at        BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX campaign_fund ON campaign (fund_id);

CREATE TABLE impact_unit (
  campaign_id BIGINT NOT NULL REFERENCES campaign (id),
  price_minor BIGINT NOT NULL CHECK (price_minor > 0),
  label_zh    TEXT   NOT NULL,                     -- '一天的药'
  label_en    TEXT   NOT NULL,                     -- 'a day of medicine'
  PRIMARY KEY (campaign_id, price_minor)
);

CREATE TABLE pool (
  id                  BIGINT NOT NULL PRIMARY KEY,
  slug                TEXT   NOT NULL UNIQUE,
  name_zh             TEXT   NOT NULL,
  name_en             TEXT   NOT NULL,
  sponsor_id          BIGINT NOT NULL REFERENCES organisation (id),
  account_id          BIGINT NOT NULL,
  rule                TEXT   NOT NULL CHECK (rule IN ('first_come', 'pro_rata')),
  ratio_percent       BIGINT NOT NULL CHECK (ratio_percent BETWEEN 1 AND 1000),
  min_gift_minor      BIGINT NOT NULL DEFAULT 0,
  cap_gift_minor      BIGINT NOT NULL DEFAULT 0,   -- 0: no cap
  cap_giver_minor     BIGINT NOT NULL DEFAULT 0,
  cap_giver_day_minor BIGINT NOT NULL DEFAULT 0,
  cap_campaign_minor  BIGINT NOT NULL DEFAULT 0,
  hold_seconds        BIGINT NOT NULL DEFAULT 900,
  starts_at           BIGINT NOT NULL,
  ends_at             BIGINT NOT NULL,
  state               TEXT   NOT NULL CHECK (state IN ('draft', 'open', 'closing', 'closed')),
  rule_text           TEXT   NOT NULL DEFAULT '',  -- frozen at opening, canonical JSON
  rule_hash           TEXT   NOT NULL DEFAULT '',  -- SHA-256 of rule_text, hex
  made_by             BIGINT NOT NULL DEFAULT 0,
  made_at             BIGINT NOT NULL,
  opened_by           BIGINT NOT NULL DEFAULT 0,
  opened_at           BIGINT NOT NULL DEFAULT 0,
  closed_at           BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE pool_campaign (
  pool_id     BIGINT NOT NULL REFERENCES pool (id),
  campaign_id BIGINT NOT NULL REFERENCES campaign (id),
  PRIMARY KEY (pool_id, campaign_id)
);
CREATE INDEX pool_campaign_campaign ON pool_campaign (campaign_id);

-- How much of each cap is used by holds and matches; check recomputes it from the gifts.
CREATE TABLE pool_use (
  pool_id    BIGINT NOT NULL REFERENCES pool (id),
  scope      TEXT   NOT NULL,                      -- giver, giver_day, campaign
  key        TEXT   NOT NULL,
  used_minor BIGINT NOT NULL CHECK (used_minor >= 0),
  PRIMARY KEY (pool_id, scope, key)
);

CREATE TABLE gift (
  id              BIGINT  NOT NULL PRIMARY KEY,    -- also the id of its entry in the ledger
  token           TEXT    NOT NULL,                -- of its private link: begins with the id, and is found by it
  form_key        TEXT    NOT NULL DEFAULT '',     -- idempotency key of whoever made it
  need_id         BIGINT  NOT NULL REFERENCES need (id),
  campaign_id     BIGINT  NOT NULL DEFAULT 0,      -- 0: a gift that is not money
  fund_id         BIGINT  NOT NULL DEFAULT 0,
  unit            TEXT    NOT NULL,
  quantity        BIGINT  NOT NULL CHECK (quantity > 0),
  method          TEXT    NOT NULL,                -- a gateway's name, cash, bank, promise
  state           TEXT    NOT NULL CHECK (state IN ('waiting', 'received', 'failed', 'closed')),
  visibility      TEXT    NOT NULL CHECK (visibility IN ('public', 'organisation', 'sealed')),
  person_id       BIGINT  NOT NULL DEFAULT 0,
  giver_name      TEXT    NOT NULL DEFAULT '',
  giver_email     TEXT    NOT NULL DEFAULT '',
  giver_key       TEXT    NOT NULL DEFAULT '',     -- keyed hash that caps are counted by
  message         TEXT    NOT NULL DEFAULT '',
  words           TEXT    NOT NULL DEFAULT '' CHECK (words IN ('', 'waiting', 'shown', 'hidden')),  -- may the public read name and message
  lang            TEXT    NOT NULL DEFAULT '',
  pool_id         BIGINT  NOT NULL DEFAULT 0,
  match_id        BIGINT  NOT NULL DEFAULT 0,      -- the match's hold, and its entry once posted
  match_promised  BIGINT  NOT NULL DEFAULT 0,      -- first come: held while the promise lives
  match_posted    BIGINT  NOT NULL DEFAULT 0,
  promise_ends_at BIGINT  NOT NULL DEFAULT 0,
  refunded        BIGINT  NOT NULL DEFAULT 0,
  import_ref      TEXT    NOT NULL DEFAULT '',     -- reference on the statement or slip it came from
  given_on        TEXT    NOT NULL DEFAULT '',     -- the day that caps count it to, in the network's zone at the time
  made_at         BIGINT  NOT NULL,
  received_at     BIGINT  NOT NULL DEFAULT 0       -- when the money moved, by the gateway's word
);
CREATE UNIQUE INDEX gift_form_key ON gift (form_key) WHERE form_key <> '';
CREATE UNIQUE INDEX gift_import_ref ON gift (import_ref) WHERE import_ref <> '';
CREATE INDEX gift_campaign ON gift (campaign_id, received_at, id) WHERE campaign_id <> 0 AND received_at > 0;
CREATE INDEX gift_need ON gift (need_id, made_at, id) WHERE campaign_id = 0;
CREATE INDEX gift_pool ON gift (pool_id, id) WHERE pool_id <> 0 AND match_promised = 0;  -- those that take part in a sharing out
CREATE INDEX gift_waiting ON gift (promise_ends_at, id) WHERE state = 'waiting';
CREATE INDEX gift_words ON gift (id) WHERE words = 'waiting';
CREATE INDEX gift_email ON gift (giver_email, id) WHERE giver_email <> '';

-- Gifts of money counted as they come: pages cannot count millions. check counts them again.
CREATE TABLE tally (
  scope      TEXT   NOT NULL CHECK (scope IN ('campaign', 'pool')),
  subject_id BIGINT NOT NULL,                      -- the campaign or the pool
  slot_at    BIGINT NOT NULL,                      -- campaign: a day in the network's zone begins; pool: a few seconds
  gifts      BIGINT NOT NULL,
  minor      BIGINT NOT NULL,
  matched    BIGINT NOT NULL,
  PRIMARY KEY (scope, subject_id, slot_at)
);
CREATE INDEX tally_day ON tally (slot_at) WHERE scope = 'campaign';

-- What a pool that is shared out at its close gives to each gift: written once, then posted.
CREATE TABLE allotment (
  pool_id        BIGINT NOT NULL REFERENCES pool (id),
  gift_id        BIGINT NOT NULL REFERENCES gift (id),
  eligible_minor BIGINT NOT NULL,
  match_minor    BIGINT NOT NULL,
  posted_at      BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (pool_id, gift_id)
);

CREATE TABLE invoice (
  id              BIGINT NOT NULL PRIMARY KEY,
  organisation_id BIGINT NOT NULL REFERENCES organisation (id),  -- who is paid
  number          TEXT   NOT NULL,
  issued_at       BIGINT NOT NULL,
  amount_minor    BIGINT NOT NULL CHECK (amount_minor > 0),
  unit            TEXT   NOT NULL,
  about_zh        TEXT   NOT NULL DEFAULT '',
  about_en        TEXT   NOT NULL DEFAULT '',
  document_sha256 TEXT   NOT NULL DEFAULT '',
  recorded_by     BIGINT NOT NULL,
  recorded_at     BIGINT NOT NULL
);
CREATE UNIQUE INDEX invoice_number ON invoice (organisation_id, number);

CREATE TABLE payout (
  id             BIGINT NOT NULL PRIMARY KEY,      -- also the id of its hold
  entry_id       BIGINT NOT NULL,                  -- of its entry, once paid
  fund_id        BIGINT NOT NULL REFERENCES fund (id),
  invoice_id     BIGINT NOT NULL REFERENCES invoice (id),
  amount_minor   BIGINT NOT NULL CHECK (amount_minor > 0),
  state          TEXT   NOT NULL CHECK (state IN ('requested', 'approved', 'refused', 'paid')),
  requested_by   BIGINT NOT NULL,
  requested_at   BIGINT NOT NULL,
  decided_by     BIGINT NOT NULL DEFAULT 0,        -- never the one who requested
  decided_at     BIGINT NOT NULL DEFAULT 0,
  reason         TEXT   NOT NULL DEFAULT '',
  paid_by        BIGINT NOT NULL DEFAULT 0,
  paid_at        BIGINT NOT NULL DEFAULT 0,
  bank_reference TEXT   NOT NULL DEFAULT '',
  CHECK (decided_by = 0 OR decided_by <> requested_by)
);
CREATE INDEX payout_fund ON payout (fund_id, id);
CREATE INDEX payout_invoice ON payout (invoice_id);
CREATE INDEX payout_open ON payout (state, id) WHERE state IN ('requested', 'approved');

CREATE TABLE outcome (
  id          BIGINT NOT NULL PRIMARY KEY,         -- also the id of its entry
  payout_id   BIGINT NOT NULL REFERENCES payout (id),
  unit        TEXT   NOT NULL,
  quantity    BIGINT NOT NULL CHECK (quantity > 0),
  label_zh    TEXT   NOT NULL,
  label_en    TEXT   NOT NULL,
  happened_at BIGINT NOT NULL,
  recorded_by BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL
);
CREATE INDEX outcome_payout ON outcome (payout_id);

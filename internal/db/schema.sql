-- The schema that the migrations make, for reading. Written by: go test ./internal/db -run SchemaDump -update

CREATE TABLE access_key (
  id              INTEGER NOT NULL PRIMARY KEY,
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

CREATE TABLE account (
  id        INTEGER  NOT NULL PRIMARY KEY,
  code      TEXT    NOT NULL UNIQUE,        -- 'fund:01h...', 'gateway:sandbox'
  unit      TEXT    NOT NULL,
  floored   BOOLEAN NOT NULL,               -- never below zero, held included
  traced    BOOLEAN NOT NULL,               -- keeps its two lines, so that gifts can be followed
  in_total  BIGINT  NOT NULL DEFAULT 0,     -- all that ever came in: the end of the line of arrivals
  out_total BIGINT  NOT NULL DEFAULT 0,     -- all that ever went out
  held_out  BIGINT  NOT NULL DEFAULT 0,     -- reserved to leave
  held_in   BIGINT  NOT NULL DEFAULT 0,     -- promised to arrive
  spent_to  BIGINT  NOT NULL DEFAULT 0,     -- first in, first out has used the arrivals up to here
  opened_at BIGINT  NOT NULL,
  CHECK (held_out >= 0 AND held_in >= 0),
  CHECK (NOT floored OR in_total - out_total - held_out >= 0)
);

CREATE TABLE allotment (
  pool_id        BIGINT NOT NULL REFERENCES pool (id),
  gift_id        BIGINT NOT NULL REFERENCES gift (id),
  eligible_minor BIGINT NOT NULL,
  match_minor    BIGINT NOT NULL,
  posted_at      BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (pool_id, gift_id)
);

CREATE TABLE appointment (
  id              INTEGER NOT NULL PRIMARY KEY,
  person_id       BIGINT NOT NULL REFERENCES person (id),
  role            TEXT   NOT NULL,
  organisation_id BIGINT NOT NULL DEFAULT 0, -- 0: the whole network
  starts_at       BIGINT NOT NULL,
  ends_at         BIGINT NOT NULL DEFAULT 0, -- 0: open
  made_by         BIGINT NOT NULL DEFAULT 0,
  made_at         BIGINT NOT NULL
);

CREATE INDEX appointment_person ON appointment (person_id);

CREATE TABLE audit_row (
  id              INTEGER NOT NULL PRIMARY KEY,
  at              BIGINT NOT NULL,
  kind            TEXT   NOT NULL,            -- 'record.read', 'glass.opened'
  subject_id      BIGINT NOT NULL,            -- the record, concern or organisation it is about
  organisation_id BIGINT NOT NULL DEFAULT 0,  -- where; 0: the network
  person_id       BIGINT NOT NULL DEFAULT 0,  -- who; 0 for the system or a guest
  purpose         TEXT   NOT NULL DEFAULT '',
  data            TEXT   NOT NULL,            -- JSON of ids, codes and field groups; no word about a child
  hash            TEXT   NOT NULL             -- SHA-256 over the row before and this one
);

CREATE INDEX audit_row_subject ON audit_row (subject_id, id);

CREATE TABLE campaign (
  id               INTEGER NOT NULL PRIMARY KEY,
  need_id          BIGINT NOT NULL UNIQUE REFERENCES need (id),  -- title, words, goal and place live there
  slug             TEXT   NOT NULL UNIQUE,                       -- the need's
  fund_id          BIGINT NOT NULL REFERENCES fund (id),
  fallback_fund_id BIGINT NOT NULL REFERENCES fund (id),         -- where what is left over goes
  filing_number    TEXT   NOT NULL DEFAULT '',                   -- of the filed fundraising plan
  starts_at        BIGINT NOT NULL,
  ends_at          BIGINT NOT NULL,
  state            TEXT   NOT NULL CHECK (state IN ('draft', 'open', 'closed')),
  made_by          BIGINT NOT NULL DEFAULT 0,
  made_at          BIGINT NOT NULL,
  closed_at        BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX campaign_fund ON campaign (fund_id);

CREATE TABLE carve (
  account_id BIGINT NOT NULL,
  start_at   BIGINT NOT NULL,               -- positions on the line of arrivals, not times
  end_at     BIGINT NOT NULL,
  entry_id   BIGINT NOT NULL,               -- the entry that took it out
  PRIMARY KEY (account_id, start_at),
  CHECK (end_at > start_at)
);

CREATE TABLE entry (
  id          INTEGER NOT NULL PRIMARY KEY,  -- from the caller: the idempotency key
  set_id      BIGINT NOT NULL,              -- entries that happened together
  kind        TEXT   NOT NULL,
  from_id     BIGINT NOT NULL,
  to_id       BIGINT NOT NULL,
  quantity    BIGINT NOT NULL CHECK (quantity > 0),
  subject_id  BIGINT NOT NULL,              -- the gift, payout or outcome it belongs to
  hold_id     BIGINT NOT NULL DEFAULT 0,    -- the hold that it posted
  returns_id  BIGINT NOT NULL DEFAULT 0,    -- the entry that it gives back, in part or whole
  reverses_id BIGINT NOT NULL DEFAULT 0,    -- the entry that it undoes as a mistake
  from_start  BIGINT NOT NULL DEFAULT -1,   -- what it used of the line of arrivals of from_id:
  from_end    BIGINT NOT NULL DEFAULT -1,   --   [from_start, from_end) less what was carved out; -1 untraced
  to_start    BIGINT NOT NULL DEFAULT -1,   -- where it lies on the line of arrivals of to_id; -1 untraced
  at          BIGINT NOT NULL
);

CREATE UNIQUE INDEX entry_arrivals ON entry (to_id, to_start) WHERE to_start >= 0;

CREATE INDEX entry_returns ON entry (returns_id) WHERE returns_id <> 0;

CREATE UNIQUE INDEX entry_reverses ON entry (reverses_id) WHERE reverses_id <> 0;

CREATE UNIQUE INDEX entry_uses ON entry (from_id, from_start) WHERE from_start >= 0;

CREATE TABLE event (
  id         INTEGER NOT NULL PRIMARY KEY,
  kind       TEXT   NOT NULL,               -- 'gift.captured', 'payout.approved'
  subject_id BIGINT NOT NULL,               -- the gift, payout, need it is about
  person_id  BIGINT NOT NULL DEFAULT 0,     -- who did it; 0 for the system or a guest
  at         BIGINT NOT NULL,
  data       TEXT   NOT NULL                -- JSON; nothing that identifies a child or a giver
);

CREATE INDEX event_subject ON event (subject_id, id);

CREATE TABLE fund (
  id           INTEGER  NOT NULL PRIMARY KEY,
  slug         TEXT    NOT NULL UNIQUE,
  name_zh      TEXT    NOT NULL,
  name_en      TEXT    NOT NULL,
  restricted   BOOLEAN NOT NULL,
  programme_id BIGINT  NOT NULL DEFAULT 0,         -- 0: the network's own
  account_id   BIGINT  NOT NULL,
  opened_at    BIGINT  NOT NULL
);

CREATE TABLE gift (
  id              INTEGER  NOT NULL PRIMARY KEY,    -- also the id of its entry in the ledger
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

CREATE INDEX gift_campaign ON gift (campaign_id, received_at, id) WHERE campaign_id <> 0 AND received_at > 0;

CREATE INDEX gift_email ON gift (giver_email, id) WHERE giver_email <> '';

CREATE UNIQUE INDEX gift_form_key ON gift (form_key) WHERE form_key <> '';

CREATE UNIQUE INDEX gift_import_ref ON gift (import_ref) WHERE import_ref <> '';

CREATE INDEX gift_need ON gift (need_id, made_at, id) WHERE campaign_id = 0;

CREATE INDEX gift_pool ON gift (pool_id, id) WHERE pool_id <> 0 AND match_promised = 0;

CREATE INDEX gift_waiting ON gift (promise_ends_at, id) WHERE state = 'waiting';

CREATE INDEX gift_words ON gift (id) WHERE words = 'waiting';

CREATE TABLE hold (
  id         INTEGER NOT NULL PRIMARY KEY,   -- from the caller: the idempotency key
  kind       TEXT   NOT NULL,
  from_id    BIGINT NOT NULL,
  to_id      BIGINT NOT NULL,
  quantity   BIGINT NOT NULL CHECK (quantity > 0),
  subject_id BIGINT NOT NULL,
  expires_at BIGINT NOT NULL DEFAULT 0,     -- 0: does not expire
  state      TEXT   NOT NULL DEFAULT 'held' CHECK (state IN ('held', 'posted', 'released', 'expired')),
  posted     BIGINT NOT NULL DEFAULT 0,     -- how much of it became an entry
  entry_id   BIGINT NOT NULL DEFAULT 0,
  made_at    BIGINT NOT NULL,
  ended_at   BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX hold_open ON hold (expires_at, id) WHERE state = 'held';

CREATE TABLE id_mark (
  one  INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
  last BIGINT NOT NULL
);

CREATE TABLE impact_unit (
  campaign_id BIGINT NOT NULL REFERENCES campaign (id),
  price_minor BIGINT NOT NULL CHECK (price_minor > 0),
  label_zh    TEXT   NOT NULL,                     -- '一天的药'
  label_en    TEXT   NOT NULL,                     -- 'a day of medicine'
  PRIMARY KEY (campaign_id, price_minor)
);

CREATE TABLE invoice (
  id              INTEGER NOT NULL PRIMARY KEY,
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

CREATE TABLE job (
  id           INTEGER NOT NULL PRIMARY KEY,
  kind         TEXT   NOT NULL,
  args         TEXT   NOT NULL,             -- JSON; emptied when the job is done
  uniq         TEXT   NOT NULL DEFAULT '',  -- at most one open job with this key
  state        TEXT   NOT NULL DEFAULT 'ready' CHECK (state IN ('ready', 'done', 'dead')),
  run_at       BIGINT NOT NULL,
  lease_until  BIGINT NOT NULL DEFAULT 0,
  attempt      BIGINT NOT NULL DEFAULT 0,   -- also the fencing token of whoever works on it
  max_attempt  BIGINT NOT NULL DEFAULT 10,
  last_error   TEXT   NOT NULL DEFAULT '',
  made_at      BIGINT NOT NULL,
  done_at      BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX job_ended ON job (done_at) WHERE state <> 'ready';

CREATE INDEX job_ready ON job (run_at, id) WHERE state = 'ready';

CREATE UNIQUE INDEX job_uniq ON job (uniq) WHERE uniq <> '';

CREATE TABLE need (
  id           INTEGER NOT NULL PRIMARY KEY,
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

CREATE TABLE node (
  number   INTEGER NOT NULL PRIMARY KEY CHECK (number >= 0),
  token    TEXT   NOT NULL,             -- of the process that holds the number
  name     TEXT   NOT NULL,             -- of its machine, for the operator
  beat     BIGINT NOT NULL DEFAULT 0,   -- grows as long as the process lives
  since_at BIGINT NOT NULL,
  beat_at  BIGINT NOT NULL              -- by that machine's clock
);

CREATE TABLE organisation (
  id                  INTEGER NOT NULL PRIMARY KEY,
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

CREATE TABLE outcome (
  id          INTEGER NOT NULL PRIMARY KEY,         -- also the id of its entry
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

CREATE TABLE payment (
  id            INTEGER NOT NULL PRIMARY KEY,
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

CREATE INDEX payment_open ON payment (closes_at, id) WHERE state IN ('created', 'pending');

CREATE UNIQUE INDEX payment_provider_ref ON payment (provider_ref, gateway) WHERE provider_ref <> '';

CREATE UNIQUE INDEX payment_purpose ON payment (purpose_id);

CREATE TABLE payout (
  id             INTEGER NOT NULL PRIMARY KEY,      -- also the id of its hold
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

CREATE TABLE person (
  id         INTEGER NOT NULL PRIMARY KEY,
  email      TEXT   NOT NULL DEFAULT '',    -- folded; '' for a person without one
  name       TEXT   NOT NULL,
  lang       TEXT   NOT NULL DEFAULT '',
  made_at    BIGINT NOT NULL,
  seen_at    BIGINT NOT NULL DEFAULT 0
);

CREATE UNIQUE INDEX person_email ON person (email) WHERE email <> '';

CREATE TABLE pool (
  id                  INTEGER NOT NULL PRIMARY KEY,
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

CREATE TABLE pool_use (
  pool_id    BIGINT NOT NULL REFERENCES pool (id),
  scope      TEXT   NOT NULL,                      -- giver, giver_day, campaign
  key        TEXT   NOT NULL,
  used_minor BIGINT NOT NULL CHECK (used_minor >= 0),
  PRIMARY KEY (pool_id, scope, key)
);

CREATE TABLE programme (
  id              INTEGER NOT NULL PRIMARY KEY,
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

CREATE TABLE quarantine (
  id           INTEGER NOT NULL PRIMARY KEY,
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
  id           INTEGER NOT NULL PRIMARY KEY,        -- also our number for it, and the id of its entry
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

CREATE TABLE session (
  token      TEXT   NOT NULL PRIMARY KEY,   -- SHA-256 of the cookie's value
  data       BYTEA  NOT NULL,
  expires_at BIGINT NOT NULL
);

CREATE INDEX session_expires ON session (expires_at);

CREATE TABLE setting (
  name       TEXT   NOT NULL PRIMARY KEY,
  value      TEXT   NOT NULL,
  changed_at BIGINT NOT NULL,
  changed_by BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE sign_in_link (
  token_hash TEXT   NOT NULL PRIMARY KEY,   -- SHA-256 of what the mail holds
  email      TEXT   NOT NULL,
  to_path    TEXT   NOT NULL DEFAULT '',
  made_at    BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at    BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX sign_in_link_email ON sign_in_link (email, made_at);

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

CREATE TABLE verification (
  programme_id BIGINT NOT NULL REFERENCES programme (id),
  step         TEXT   NOT NULL,                    -- identity, visit, references, finances
  note_zh      TEXT   NOT NULL DEFAULT '',
  note_en      TEXT   NOT NULL DEFAULT '',
  done_by      BIGINT NOT NULL REFERENCES person (id),
  done_at      BIGINT NOT NULL,
  ends_at      BIGINT NOT NULL DEFAULT 0,          -- 0: does not run out
  PRIMARY KEY (programme_id, step)
);

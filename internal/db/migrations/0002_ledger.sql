-- The ledger: accounts, entries, holds. Read and written by package ledger alone.

-- +goose Up
CREATE TABLE account (
  id        BIGINT  NOT NULL PRIMARY KEY,
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

CREATE TABLE entry (
  id          BIGINT NOT NULL PRIMARY KEY,  -- from the caller: the idempotency key
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
CREATE UNIQUE INDEX entry_uses ON entry (from_id, from_start) WHERE from_start >= 0;
CREATE UNIQUE INDEX entry_reverses ON entry (reverses_id) WHERE reverses_id <> 0;
CREATE INDEX entry_returns ON entry (returns_id) WHERE returns_id <> 0;

-- What was taken back out of an arrival (refund, return of a match, reversal) before anything was
-- paid from it. Later payouts skip it, so that what givers were told once stays true.
CREATE TABLE carve (
  account_id BIGINT NOT NULL,
  start_at   BIGINT NOT NULL,               -- positions on the line of arrivals, not times
  end_at     BIGINT NOT NULL,
  entry_id   BIGINT NOT NULL,               -- the entry that took it out
  PRIMARY KEY (account_id, start_at),
  CHECK (end_at > start_at)
);

CREATE TABLE hold (
  id         BIGINT NOT NULL PRIMARY KEY,   -- from the caller: the idempotency key
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

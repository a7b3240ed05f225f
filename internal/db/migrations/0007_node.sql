-- Who serves this database now: several processes on one PostgreSQL database. A process holds its
-- number as long as it beats; the rows decide nothing by time, since clocks disagree.

-- +goose Up
CREATE TABLE node (
  number   BIGINT NOT NULL PRIMARY KEY CHECK (number >= 0),
  token    TEXT   NOT NULL,             -- of the process that holds the number
  name     TEXT   NOT NULL,             -- of its machine, for the operator
  beat     BIGINT NOT NULL DEFAULT 0,   -- grows as long as the process lives
  since_at BIGINT NOT NULL,
  beat_at  BIGINT NOT NULL              -- by that machine's clock
);

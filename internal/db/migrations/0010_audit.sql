-- The audit trail: who looked at or changed what, in an order that cannot be altered unseen.

-- +goose Up
CREATE TABLE audit_row (
  id              BIGINT NOT NULL PRIMARY KEY,
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

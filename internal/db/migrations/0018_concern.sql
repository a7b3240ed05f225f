-- Reports that a child may be harmed. What was written is sealed under the report's own key.

-- +goose Up
CREATE TABLE concern (
  id              BIGINT  NOT NULL PRIMARY KEY,
  form_key        TEXT    NOT NULL UNIQUE,       -- so that a form sent twice is one report
  organisation_id BIGINT  NOT NULL DEFAULT 0,    -- where, as the reporter said; 0: not said
  allegation      BOOLEAN NOT NULL,              -- somebody of the staff is said to have done it
  danger          BOOLEAN NOT NULL,              -- a child is said to be in danger now
  by_person       BIGINT  NOT NULL DEFAULT 0,    -- who reported, only if they wanted it known
  words           BYTEA   NOT NULL,              -- sealed
  state           TEXT    NOT NULL CHECK (state IN ('open', 'proposed', 'closed')),
  outcome         TEXT    NOT NULL DEFAULT '' CHECK (outcome IN ('', 'reported', 'not_reported')),
  proposed_by     BIGINT  NOT NULL DEFAULT 0,    -- who would close it without telling an authority
  reported_at     BIGINT  NOT NULL DEFAULT 0,    -- when an authority was first told
  made_at         BIGINT  NOT NULL,
  closed_at       BIGINT  NOT NULL DEFAULT 0,
  held            BOOLEAN NOT NULL DEFAULT FALSE, -- a legal hold: not to be destroyed
  lift_by         BIGINT  NOT NULL DEFAULT 0,    -- who would lift it; another has to agree
  destroyed_at    BIGINT  NOT NULL DEFAULT 0     -- its time had run out: nobody can read it any more
);
CREATE INDEX concern_open ON concern (id) WHERE state <> 'closed';
CREATE INDEX concern_closed ON concern (closed_at, id) WHERE state = 'closed' AND destroyed_at = 0;

CREATE TABLE concern_about (
  concern_id BIGINT NOT NULL REFERENCES concern (id),
  person_id  BIGINT NOT NULL REFERENCES person (id),
  PRIMARY KEY (concern_id, person_id)
);

CREATE TABLE concern_step (
  id         BIGINT NOT NULL PRIMARY KEY,
  concern_id BIGINT NOT NULL REFERENCES concern (id),
  kind       TEXT   NOT NULL CHECK (kind IN ('note', 'reported', 'proposed', 'closed', 'reopened', 'held', 'lift_asked', 'let_go')),
  person_id  BIGINT NOT NULL,
  at         BIGINT NOT NULL,
  authority  TEXT   NOT NULL DEFAULT '',         -- police, civil_affairs, education, procuratorate
  told_at    BIGINT NOT NULL DEFAULT 0,
  words      BYTEA  NOT NULL                     -- sealed: reference and what was said
);
CREATE INDEX concern_step_concern ON concern_step (concern_id, id);

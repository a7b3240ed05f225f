-- name: InsertEvidence :exec
INSERT INTO evidence (id, kind, subject_id, requirement, list_version, blob_id, reference, note_zh, note_en, from_at, until_at, made_by, made_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13);

-- name: EvidenceByID :one
SELECT id, kind, subject_id, requirement, list_version, blob_id, reference, note_zh, note_en, from_at, until_at, made_by, made_at
FROM evidence WHERE id = $1;

-- name: EvidenceByIDs :many
SELECT id, kind, subject_id, requirement, list_version, blob_id, reference, note_zh, note_en, from_at, until_at, made_by, made_at
FROM evidence WHERE id = ANY(sqlc.arg(ids)::bigint[]);

-- name: EvidenceOf :many
SELECT id, kind, subject_id, requirement, list_version, blob_id, reference, note_zh, note_en, from_at, until_at, made_by, made_at
FROM evidence WHERE kind = $1 AND subject_id = $2 AND requirement = $3 ORDER BY id DESC LIMIT sqlc.arg(most);

-- name: EvidenceWithBlob :one
SELECT id, kind, subject_id, requirement, list_version, blob_id, reference, note_zh, note_en, from_at, until_at, made_by, made_at
FROM evidence WHERE kind = $1 AND subject_id = $2 AND blob_id = $3 AND blob_id <> 0 LIMIT 1;

-- name: InsertDecision :exec
INSERT INTO evidence_decision (evidence_id, n, verdict, reason, note, decided_by, decided_at)
SELECT CAST(sqlc.arg(evidence_id) AS BIGINT), (SELECT COUNT(*) FROM evidence_decision d WHERE d.evidence_id = sqlc.arg(evidence_id)) + 1,
  CAST(sqlc.arg(verdict) AS TEXT), CAST(sqlc.arg(reason) AS TEXT), CAST(sqlc.arg(note) AS TEXT), CAST(sqlc.arg(decided_by) AS BIGINT), CAST(sqlc.arg(decided_at) AS BIGINT);

-- name: DecisionsOf :many
SELECT evidence_id, n, verdict, reason, note, decided_by, decided_at FROM evidence_decision
WHERE evidence_id = ANY(sqlc.arg(ids)::bigint[]) ORDER BY evidence_id, n;

-- name: Standings :many
SELECT kind, subject_id, requirement, open_id, first_by, holds_id, starts_at, ends_at, refused_id, stops FROM checklist_standing
WHERE kind = sqlc.arg(kind) AND subject_id = ANY(sqlc.arg(ids)::bigint[]);

-- name: Standing :one
SELECT kind, subject_id, requirement, open_id, first_by, holds_id, starts_at, ends_at, refused_id, stops FROM checklist_standing
WHERE kind = $1 AND subject_id = $2 AND requirement = $3;

-- name: SetStanding :exec
INSERT INTO checklist_standing (kind, subject_id, requirement, open_id, first_by, holds_id, starts_at, ends_at, refused_id, stops)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (kind, subject_id, requirement) DO UPDATE SET open_id = excluded.open_id, first_by = excluded.first_by,
  holds_id = excluded.holds_id, starts_at = excluded.starts_at, ends_at = excluded.ends_at, refused_id = excluded.refused_id, stops = excluded.stops;

-- name: Ending :many
SELECT kind, subject_id, requirement, open_id, first_by, holds_id, starts_at, ends_at, refused_id, stops FROM checklist_standing
WHERE kind = sqlc.arg(kind) AND holds_id <> 0 AND ends_at <> 0 AND ends_at <= sqlc.arg(until)
  AND (ends_at, subject_id, requirement) > (CAST(sqlc.arg(after_at) AS BIGINT), CAST(sqlc.arg(after_subject) AS BIGINT), CAST(sqlc.arg(after_code) AS TEXT))
ORDER BY ends_at, subject_id, requirement LIMIT sqlc.arg(most);

-- name: InsertReminder :execrows
INSERT INTO evidence_reminder (evidence_id, days, made_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING;

-- name: StandingsAfter :many
SELECT kind, subject_id, requirement, open_id, first_by, holds_id, starts_at, ends_at, refused_id, stops FROM checklist_standing
WHERE (kind, subject_id, requirement) > (CAST(sqlc.arg(kind) AS TEXT), CAST(sqlc.arg(subject_id) AS BIGINT), CAST(sqlc.arg(requirement) AS TEXT))
ORDER BY kind, subject_id, requirement LIMIT sqlc.arg(most);

-- name: WaitingOf :many
SELECT s.kind, s.subject_id, s.requirement, s.open_id, e.made_at FROM checklist_standing s JOIN evidence e ON e.id = s.open_id
WHERE s.kind = sqlc.arg(kind) AND s.open_id <> 0 AND s.open_id > sqlc.arg(after) ORDER BY s.open_id LIMIT sqlc.arg(most);

-- name: SubjectsWithWords :many
SELECT subject_id, CAST(MAX(made_at) AS BIGINT) AS last_at FROM evidence
WHERE kind = sqlc.arg(kind) AND (reference <> '' OR note_zh <> '' OR note_en <> '' OR blob_id <> 0) AND subject_id > sqlc.arg(after)
GROUP BY subject_id ORDER BY subject_id LIMIT sqlc.arg(most);

-- name: BlobsOf :many
SELECT blob_id FROM evidence WHERE kind = sqlc.arg(kind) AND subject_id = sqlc.arg(subject_id) AND blob_id <> 0 ORDER BY blob_id;

-- name: EmptyEvidence :exec
UPDATE evidence SET reference = '', note_zh = '', note_en = '', blob_id = 0 WHERE kind = sqlc.arg(kind) AND subject_id = sqlc.arg(subject_id);

-- name: EmptyDecisions :exec
UPDATE evidence_decision SET note = ''
WHERE evidence_id IN (SELECT e.id FROM evidence e WHERE e.kind = sqlc.arg(kind) AND e.subject_id = sqlc.arg(subject_id));

-- name: EndOpen :exec
UPDATE checklist_standing SET open_id = 0, first_by = 0 WHERE kind = sqlc.arg(kind) AND subject_id = sqlc.arg(subject_id);

-- name: CountWorded :one
SELECT CAST(COUNT(*) AS BIGINT) FROM evidence WHERE kind = sqlc.arg(kind) AND subject_id = sqlc.arg(subject_id) AND made_at <= sqlc.arg(until)
  AND (reference <> '' OR note_zh <> '' OR note_en <> '' OR blob_id <> 0);

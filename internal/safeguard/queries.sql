-- name: InsertGlass :exec
INSERT INTO glass (id, record_id, organisation_id, person_id, reason, from_at, until_at, finding)
VALUES ($1, $2, $3, $4, $5, $6, $7, sqlc.arg(nothing));

-- name: GlassByID :one
SELECT id, record_id, organisation_id, person_id, reason, from_at, until_at, reviewed_by, reviewed_at, justified, finding FROM glass WHERE id = $1;

-- name: GlassOf :many
SELECT record_id, person_id FROM glass WHERE record_id = ANY(sqlc.arg(records)::bigint[]) AND from_at <= sqlc.arg(at) AND until_at > sqlc.arg(at)
ORDER BY record_id, person_id;

-- name: OpenGlassOf :many
SELECT id, record_id, organisation_id, person_id, reason, from_at, until_at, reviewed_by, reviewed_at, justified, finding FROM glass
WHERE person_id = sqlc.arg(person) AND until_at > sqlc.arg(at) ORDER BY id DESC;

-- name: EndGlass :execrows
UPDATE glass SET until_at = sqlc.arg(now) WHERE id = sqlc.arg(id) AND until_at > sqlc.arg(now);

-- name: UnreviewedGlass :many
SELECT id, record_id, organisation_id, person_id, reason, from_at, until_at, reviewed_by, reviewed_at, justified, finding FROM glass
WHERE reviewed_by = 0 ORDER BY id LIMIT sqlc.arg(most);

-- name: ReviewedGlass :many
SELECT id, record_id, organisation_id, person_id, reason, from_at, until_at, reviewed_by, reviewed_at, justified, finding FROM glass
WHERE reviewed_by <> 0 ORDER BY id DESC LIMIT sqlc.arg(most);

-- name: ReviewGlass :execrows
UPDATE glass SET reviewed_by = sqlc.arg(by_id), reviewed_at = sqlc.arg(at), justified = sqlc.arg(justified), finding = sqlc.arg(finding)
WHERE id = sqlc.arg(id) AND reviewed_by = 0;

-- name: CountGlass :one
SELECT CAST(COUNT(*) AS BIGINT) AS opened, CAST(COUNT(*) FILTER (WHERE reviewed_by <> 0 AND justified) AS BIGINT) AS justified,
  CAST(COUNT(*) FILTER (WHERE reviewed_by <> 0 AND NOT justified) AS BIGINT) AS unjustified
FROM glass WHERE from_at >= sqlc.arg(since) AND from_at < sqlc.arg(until)
  AND (CAST(sqlc.arg(organisation) AS BIGINT) = 0 OR organisation_id = sqlc.arg(organisation));

-- name: InsertHold :exec
INSERT INTO legal_hold (id, record_id, reason, put_by, put_at) VALUES ($1, $2, $3, $4, $5);

-- name: HoldOf :one
SELECT id, record_id, reason, put_by, put_at, asked_by, asked_at, lifted_by, lifted_at FROM legal_hold WHERE record_id = $1 AND lifted_at = 0;

-- name: Holds :many
SELECT id, record_id, reason, put_by, put_at, asked_by, asked_at, lifted_by, lifted_at FROM legal_hold WHERE lifted_at = 0 ORDER BY id LIMIT sqlc.arg(most);

-- name: AskLift :exec
UPDATE legal_hold SET asked_by = sqlc.arg(by_id), asked_at = sqlc.arg(at) WHERE id = sqlc.arg(id) AND lifted_at = 0;

-- name: Lift :exec
UPDATE legal_hold SET lifted_by = sqlc.arg(by_id), lifted_at = sqlc.arg(at) WHERE id = sqlc.arg(id) AND lifted_at = 0;

-- name: InsertErasure :exec
INSERT INTO erasure (record_id, organisation_id, code, why, by_id, at, proof, backups_at, asked_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: Erasure :one
SELECT record_id, organisation_id, code, why, by_id, at, proof, backups_at, asked_by FROM erasure WHERE record_id = $1;

-- name: Erasures :many
SELECT record_id, organisation_id, code, why, by_id, at, proof, backups_at, asked_by FROM erasure WHERE at < sqlc.arg(before) ORDER BY at DESC LIMIT sqlc.arg(most);

-- name: ErasuresAfter :many
SELECT record_id, organisation_id, code, why, by_id, at, proof, backups_at, asked_by FROM erasure WHERE record_id > sqlc.arg(after) ORDER BY record_id LIMIT sqlc.arg(most);

-- name: GlassReviewedBefore :many
SELECT g.id, g.record_id, g.organisation_id, g.person_id, g.reviewed_at FROM glass g
WHERE g.reviewed_by <> 0 AND g.reviewed_at <= sqlc.arg(before) AND (length(g.reason) > 0 OR length(g.finding) > 0)
  AND NOT EXISTS (SELECT 1 FROM legal_hold h WHERE h.record_id = g.record_id AND h.lifted_at = 0)
ORDER BY g.reviewed_at, g.id LIMIT sqlc.arg(most);

-- name: EmptyGlass :execrows
UPDATE glass SET reason = sqlc.arg(nothing), finding = sqlc.arg(nothing) WHERE id = sqlc.arg(id) AND reviewed_by <> 0;

-- name: CountWordedGlass :one
SELECT CAST(COUNT(*) AS BIGINT) FROM glass WHERE id = $1 AND (length(reason) > 0 OR length(finding) > 0);

-- name: Asks :many
SELECT subject_id, by_id FROM disposal_ask WHERE kind = $1;

-- name: InsertAsk :exec
INSERT INTO disposal_ask (kind, subject_id, by_id, at) VALUES ($1, $2, $3, $4);

-- name: DeleteAsk :exec
DELETE FROM disposal_ask WHERE kind = $1 AND subject_id = $2;

-- name: InsertDisposal :exec
INSERT INTO disposal (kind, subject_id, ended_at, organisation_id, kept_days, asked_by, by_id, at, proof, backups_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: Disposals :many
SELECT kind, subject_id, ended_at, organisation_id, kept_days, asked_by, by_id, at, proof, backups_at FROM disposal ORDER BY at DESC, subject_id DESC LIMIT sqlc.arg(most);

-- name: DisposalsAfter :many
SELECT kind, subject_id, ended_at, organisation_id, kept_days, asked_by, by_id, at, proof, backups_at FROM disposal
WHERE kind > sqlc.arg(kind) OR (kind = sqlc.arg(kind) AND (subject_id > sqlc.arg(subject_id) OR (subject_id = sqlc.arg(subject_id) AND ended_at > sqlc.arg(ended_at))))
ORDER BY kind, subject_id, ended_at LIMIT sqlc.arg(most);

-- name: ErasuresAskedBy :many
SELECT record_id, organisation_id, code, why, by_id, at, proof, backups_at, asked_by FROM erasure WHERE asked_by = $1 AND asked_by <> 0 ORDER BY at DESC LIMIT 50;

-- name: MoveGlass :exec
UPDATE glass SET organisation_id = sqlc.arg(to_id) WHERE organisation_id = sqlc.arg(from_id);

-- name: InsertHandover :exec
INSERT INTO handover (id, organisation_id, heir_id, records, reports, by_id, at) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: LastHandover :one
SELECT id, organisation_id, heir_id, records, reports, by_id, at FROM handover WHERE organisation_id = $1 ORDER BY id DESC LIMIT 1;

-- name: Handovers :many
SELECT id, organisation_id, heir_id, records, reports, by_id, at FROM handover ORDER BY id DESC LIMIT sqlc.arg(most);

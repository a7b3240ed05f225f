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
INSERT INTO erasure (record_id, organisation_id, code, why, by_id, at, proof, backups_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: Erasure :one
SELECT record_id, organisation_id, code, why, by_id, at, proof, backups_at FROM erasure WHERE record_id = $1;

-- name: Erasures :many
SELECT record_id, organisation_id, code, why, by_id, at, proof, backups_at FROM erasure WHERE at < sqlc.arg(before) ORDER BY at DESC LIMIT sqlc.arg(most);

-- name: ErasuresAfter :many
SELECT record_id, organisation_id, code, why, by_id, at, proof, backups_at FROM erasure WHERE record_id > sqlc.arg(after) ORDER BY record_id LIMIT sqlc.arg(most);

-- name: InsertKey :exec
INSERT INTO access_key (id, name, hash, organisation_id, permissions, made_by, made_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: KeysInForce :many
SELECT id, name, hash, organisation_id, permissions, made_by, made_at, expires_at, revoked_at, revoked_by, last_used_at
FROM access_key WHERE revoked_at = 0 AND expires_at > sqlc.arg(at)
ORDER BY id DESC;

-- name: CountKeys :one
SELECT CAST(COUNT(*) AS BIGINT) FROM access_key WHERE revoked_at = 0 AND expires_at > sqlc.arg(at);

-- name: CountNamed :one
SELECT CAST(COUNT(*) AS BIGINT) FROM access_key
WHERE revoked_at = 0 AND expires_at > sqlc.arg(at) AND name = sqlc.arg(name) AND organisation_id = sqlc.arg(organisation_id);

-- name: KeysEnded :many
SELECT id, name, hash, organisation_id, permissions, made_by, made_at, expires_at, revoked_at, revoked_by, last_used_at
FROM access_key WHERE revoked_at <> 0 OR expires_at <= sqlc.arg(at)
ORDER BY id DESC LIMIT sqlc.arg(most);

-- name: KeyByID :one
SELECT id, name, hash, organisation_id, permissions, made_by, made_at, expires_at, revoked_at, revoked_by, last_used_at
FROM access_key WHERE id = $1;

-- name: RevokeKey :execrows
UPDATE access_key SET revoked_at = sqlc.arg(now), revoked_by = sqlc.arg(revoked_by)
WHERE id = sqlc.arg(id) AND revoked_at = 0 AND expires_at > sqlc.arg(now);

-- name: NoteKeyUse :exec
UPDATE access_key SET last_used_at = sqlc.arg(now) WHERE id = sqlc.arg(id) AND last_used_at < sqlc.arg(now);

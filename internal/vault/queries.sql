-- name: Masters :many
SELECT id, state, made_at, retired_at FROM vault_master ORDER BY made_at, id;

-- name: CurrentMaster :one
SELECT id FROM vault_master WHERE state = 'current';

-- name: InsertMaster :execrows
INSERT INTO vault_master (id, state, made_at) VALUES ($1, 'current', $2) ON CONFLICT DO NOTHING;

-- name: LeaveMaster :exec
UPDATE vault_master SET state = 'leaving' WHERE state = 'current';

-- name: MakeCurrent :exec
UPDATE vault_master SET state = 'current', retired_at = 0 WHERE id = $1;

-- name: RetireMasters :exec
UPDATE vault_master SET state = 'retired', retired_at = sqlc.arg(now) WHERE state = 'leaving'
AND NOT EXISTS (SELECT 1 FROM vault_key k WHERE k.master_id = vault_master.id AND k.destroyed_at = 0);

-- name: InsertKey :execrows
INSERT INTO vault_key (subject_id, wrapped, master_id, made_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING;

-- name: KeyOf :one
SELECT subject_id, wrapped, master_id, made_at, destroyed_at, proof FROM vault_key WHERE subject_id = $1;

-- name: KeysOf :many
SELECT subject_id, wrapped, master_id, made_at, destroyed_at, proof FROM vault_key
WHERE subject_id = ANY(sqlc.arg(subjects)::bigint[]);

-- name: KeysAfter :many
SELECT subject_id, wrapped, master_id, made_at, destroyed_at, proof FROM vault_key
WHERE subject_id > sqlc.arg(after) ORDER BY subject_id LIMIT sqlc.arg(most);

-- name: KeysUnderOthers :many
SELECT subject_id, wrapped, master_id, made_at, destroyed_at, proof FROM vault_key
WHERE subject_id > sqlc.arg(after) AND master_id <> sqlc.arg(current) AND destroyed_at = 0
ORDER BY subject_id LIMIT sqlc.arg(most);

-- name: Rewrap :execrows
UPDATE vault_key SET wrapped = sqlc.arg(wrapped), master_id = sqlc.arg(current)
WHERE subject_id = sqlc.arg(subject_id) AND master_id = sqlc.arg(other) AND destroyed_at = 0;

-- name: DestroyKey :execrows
UPDATE vault_key SET wrapped = sqlc.arg(nothing), destroyed_at = sqlc.arg(now), proof = sqlc.arg(proof)
WHERE subject_id = sqlc.arg(subject_id) AND destroyed_at = 0;

-- name: CountKeys :many
SELECT master_id, CAST(COUNT(*) AS BIGINT) AS keys FROM vault_key WHERE destroyed_at = 0 GROUP BY master_id;

-- name: CountDestroyed :one
SELECT CAST(COUNT(*) AS BIGINT) FROM vault_key WHERE destroyed_at <> 0;

-- name: Since :many
SELECT id, kind, subject_id, person_id, at, data FROM event
WHERE id > sqlc.arg(after) ORDER BY id LIMIT sqlc.arg(most);

-- name: About :many
SELECT id, kind, subject_id, person_id, at, data FROM event
WHERE subject_id = sqlc.arg(subject_id) ORDER BY id DESC LIMIT sqlc.arg(most);

-- name: LastID :one
SELECT CAST(COALESCE(MAX(id), 0) AS BIGINT) FROM event;

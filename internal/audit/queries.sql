-- name: Last :one
SELECT id, hash FROM audit_row ORDER BY id DESC LIMIT 1;

-- name: From :many
SELECT id, at, kind, subject_id, organisation_id, person_id, purpose, data, hash FROM audit_row
WHERE id > sqlc.arg(after) ORDER BY id LIMIT sqlc.arg(most);

-- name: Search :many
SELECT id, at, kind, subject_id, organisation_id, person_id, purpose, data, hash FROM audit_row
WHERE (CAST(sqlc.arg(subject) AS BIGINT) = 0 OR subject_id = sqlc.arg(subject))
  AND (CAST(sqlc.arg(organisation) AS BIGINT) = 0 OR organisation_id = sqlc.arg(organisation))
  AND (CAST(sqlc.arg(person) AS BIGINT) = 0 OR person_id = sqlc.arg(person))
  AND (CAST(sqlc.arg(kind) AS TEXT) = '' OR kind = sqlc.arg(kind))
  AND at >= sqlc.arg(since) AND at < sqlc.arg(until) AND id < sqlc.arg(before)
ORDER BY id DESC LIMIT sqlc.arg(most);

-- name: Of :many
SELECT id, at, kind, subject_id, organisation_id, person_id, purpose, data, hash FROM audit_row
WHERE subject_id = sqlc.arg(subject) AND id < sqlc.arg(before)
ORDER BY id DESC LIMIT sqlc.arg(most);

-- name: Counts :many
SELECT kind, purpose, CAST(COUNT(*) AS BIGINT) AS n FROM audit_row
WHERE at >= sqlc.arg(since) AND at < sqlc.arg(until)
  AND (CAST(sqlc.arg(organisation) AS BIGINT) = 0 OR organisation_id = sqlc.arg(organisation))
GROUP BY kind, purpose ORDER BY kind, purpose;

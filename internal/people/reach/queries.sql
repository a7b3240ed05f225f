-- name: InsertPoint :exec
INSERT INTO contact_point (id, person_id, vault_id, kind, sealed, lookup, safe_from, safe_until, no_name, made_by, made_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- name: PointsOf :many
SELECT id, person_id, vault_id, kind, sealed, safe_from, safe_until, no_name, made_by, made_at FROM contact_point
WHERE person_id = sqlc.arg(person_id) ORDER BY id;

-- name: CountPoints :one
SELECT CAST(COUNT(*) AS BIGINT) FROM contact_point WHERE person_id = $1;

-- name: CountSamePoint :one
SELECT CAST(COUNT(*) AS BIGINT) FROM contact_point
WHERE person_id = sqlc.arg(person_id) AND kind = sqlc.arg(kind) AND lookup = sqlc.arg(lookup);

-- name: DeletePoint :execrows
DELETE FROM contact_point WHERE id = sqlc.arg(id) AND person_id = sqlc.arg(person_id);

-- name: SharedLookups :many
SELECT a.lookup, a.person_id FROM contact_point a
WHERE a.lookup <> '' AND EXISTS (SELECT 1 FROM contact_point b WHERE b.lookup = a.lookup AND b.lookup <> '' AND b.person_id <> a.person_id)
ORDER BY a.lookup, a.person_id LIMIT sqlc.arg(most);

-- name: PeopleByLookups :many
SELECT lookup, person_id FROM contact_point
WHERE lookup = ANY(sqlc.arg(lookups)::text[]) ORDER BY lookup, person_id;

-- name: InsertHours :exec
INSERT INTO available (id, person_id, weekday, day, from_minute, until_minute, made_at)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: HoursOf :many
SELECT id, weekday, day, from_minute, until_minute FROM available
WHERE person_id = sqlc.arg(person_id) AND (weekday > 0 OR day >= sqlc.arg(since))
ORDER BY weekday, day, from_minute, id;

-- name: DeleteHours :execrows
DELETE FROM available WHERE id = sqlc.arg(id) AND person_id = sqlc.arg(person_id);

-- name: PhoneLookups :many
SELECT lookup, person_id FROM contact_point WHERE kind = 'phone' AND lookup <> '' ORDER BY id DESC LIMIT sqlc.arg(most);

-- name: ForgetPoints :exec
DELETE FROM contact_point WHERE person_id = sqlc.arg(person_id) OR vault_id = sqlc.arg(person_id);

-- name: ForgetHours :exec
DELETE FROM available WHERE person_id = $1;

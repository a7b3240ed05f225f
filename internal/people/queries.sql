-- name: InsertPerson :execrows
INSERT INTO person (id, email, name, lang, made_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING;

-- name: PersonByEmail :one
SELECT id, email, name, lang, made_at, seen_at FROM person WHERE email = sqlc.arg(email) AND email <> '';

-- name: PersonByID :one
SELECT id, email, name, lang, made_at, seen_at FROM person WHERE id = $1;

-- name: SetProfile :execrows
UPDATE person SET name = sqlc.arg(name), lang = sqlc.arg(lang) WHERE id = sqlc.arg(id);

-- name: SetSeen :execrows
UPDATE person SET seen_at = sqlc.arg(now) WHERE id = sqlc.arg(id);

-- name: InsertAppointment :exec
INSERT INTO appointment (id, person_id, role, organisation_id, starts_at, ends_at, made_by, made_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: AppointmentByID :one
SELECT id, person_id, role, organisation_id, starts_at, ends_at, made_by, made_at
FROM appointment WHERE id = $1;

-- name: AppointmentsInForce :many
SELECT id, person_id, role, organisation_id, starts_at, ends_at, made_by, made_at FROM appointment
WHERE person_id = sqlc.arg(person_id) AND starts_at <= sqlc.arg(at)
  AND (ends_at = 0 OR ends_at > sqlc.arg(at))
ORDER BY id;

-- name: CountOpenSame :one
SELECT CAST(COUNT(*) AS BIGINT) FROM appointment
WHERE person_id = sqlc.arg(person_id) AND role = sqlc.arg(role)
  AND organisation_id = sqlc.arg(organisation_id) AND (ends_at = 0 OR ends_at > sqlc.arg(at));

-- name: CountOthersInForce :one
SELECT CAST(COUNT(*) AS BIGINT) FROM appointment
WHERE role = sqlc.arg(role) AND organisation_id = 0 AND id <> sqlc.arg(id)
  AND starts_at <= sqlc.arg(at) AND (ends_at = 0 OR ends_at > sqlc.arg(at));

-- name: EndAppointment :execrows
UPDATE appointment SET ends_at = sqlc.arg(ends_at)
WHERE id = sqlc.arg(id) AND (ends_at = 0 OR ends_at > sqlc.arg(ends_at));

-- name: Staff :many
SELECT a.id, a.person_id, a.role, a.organisation_id, a.starts_at, a.ends_at, a.made_by, a.made_at,
  p.email, p.name, p.lang, p.made_at AS person_made_at, p.seen_at
FROM appointment a JOIN person p ON p.id = a.person_id
WHERE a.ends_at = 0 OR a.ends_at > sqlc.arg(at)
ORDER BY p.name, p.id, a.id LIMIT sqlc.arg(most);

-- name: InsertLink :exec
INSERT INTO sign_in_link (token_hash, email, to_path, made_at, expires_at) VALUES ($1, $2, $3, $4, $5);

-- name: CountLinks :one
SELECT CAST(COUNT(*) AS BIGINT) FROM sign_in_link
WHERE email = sqlc.arg(email) AND made_at > sqlc.arg(since);

-- name: Link :one
SELECT email, to_path, expires_at, used_at FROM sign_in_link WHERE token_hash = $1;

-- name: UseLink :execrows
UPDATE sign_in_link SET used_at = sqlc.arg(now) WHERE token_hash = sqlc.arg(token_hash) AND used_at = 0;

-- name: PurgeLinks :execrows
DELETE FROM sign_in_link WHERE expires_at < $1;

-- name: Session :one
SELECT data FROM session WHERE token = sqlc.arg(token) AND expires_at > sqlc.arg(now);

-- name: PutSession :exec
INSERT INTO session (token, data, expires_at) VALUES ($1, $2, $3)
ON CONFLICT (token) DO UPDATE SET data = excluded.data, expires_at = excluded.expires_at;

-- name: DeleteSession :exec
DELETE FROM session WHERE token = $1;

-- name: PurgeSessions :execrows
DELETE FROM session WHERE expires_at <= $1;

-- name: InsertPerson :execrows
INSERT INTO person (id, email, name, lang, made_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING;

-- name: PersonByEmail :one
SELECT id, email, name, lang, made_at, seen_at, left_at FROM person WHERE email = sqlc.arg(email) AND email <> '';

-- name: PersonByID :one
SELECT id, email, name, lang, made_at, seen_at, left_at FROM person WHERE id = $1;

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
INSERT INTO sign_in_link (token_hash, email, to_path, console, made_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6);

-- name: CountLinks :one
SELECT CAST(COUNT(*) AS BIGINT) FROM sign_in_link
WHERE email = sqlc.arg(email) AND made_at > sqlc.arg(since);

-- name: CountLiveLinks :one
SELECT CAST(COUNT(*) AS BIGINT) FROM sign_in_link
WHERE email = sqlc.arg(email) AND expires_at > sqlc.arg(now) AND used_at = 0;

-- name: Link :one
SELECT email, to_path, console, expires_at, used_at FROM sign_in_link WHERE token_hash = $1;

-- name: UseLink :execrows
UPDATE sign_in_link SET used_at = sqlc.arg(now) WHERE token_hash = sqlc.arg(token_hash) AND used_at = 0;

-- name: PurgeLinks :execrows
DELETE FROM sign_in_link WHERE expires_at < $1;

-- name: LiveAppointments :many
SELECT id, person_id, role, organisation_id, starts_at, ends_at, made_by, made_at FROM appointment
WHERE person_id = sqlc.arg(person_id) AND (ends_at = 0 OR ends_at > sqlc.arg(at))
ORDER BY id;

-- name: AppointmentsEver :many
SELECT id, person_id, role, organisation_id, starts_at, ends_at, made_by, made_at FROM appointment
WHERE person_id = sqlc.arg(person_id) ORDER BY id;

-- name: HoldersOfRole :many
SELECT person_id, organisation_id FROM appointment
WHERE role = sqlc.arg(role) AND starts_at <= sqlc.arg(at) AND (ends_at = 0 OR ends_at > sqlc.arg(at))
ORDER BY person_id, id;

-- name: InsertAbsence :exec
INSERT INTO absence (id, appointment_id, starts_at, ends_at, cover_id, made_by, made_at)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: AbsenceByID :one
SELECT b.id, b.appointment_id, b.starts_at, b.ends_at, b.cover_id, b.made_by, b.made_at,
  a.person_id, a.role, a.organisation_id, a.starts_at AS held_from, a.ends_at AS held_until
FROM absence b JOIN appointment a ON a.id = b.appointment_id WHERE b.id = sqlc.arg(id);

-- name: CountOverlapping :one
SELECT CAST(COUNT(*) AS BIGINT) FROM absence
WHERE appointment_id = sqlc.arg(appointment_id) AND starts_at < sqlc.arg(ends_at) AND ends_at > sqlc.arg(starts_at)
  AND starts_at < ends_at;

-- name: Absences :many
SELECT b.id, b.appointment_id, b.starts_at, b.ends_at, b.cover_id, b.made_by, b.made_at,
  a.person_id, a.role, a.organisation_id, a.starts_at AS held_from, a.ends_at AS held_until
FROM absence b JOIN appointment a ON a.id = b.appointment_id
WHERE b.ends_at > sqlc.arg(at) AND b.starts_at < b.ends_at AND (a.ends_at = 0 OR a.ends_at > sqlc.arg(at))
ORDER BY b.starts_at, b.id LIMIT sqlc.arg(most);

-- name: CoveredBy :many
SELECT b.id, b.appointment_id, b.starts_at, b.ends_at, b.cover_id, b.made_by, b.made_at,
  a.person_id, a.role, a.organisation_id, a.starts_at AS held_from, a.ends_at AS held_until
FROM absence b JOIN appointment a ON a.id = b.appointment_id
WHERE b.cover_id = sqlc.arg(person_id) AND b.cover_id <> 0 AND b.ends_at > sqlc.arg(at) AND b.starts_at < b.ends_at
  AND (a.ends_at = 0 OR a.ends_at > sqlc.arg(at))
ORDER BY b.starts_at, b.id;

-- name: SetCover :execrows
UPDATE absence SET cover_id = sqlc.arg(cover_id)
WHERE id = sqlc.arg(id) AND cover_id = sqlc.arg(was) AND ends_at > sqlc.arg(now);

-- name: EndAbsence :execrows
UPDATE absence SET ends_at = sqlc.arg(ends_at)
WHERE id = sqlc.arg(id) AND ends_at > sqlc.arg(ends_at) AND starts_at < ends_at;

-- name: KeptFor :one
SELECT kept_id FROM person_merge WHERE gone_id = $1 AND state = 'merged';

-- name: MergedInto :many
SELECT gone_id FROM person_merge WHERE kept_id = $1 AND state = 'merged' ORDER BY gone_id;

-- name: InsertMerge :execrows
INSERT INTO person_merge (id, kept_id, gone_id, state, asked_by, asked_at) VALUES ($1, $2, $3, 'waiting', $4, $5)
ON CONFLICT DO NOTHING;

-- name: MergeByID :one
SELECT id, kept_id, gone_id, state, asked_by, asked_at, decided_by, merged_at, ended_by, ended_at
FROM person_merge WHERE id = $1;

-- name: CountTaken :one
SELECT CAST(COUNT(*) AS BIGINT) FROM person_merge
WHERE (state = 'merged' AND gone_id = sqlc.arg(person_id)) OR (state = 'waiting' AND (gone_id = sqlc.arg(person_id) OR kept_id = sqlc.arg(person_id)));

-- name: CountLaterInto :one
SELECT CAST(COUNT(*) AS BIGINT) FROM person_merge WHERE state = 'merged' AND gone_id = sqlc.arg(kept_id);

-- name: Merges :many
SELECT id, kept_id, gone_id, state, asked_by, asked_at, decided_by, merged_at, ended_by, ended_at
FROM person_merge WHERE state = 'waiting' OR (state = 'merged' AND merged_at > sqlc.arg(since))
ORDER BY id DESC LIMIT sqlc.arg(most);

-- name: SetMerged :execrows
UPDATE person_merge SET state = 'merged', decided_by = sqlc.arg(decided_by), merged_at = sqlc.arg(now)
WHERE id = sqlc.arg(id) AND state = 'waiting';

-- name: EndMerge :execrows
UPDATE person_merge SET state = sqlc.arg(state), ended_by = sqlc.arg(ended_by), ended_at = sqlc.arg(now)
WHERE id = sqlc.arg(id) AND state = sqlc.arg(was);

-- name: InsertMoved :exec
INSERT INTO person_merge_moved (merge_id, what, row_ids) VALUES ($1, $2, $3);

-- name: Moved :many
SELECT what, row_ids FROM person_merge_moved WHERE merge_id = $1 ORDER BY what;

-- name: SetEmail :execrows
UPDATE person SET email = sqlc.arg(email) WHERE person.id = sqlc.arg(id) AND person.left_at = 0
  AND NOT EXISTS (SELECT 1 FROM person other WHERE other.email = sqlc.arg(email) AND other.email <> '' AND other.id <> sqlc.arg(id));

-- name: Leave :execrows
UPDATE person SET email = '', name = '', lang = '', left_at = sqlc.arg(now) WHERE id = sqlc.arg(id) AND left_at = 0;

-- name: InsertBar :execrows
INSERT INTO barred (id, person_id, reference, answered_at, recorded_by, recorded_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING;

-- name: Barred :many
SELECT id, person_id, reference, answered_at, recorded_by, recorded_at FROM barred
WHERE person_id = ANY(sqlc.arg(ids)::bigint[]) AND lifted_at = 0;

-- name: LiftBar :execrows
UPDATE barred SET lifted_by = sqlc.arg(lifted_by), lifted_at = sqlc.arg(now)
WHERE person_id = sqlc.arg(person_id) AND lifted_at = 0 AND recorded_by <> sqlc.arg(lifted_by);

-- name: CountOpen :one
SELECT CAST(COUNT(*) AS BIGINT) FROM appointment WHERE person_id = sqlc.arg(person_id) AND (ends_at = 0 OR ends_at > sqlc.arg(at));

-- name: Insert :exec
INSERT INTO concern (id, form_key, organisation_id, allegation, danger, by_person, words, state, made_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', $8);

-- name: Get :one
SELECT id, form_key, organisation_id, allegation, danger, by_person, words, state, outcome, proposed_by, reported_at, made_at, closed_at, held, lift_by, destroyed_at
FROM concern WHERE id = $1;

-- name: List :many
SELECT id, form_key, organisation_id, allegation, danger, by_person, words, state, outcome, proposed_by, reported_at, made_at, closed_at, held, lift_by, destroyed_at
FROM concern WHERE destroyed_at = 0 AND CAST(state = 'closed' AS BOOLEAN) = CAST(sqlc.arg(closed) AS BOOLEAN) AND id < sqlc.arg(before) ORDER BY id DESC LIMIT sqlc.arg(most);

-- name: SetState :exec
UPDATE concern SET state = sqlc.arg(state), outcome = sqlc.arg(outcome), proposed_by = sqlc.arg(proposed_by), closed_at = sqlc.arg(closed_at)
WHERE id = sqlc.arg(id);

-- name: SetReported :exec
UPDATE concern SET reported_at = sqlc.arg(reported_at) WHERE id = sqlc.arg(id) AND reported_at = 0;

-- name: SetAllegation :exec
UPDATE concern SET allegation = TRUE WHERE id = $1;

-- name: InsertAbout :execrows
INSERT INTO concern_about (concern_id, person_id) VALUES ($1, $2) ON CONFLICT DO NOTHING;

-- name: About :many
SELECT concern_id, person_id FROM concern_about WHERE concern_id = ANY(sqlc.arg(ids)::bigint[]) ORDER BY concern_id, person_id;

-- name: InsertStep :exec
INSERT INTO concern_step (id, concern_id, kind, person_id, at, authority, told_at, words) VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: Steps :many
SELECT id, concern_id, kind, person_id, at, authority, told_at, words FROM concern_step WHERE concern_id = $1 ORDER BY id;

-- name: KeyUsed :one
SELECT CAST(COUNT(*) AS BIGINT) FROM concern WHERE form_key = $1;

-- name: Count :one
SELECT CAST(COUNT(*) AS BIGINT) AS came, CAST(COUNT(*) FILTER (WHERE reported_at <> 0) AS BIGINT) AS reported, CAST(COUNT(*) FILTER (WHERE state = 'closed') AS BIGINT) AS closed
FROM concern WHERE made_at >= sqlc.arg(since) AND made_at < sqlc.arg(until);

-- name: ClosedBefore :many
SELECT id, form_key, organisation_id, allegation, danger, by_person, words, state, outcome, proposed_by, reported_at, made_at, closed_at, held, lift_by, destroyed_at
FROM concern WHERE state = 'closed' AND destroyed_at = 0 AND NOT held AND closed_at <= sqlc.arg(before) ORDER BY closed_at, id LIMIT sqlc.arg(most);

-- name: SetHold :execrows
UPDATE concern SET held = sqlc.arg(held), lift_by = sqlc.arg(lift_by) WHERE id = sqlc.arg(id) AND destroyed_at = 0;

-- name: Empty :execrows
UPDATE concern SET words = sqlc.arg(nothing), by_person = 0, destroyed_at = sqlc.arg(now)
WHERE id = sqlc.arg(id) AND state = 'closed' AND NOT held AND destroyed_at = 0;

-- name: EmptySteps :exec
UPDATE concern_step SET words = sqlc.arg(nothing) WHERE concern_id = sqlc.arg(concern_id);

-- name: ForgetAbout :exec
DELETE FROM concern_about WHERE concern_id = $1;

-- name: HandOver :execrows
UPDATE concern SET organisation_id = sqlc.arg(to_id) WHERE organisation_id = sqlc.arg(from_id) AND destroyed_at = 0;

-- name: CountAt :one
SELECT CAST(COUNT(*) AS BIGINT) FROM concern WHERE organisation_id = $1 AND destroyed_at = 0;

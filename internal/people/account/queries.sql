-- name: InsertCode :execrows
INSERT INTO proof_code (id_hash, kind, person_id, target, client, code_hash, made_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT DO NOTHING;

-- name: CodeExists :one
SELECT CAST(COUNT(*) AS BIGINT) FROM proof_code WHERE id_hash = $1;

-- name: CountCodes :one
SELECT
  CAST(COALESCE(SUM(CASE WHEN target = sqlc.arg(target) AND made_at > sqlc.arg(minute) THEN 1 ELSE 0 END), 0) AS BIGINT) AS last_minute,
  CAST(COALESCE(SUM(CASE WHEN target = sqlc.arg(target) AND made_at > sqlc.arg(hour) THEN 1 ELSE 0 END), 0) AS BIGINT) AS last_hour,
  CAST(COALESCE(SUM(CASE WHEN target = sqlc.arg(target) THEN 1 ELSE 0 END), 0) AS BIGINT) AS last_day,
  CAST(COALESCE(SUM(CASE WHEN client = sqlc.arg(client) THEN 1 ELSE 0 END), 0) AS BIGINT) AS of_client,
  CAST(COALESCE(SUM(CASE WHEN kind <> 'email' THEN 1 ELSE 0 END), 0) AS BIGINT) AS messages
FROM proof_code WHERE made_at > sqlc.arg(day);

-- name: TryCode :execrows
UPDATE proof_code SET tries = tries + 1
WHERE id_hash = sqlc.arg(id_hash) AND used_at = 0 AND expires_at > sqlc.arg(now) AND tries < sqlc.arg(most);

-- name: CodeHash :one
SELECT code_hash FROM proof_code WHERE id_hash = $1;

-- name: UseCode :execrows
UPDATE proof_code SET used_at = sqlc.arg(now) WHERE id_hash = sqlc.arg(id_hash) AND used_at = 0;

-- name: PurgeCodes :execrows
DELETE FROM proof_code WHERE made_at < $1;

-- name: PhoneOf :one
SELECT person_id, lookup, sealed, proven_at, made_at FROM person_phone WHERE person_id = $1;

-- name: PhoneByLookup :one
SELECT person_id, lookup, sealed, proven_at, made_at FROM person_phone WHERE lookup = $1;

-- name: PhoneOwners :many
SELECT lookup, person_id FROM person_phone WHERE lookup = ANY(sqlc.arg(lookups)::text[]);

-- name: PutPhone :exec
INSERT INTO person_phone (person_id, lookup, sealed, proven_at, made_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (person_id) DO UPDATE SET lookup = excluded.lookup, sealed = excluded.sealed,
  proven_at = excluded.proven_at, made_at = excluded.made_at;

-- name: ProvePhone :exec
UPDATE person_phone SET proven_at = sqlc.arg(now) WHERE person_id = sqlc.arg(person_id);

-- name: DeletePhone :execrows
DELETE FROM person_phone WHERE person_id = $1;

-- name: PutPastAddress :exec
INSERT INTO past_address (email, person_id, made_at) VALUES ($1, $2, $3)
ON CONFLICT (email) DO UPDATE SET person_id = excluded.person_id, made_at = excluded.made_at;

-- name: PastAddresses :many
SELECT email FROM past_address WHERE person_id = $1 ORDER BY made_at DESC, email LIMIT 20;

-- name: DeletePastAddresses :exec
DELETE FROM past_address WHERE person_id = $1;

-- name: DeletePastAddress :exec
DELETE FROM past_address WHERE email = $1;

-- name: WishOf :one
SELECT person_id, thanks, outcomes, reminders, news, quiet_from, quiet_until, changed_at FROM wish WHERE person_id = $1;

-- name: PutWish :exec
INSERT INTO wish (person_id, thanks, outcomes, reminders, news, quiet_from, quiet_until, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (person_id) DO UPDATE SET thanks = excluded.thanks, outcomes = excluded.outcomes, reminders = excluded.reminders,
  news = excluded.news, quiet_from = excluded.quiet_from, quiet_until = excluded.quiet_until, changed_at = excluded.changed_at;

-- name: DeleteWish :exec
DELETE FROM wish WHERE person_id = $1;

-- name: Refuse :exec
INSERT INTO refusal (address, topic, made_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING;

-- name: Refusals :many
SELECT topic FROM refusal WHERE address = $1 ORDER BY topic;

-- name: DeleteRefusals :exec
DELETE FROM refusal WHERE address = $1;

-- name: KeepGift :execrows
INSERT INTO kept_gift (person_id, gift_id, made_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING;

-- name: CountKept :one
SELECT CAST(COUNT(*) AS BIGINT) FROM kept_gift WHERE person_id = $1;

-- name: KeptGifts :many
SELECT gift_id FROM kept_gift WHERE person_id = $1 ORDER BY gift_id DESC LIMIT 500;

-- name: DeleteKept :exec
DELETE FROM kept_gift WHERE person_id = $1;

-- name: AskLeaving :execrows
INSERT INTO leaving (person_id, asked_at, due_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING;

-- name: LeavingOf :one
SELECT person_id, asked_at, due_at, done_at FROM leaving WHERE person_id = $1;

-- name: StopLeaving :execrows
DELETE FROM leaving WHERE person_id = $1 AND done_at = 0;

-- name: DueLeavings :many
SELECT person_id FROM leaving WHERE done_at = 0 AND due_at <= $1 ORDER BY due_at, person_id LIMIT 50;

-- name: PutOffLeaving :exec
UPDATE leaving SET due_at = sqlc.arg(due_at) WHERE person_id = sqlc.arg(person_id) AND done_at = 0;

-- name: LeavingDone :execrows
UPDATE leaving SET done_at = sqlc.arg(now) WHERE person_id = sqlc.arg(person_id) AND done_at = 0;

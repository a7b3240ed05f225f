-- name: Insert :execrows
INSERT INTO job (id, kind, args, uniq, run_at, max_attempt, made_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT DO NOTHING;

-- name: AnyDue :one
SELECT CAST(EXISTS (
  SELECT 1 FROM job
  WHERE state = 'ready' AND run_at <= sqlc.arg(now) AND lease_until <= sqlc.arg(now)
) AS BOOLEAN);

-- name: Claim :many
UPDATE job SET lease_until = sqlc.arg(lease_until), attempt = attempt + 1
WHERE job.state = 'ready' AND job.run_at <= sqlc.arg(now) AND job.lease_until <= sqlc.arg(now) AND job.id IN (
  SELECT due.id FROM job due
  WHERE due.state = 'ready' AND due.run_at <= sqlc.arg(now) AND due.lease_until <= sqlc.arg(now)
  ORDER BY due.run_at, due.id LIMIT sqlc.arg(most))
RETURNING id, kind, args, run_at, attempt, max_attempt;

-- name: Done :execrows
UPDATE job SET state = 'done', args = '', last_error = '', done_at = sqlc.arg(now),
  uniq = CASE WHEN uniq LIKE 'slot:%' ESCAPE '\' THEN uniq ELSE '' END
WHERE id = sqlc.arg(id) AND attempt = sqlc.arg(attempt) AND state = 'ready';

-- name: Again :execrows
UPDATE job SET lease_until = 0, run_at = sqlc.arg(run_at), last_error = sqlc.arg(last_error)
WHERE id = sqlc.arg(id) AND attempt = sqlc.arg(attempt) AND state = 'ready';

-- name: Die :execrows
UPDATE job SET state = 'dead', last_error = sqlc.arg(last_error), done_at = sqlc.arg(now),
  uniq = CASE WHEN uniq LIKE 'slot:%' ESCAPE '\' THEN uniq ELSE '' END
WHERE id = sqlc.arg(id) AND attempt = sqlc.arg(attempt) AND state = 'ready';

-- name: Retry :execrows
UPDATE job SET state = 'ready', run_at = sqlc.arg(now), lease_until = 0, done_at = 0,
  max_attempt = attempt + sqlc.arg(more)
WHERE id = sqlc.arg(id) AND state = 'dead';

-- name: Purge :execrows
-- The first condition is that of the index.
DELETE FROM job WHERE state <> 'ready' AND state = 'done' AND done_at < $1;

-- name: CountReady :one
SELECT CAST(COUNT(*) AS BIGINT) AS n, CAST(COALESCE(MIN(run_at), 0) AS BIGINT) AS oldest
FROM job WHERE state = 'ready';

-- name: CountReadyOf :one
SELECT CAST(COUNT(*) AS BIGINT) FROM job WHERE state = 'ready' AND kind = $1;

-- name: OpenWith :many
SELECT id, kind, state, attempt, run_at FROM job WHERE state = 'ready' AND args LIKE CAST(sqlc.arg(pattern) AS TEXT) ESCAPE '\'
UNION ALL
SELECT id, kind, state, attempt, run_at FROM job WHERE state <> 'ready' AND state = 'dead' AND args LIKE CAST(sqlc.arg(pattern) AS TEXT) ESCAPE '\'
ORDER BY id LIMIT 100;

-- name: CountDead :one
SELECT CAST(COUNT(*) AS BIGINT) FROM job WHERE state = 'dead';

-- name: Dead :many
SELECT id, kind, attempt, last_error, made_at, done_at FROM job
WHERE state = 'dead' ORDER BY done_at DESC, id DESC LIMIT $1;

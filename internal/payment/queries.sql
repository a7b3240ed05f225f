-- name: ByPurpose :one
SELECT id, purpose_id, gateway, merchant_ref, provider_ref, amount_minor, unit, state, made_at, closes_at, paid_at, ended_at
FROM payment WHERE purpose_id = $1 ORDER BY id LIMIT 1;

-- name: ByID :one
SELECT id, purpose_id, gateway, merchant_ref, provider_ref, amount_minor, unit, state, made_at, closes_at, paid_at, ended_at
FROM payment WHERE id = $1;

-- name: ByMerchantRef :one
SELECT id, purpose_id, gateway, merchant_ref, provider_ref, amount_minor, unit, state, made_at, closes_at, paid_at, ended_at
FROM payment WHERE merchant_ref = $1;

-- name: ByMerchantRefs :many
SELECT id, purpose_id, gateway, merchant_ref, provider_ref, amount_minor, unit, state, made_at, closes_at, paid_at, ended_at
FROM payment WHERE merchant_ref = ANY(sqlc.arg(refs)::text[]);

-- name: ProviderRefsUsed :many
SELECT gateway, provider_ref FROM payment
WHERE gateway = ANY(sqlc.arg(gateways)::text[]) AND provider_ref = ANY(sqlc.arg(refs)::text[]) AND provider_ref <> '';

-- name: CountProviderRef :one
SELECT COUNT(*) FROM payment WHERE gateway = $1 AND provider_ref = sqlc.arg(provider_ref) AND provider_ref <> '';

-- name: MarkPending :execrows
UPDATE payment SET state = 'pending' WHERE id = $1 AND state = 'created';

-- name: MarkEnded :execrows
UPDATE payment SET state = $2, ended_at = $3 WHERE id = $1 AND state IN ('created', 'pending');

-- name: Due :many
SELECT id, purpose_id FROM payment
WHERE state IN ('created', 'pending') AND closes_at <= sqlc.arg(now) AND gateway = sqlc.arg(gateway)
ORDER BY closes_at, id LIMIT sqlc.arg(most);

-- name: Quarantine :execrows
INSERT INTO quarantine (id, gateway, merchant_ref, provider_ref, reason, amount_minor, unit, paid_at, received_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT DO NOTHING;

-- name: Quarantined :many
SELECT id, gateway, merchant_ref, provider_ref, reason, amount_minor, unit, paid_at, received_at, resolved_by, resolved_at, note
FROM quarantine WHERE resolved_at = 0 AND id > sqlc.arg(after) ORDER BY id LIMIT sqlc.arg(most);

-- name: CountQuarantinedFor :one
SELECT CAST(COUNT(*) AS BIGINT) AS n FROM quarantine WHERE gateway = $1 AND merchant_ref = $2;

-- name: QuarantineByID :one
SELECT id, gateway, merchant_ref, provider_ref, reason, amount_minor, unit, paid_at, received_at, resolved_by, resolved_at, note
FROM quarantine WHERE id = $1;

-- name: ResolveQuarantine :execrows
UPDATE quarantine SET resolved_by = $2, resolved_at = $3, note = $4 WHERE id = $1 AND resolved_at = 0;

-- name: InsertRefund :exec
INSERT INTO refund (id, payment_id, amount_minor, reason, state, requested_by, requested_at)
VALUES ($1, $2, $3, $4, 'requested', $5, $6);

-- name: RefundByID :one
SELECT id, payment_id, amount_minor, reason, state, requested_by, requested_at, decided_by, decided_at, done_at
FROM refund WHERE id = $1;

-- name: RefundsOf :many
SELECT id, payment_id, amount_minor, reason, state, requested_by, requested_at, decided_by, decided_at, done_at
FROM refund WHERE payment_id = $1 ORDER BY id;

-- name: RefundsWaiting :many
SELECT r.id, r.payment_id, r.amount_minor, r.reason, r.state, r.requested_by, r.requested_at, r.decided_by, r.decided_at, r.done_at,
       p.purpose_id, p.unit
FROM refund r JOIN payment p ON p.id = r.payment_id
WHERE r.state IN ('requested', 'approved') AND r.id > sqlc.arg(after) ORDER BY r.id LIMIT sqlc.arg(most);

-- name: SumRefunds :one
SELECT CAST(COALESCE(SUM(amount_minor), 0) AS BIGINT) AS total FROM refund
WHERE payment_id = $1 AND state <> 'refused';

-- name: DecideRefund :execrows
UPDATE refund SET state = $2, decided_by = $3, decided_at = $4 WHERE id = $1 AND state = 'requested';

-- name: FinishRefund :execrows
UPDATE refund SET state = 'done', done_at = $2 WHERE id = $1 AND state = 'approved';

-- name: CheckPurposes :one
SELECT CAST(COUNT(*) AS BIGINT) AS n FROM (SELECT purpose_id FROM payment GROUP BY purpose_id HAVING COUNT(*) > 1) AS twice;

-- name: CheckStates :one
SELECT CAST(COUNT(*) AS BIGINT) AS n FROM payment
WHERE (state = 'captured' AND (provider_ref = '' OR paid_at = 0 OR ended_at = 0))
   OR (state <> 'captured' AND (provider_ref <> '' OR paid_at <> 0))
   OR (state IN ('created', 'pending') AND ended_at <> 0)
   OR (state IN ('failed', 'closed') AND ended_at = 0);

-- name: CheckRefundSums :one
SELECT CAST(COUNT(*) AS BIGINT) AS n FROM (
  SELECT p.id FROM payment p JOIN refund r ON r.payment_id = p.id
  WHERE r.state <> 'refused'
  GROUP BY p.id, p.amount_minor, p.state
  HAVING SUM(r.amount_minor) > p.amount_minor OR p.state <> 'captured') AS over_paid;

-- name: CheckRefundDeciders :one
SELECT CAST(COUNT(*) AS BIGINT) AS n FROM refund
WHERE (state = 'requested' AND (decided_by <> 0 OR decided_at <> 0))
   OR (state <> 'requested' AND (decided_by = 0 OR decided_by = requested_by OR decided_at = 0))
   OR (state = 'done' AND done_at = 0);

-- name: InsertOrder :execrows
INSERT INTO sandbox_order (merchant_ref, provider_ref, amount_minor, unit, subject, state, return_path, notify_path, closes_at, made_at)
VALUES ($1, $2, $3, $4, $5, 'open', $6, $7, $8, $9)
ON CONFLICT DO NOTHING;

-- name: OrderByMerchantRef :one
SELECT merchant_ref, provider_ref, amount_minor, unit, subject, state, return_path, notify_path, closes_at, trick, made_at, paid_at
FROM sandbox_order WHERE merchant_ref = $1;

-- name: OrderByProviderRef :one
SELECT merchant_ref, provider_ref, amount_minor, unit, subject, state, return_path, notify_path, closes_at, trick, made_at, paid_at
FROM sandbox_order WHERE provider_ref = $1;

-- name: Pay :execrows
UPDATE sandbox_order SET state = 'paid', paid_at = sqlc.arg(now), trick = sqlc.arg(trick)
WHERE provider_ref = sqlc.arg(provider_ref) AND state = 'open' AND paid_at = 0 AND closes_at > sqlc.arg(now);

-- name: PaySecretly :execrows
UPDATE sandbox_order SET paid_at = sqlc.arg(now), trick = sqlc.arg(trick)
WHERE provider_ref = sqlc.arg(provider_ref) AND state = 'open' AND paid_at = 0 AND closes_at > sqlc.arg(now);

-- name: End :execrows
UPDATE sandbox_order SET state = sqlc.arg(state)
WHERE provider_ref = sqlc.arg(provider_ref) AND state = 'open' AND paid_at = 0;

-- name: CloseOrder :execrows
UPDATE sandbox_order SET state = 'closed' WHERE merchant_ref = $1 AND state = 'open';

-- name: InsertRefund :execrows
INSERT INTO sandbox_refund (refund_ref, merchant_ref, amount_minor, made_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT DO NOTHING;

-- name: RefundByRef :one
SELECT refund_ref, merchant_ref, amount_minor, made_at FROM sandbox_refund WHERE refund_ref = $1;

-- name: SumRefunds :one
SELECT CAST(COALESCE(SUM(amount_minor), 0) AS BIGINT) AS total FROM sandbox_refund WHERE merchant_ref = $1;

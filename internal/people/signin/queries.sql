-- name: InsertSession :exec
INSERT INTO session (id, token_hash, person_id, way, device, made_at, seen_at, proven_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: SessionByToken :one
SELECT id, person_id, way, device, made_at, seen_at, proven_at, expires_at FROM session
WHERE token_hash = sqlc.arg(token_hash) AND expires_at > sqlc.arg(now);

-- name: SessionsOf :many
SELECT id, person_id, way, device, made_at, seen_at, proven_at, expires_at FROM session
WHERE person_id = sqlc.arg(person_id) AND expires_at > sqlc.arg(now)
ORDER BY seen_at DESC, id DESC LIMIT 100;

-- name: OldestSessions :many
SELECT id, device, seen_at FROM session WHERE person_id = sqlc.arg(person_id) AND expires_at > sqlc.arg(now)
ORDER BY seen_at DESC, id DESC LIMIT 100 OFFSET sqlc.arg(most);

-- name: SeeSession :exec
UPDATE session SET seen_at = sqlc.arg(now) WHERE id = sqlc.arg(id) AND seen_at < sqlc.arg(now);

-- name: DeleteSession :execrows
DELETE FROM session WHERE id = sqlc.arg(id) AND person_id = sqlc.arg(person_id);

-- name: DeleteOtherSessions :execrows
DELETE FROM session WHERE person_id = sqlc.arg(person_id) AND id <> sqlc.arg(id);

-- name: PurgeSessions :execrows
DELETE FROM session WHERE expires_at <= $1;

-- name: InsertPasskey :execrows
INSERT INTO passkey (id, person_id, credential_id, name, record, made_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING;

-- name: PasskeysOf :many
SELECT id, person_id, credential_id, name, record, made_at, used_at FROM passkey WHERE person_id = $1 ORDER BY id LIMIT 50;

-- name: PasskeyByCredential :one
SELECT id, person_id, credential_id, name, record, made_at, used_at FROM passkey WHERE credential_id = $1;

-- name: HasFactor :one
SELECT CAST(EXISTS (SELECT 1 FROM passkey k WHERE k.person_id = sqlc.arg(person_id))
  OR EXISTS (SELECT 1 FROM totp t WHERE t.person_id = sqlc.arg(person_id) AND t.made_at > 0)
  OR EXISTS (SELECT 1 FROM family_code f WHERE f.person_id = sqlc.arg(person_id)) AS BOOLEAN);

-- name: UsePasskey :execrows
UPDATE passkey SET record = sqlc.arg(record), used_at = sqlc.arg(now) WHERE id = sqlc.arg(id);

-- name: DeletePasskey :execrows
DELETE FROM passkey WHERE id = sqlc.arg(id) AND person_id = sqlc.arg(person_id);

-- name: DeletePasskeys :exec
DELETE FROM passkey WHERE person_id = $1;

-- name: PutPassword :exec
INSERT INTO password (person_id, hash, made_at) VALUES ($1, $2, $3)
ON CONFLICT (person_id) DO UPDATE SET hash = excluded.hash, made_at = excluded.made_at;

-- name: Password :one
SELECT hash, made_at FROM password WHERE person_id = $1;

-- name: DeletePassword :execrows
DELETE FROM password WHERE person_id = $1;

-- name: OfferTOTP :exec
INSERT INTO totp (person_id, secret, pending, pending_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (person_id) DO UPDATE SET pending = excluded.pending, pending_at = excluded.pending_at;

-- name: TOTP :one
SELECT secret, pending, made_at, pending_at, used_step FROM totp WHERE person_id = $1;

-- name: KeepTOTP :exec
UPDATE totp SET secret = sqlc.arg(secret), pending = sqlc.arg(pending), pending_at = 0, made_at = sqlc.arg(made_at),
  used_step = sqlc.arg(used_step)
WHERE person_id = sqlc.arg(person_id);

-- name: UseTOTP :execrows
UPDATE totp SET used_step = sqlc.arg(used_step)
WHERE person_id = sqlc.arg(person_id) AND used_step < sqlc.arg(used_step) AND made_at > 0;

-- name: DeleteTOTP :execrows
DELETE FROM totp WHERE person_id = $1;

-- name: InsertRecoveryCode :exec
INSERT INTO recovery_code (person_id, hash, salt, made_at) VALUES ($1, $2, $3, $4);

-- name: RecoverySalt :one
SELECT salt FROM recovery_code WHERE person_id = $1 LIMIT 1;

-- name: CountRecoveryCodes :one
SELECT CAST(COUNT(*) AS BIGINT) FROM recovery_code WHERE person_id = $1 AND used_at = 0;

-- name: UseRecoveryCode :execrows
UPDATE recovery_code SET used_at = sqlc.arg(now)
WHERE person_id = sqlc.arg(person_id) AND hash = sqlc.arg(hash) AND used_at = 0;

-- name: DeleteRecoveryCodes :exec
DELETE FROM recovery_code WHERE person_id = $1;

-- name: FamilyCode :one
SELECT hash, made_at, wrong, free_at FROM family_code WHERE person_id = $1;

-- name: PutFamilyCode :exec
INSERT INTO family_code (person_id, hash, made_at) VALUES ($1, $2, $3)
ON CONFLICT (person_id) DO UPDATE SET hash = excluded.hash, made_at = excluded.made_at, wrong = 0, free_at = 0;

-- name: CountFamilyGuess :exec
UPDATE family_code SET wrong = sqlc.arg(wrong), free_at = sqlc.arg(free_at) WHERE person_id = sqlc.arg(person_id);

-- name: DeleteFamilyCode :exec
DELETE FROM family_code WHERE person_id = $1;

-- name: InsertFamilyPaper :exec
INSERT INTO family_paper (hash, person_id, made_by, made_at, expires_at) VALUES ($1, $2, $3, $4, $5);

-- name: UseFamilyPaper :execrows
DELETE FROM family_paper WHERE hash = sqlc.arg(hash) AND person_id = sqlc.arg(person_id) AND expires_at > sqlc.arg(now);

-- name: DeleteFamilyPapers :exec
DELETE FROM family_paper WHERE person_id = $1;

-- name: PurgeFamilyPapers :execrows
DELETE FROM family_paper WHERE expires_at <= $1;

-- name: Device :one
SELECT strong, seen_at FROM known_device WHERE token_hash = $1 AND person_id = $2;

-- name: PutDevice :exec
INSERT INTO known_device (token_hash, person_id, strong, seen_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (token_hash, person_id) DO UPDATE SET strong = excluded.strong, seen_at = excluded.seen_at;

-- name: DevicesSeen :many
SELECT seen_at FROM known_device WHERE person_id = $1 ORDER BY seen_at DESC LIMIT 100;

-- name: TrimDevices :exec
DELETE FROM known_device WHERE person_id = sqlc.arg(person_id) AND seen_at < sqlc.arg(before);

-- name: DeleteDevices :exec
DELETE FROM known_device WHERE person_id = $1;

-- name: PurgeDevices :execrows
DELETE FROM known_device WHERE seen_at < $1;

-- name: InsertCeremony :exec
INSERT INTO ceremony (token_hash, kind, person_id, data, expires_at) VALUES ($1, $2, $3, $4, $5);

-- name: TakeCeremony :one
DELETE FROM ceremony WHERE token_hash = $1 RETURNING kind, person_id, data, expires_at;

-- name: PurgeCeremonies :execrows
DELETE FROM ceremony WHERE expires_at <= $1;

-- name: Attempt :one
SELECT failures, last_at, free_at FROM attempt WHERE bucket = $1;

-- name: PutAttempt :exec
INSERT INTO attempt (bucket, failures, last_at, free_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (bucket) DO UPDATE SET failures = excluded.failures, last_at = excluded.last_at, free_at = excluded.free_at;

-- name: DeleteAttempt :exec
DELETE FROM attempt WHERE bucket = $1;

-- name: PurgeAttempts :execrows
DELETE FROM attempt WHERE last_at < $1;

-- name: InsertReset :exec
INSERT INTO sign_in_reset (id, person_id, asked_by, asked_met, asked_at, closes_at) VALUES ($1, $2, $3, $4, $5, $6);

-- name: ResetByID :one
SELECT id, person_id, asked_by, asked_met, asked_at, confirmed_by, confirmed_met, confirmed_at, opens_at, closes_at, ended_at
FROM sign_in_reset WHERE id = $1;

-- name: OpenResetOf :many
SELECT id, person_id, asked_by, asked_met, asked_at, confirmed_by, confirmed_met, confirmed_at, opens_at, closes_at, ended_at
FROM sign_in_reset WHERE person_id = sqlc.arg(person_id) AND ended_at = 0 AND closes_at > sqlc.arg(now) ORDER BY id DESC LIMIT 1;

-- name: OpenResets :many
SELECT id, person_id, asked_by, asked_met, asked_at, confirmed_by, confirmed_met, confirmed_at, opens_at, closes_at, ended_at
FROM sign_in_reset WHERE ended_at = 0 AND closes_at > sqlc.arg(now) ORDER BY id LIMIT 200;

-- name: ConfirmReset :execrows
UPDATE sign_in_reset SET confirmed_by = sqlc.arg(confirmed_by), confirmed_met = sqlc.arg(confirmed_met),
  confirmed_at = sqlc.arg(confirmed_at), opens_at = sqlc.arg(opens_at), closes_at = sqlc.arg(closes_at)
WHERE id = sqlc.arg(id) AND confirmed_at = 0 AND ended_at = 0;

-- name: EndReset :execrows
UPDATE sign_in_reset SET ended_at = sqlc.arg(now), ended_by = sqlc.arg(ended_by) WHERE id = sqlc.arg(id) AND ended_at = 0;

-- name: DeleteSessionByID :one
DELETE FROM session WHERE id = $1 RETURNING person_id, made_at, expires_at;

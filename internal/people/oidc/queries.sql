-- name: InsertCeremony :exec
INSERT INTO oidc_ceremony (state_hash, browser_hash, nonce, verifier, to_path, expires_at) VALUES ($1, $2, $3, $4, $5, $6);

-- name: Ceremony :one
SELECT nonce, verifier, to_path, subject, email, strong FROM oidc_ceremony WHERE state_hash = $1;

-- name: UseCeremony :execrows
UPDATE oidc_ceremony SET used_at = sqlc.arg(now)
WHERE state_hash = sqlc.arg(state_hash) AND browser_hash = sqlc.arg(browser_hash) AND used_at = 0 AND expires_at > sqlc.arg(now);

-- name: InsertConfirm :exec
INSERT INTO oidc_ceremony (state_hash, browser_hash, nonce, verifier, to_path, subject, email, strong, expires_at)
VALUES ($1, $2, '', '', $3, $4, $5, $6, $7);

-- name: PurgeCeremonies :execrows
DELETE FROM oidc_ceremony WHERE expires_at < $1;

-- name: LinkBySubject :one
SELECT person_id FROM oidc_link WHERE issuer = $1 AND subject = $2;

-- name: InsertLink :execrows
INSERT INTO oidc_link (issuer, subject, person_id, made_at, seen_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING;

-- name: SeenLink :exec
UPDATE oidc_link SET seen_at = sqlc.arg(now) WHERE issuer = sqlc.arg(issuer) AND subject = sqlc.arg(subject);

-- name: LinksOf :many
SELECT issuer, subject, made_at, seen_at FROM oidc_link WHERE person_id = $1 ORDER BY made_at, issuer, subject;

-- name: DeleteLink :execrows
DELETE FROM oidc_link WHERE issuer = $1 AND subject = $2 AND person_id = $3;

-- name: DeleteLinks :exec
DELETE FROM oidc_link WHERE person_id = $1;

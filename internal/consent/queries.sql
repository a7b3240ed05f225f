-- name: KeepText :execrows
INSERT INTO consent_text (hash, purpose, version, lang, words, kept_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING;

-- name: Text :one
SELECT hash, purpose, version, lang, words, kept_at FROM consent_text WHERE hash = $1;

-- name: InsertAnswer :exec
INSERT INTO consent (id, record_id, guardian_id, organisation_id, purpose, about_id, kinds, text_hash, route,
  recorder_id, given, from_at, expires_at, made_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14);

-- name: Answers :many
SELECT c.id, c.record_id, c.guardian_id, c.organisation_id, c.purpose, c.about_id, c.kinds, c.text_hash, t.lang,
  t.version, c.route, c.recorder_id, c.given, c.from_at, c.expires_at, c.made_at,
  CAST(COALESCE(w.at, 0) AS BIGINT) AS withdrawn_at, CAST(COALESCE(w.route, '') AS TEXT) AS withdrawn_route,
  CAST(COALESCE(w.recorder_id, 0) AS BIGINT) AS withdrawn_by
FROM consent c JOIN consent_text t ON t.hash = c.text_hash LEFT JOIN consent_withdrawal w ON w.consent_id = c.id
WHERE c.record_id = ANY(sqlc.arg(records)::bigint[])
ORDER BY c.id;

-- name: Current :many
SELECT c.id, c.record_id, c.guardian_id, c.organisation_id, c.purpose, c.about_id, c.kinds, c.text_hash, t.lang,
  t.version, c.route, c.recorder_id, c.given, c.from_at, c.expires_at, c.made_at,
  CAST(COALESCE(w.at, 0) AS BIGINT) AS withdrawn_at, CAST(COALESCE(w.route, '') AS TEXT) AS withdrawn_route,
  CAST(COALESCE(w.recorder_id, 0) AS BIGINT) AS withdrawn_by
FROM consent c JOIN consent_text t ON t.hash = c.text_hash LEFT JOIN consent_withdrawal w ON w.consent_id = c.id
WHERE c.record_id = ANY(sqlc.arg(records)::bigint[])
  AND NOT EXISTS (SELECT n.id FROM consent n WHERE n.record_id = c.record_id AND n.guardian_id = c.guardian_id
    AND n.purpose = c.purpose AND n.about_id = c.about_id AND n.id > c.id AND n.organisation_id = c.organisation_id
    AND (n.from_at <= sqlc.arg(now) OR NOT n.given))
ORDER BY c.id;

-- name: Withdraw :execrows
INSERT INTO consent_withdrawal (consent_id, record_id, route, recorder_id, at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING;

-- name: InsertAsk :execrows
INSERT INTO consent_ask (record_id, guardian_id, purpose, about_id, by_id, asked_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING;

-- name: Asked :many
SELECT record_id, guardian_id, purpose, about_id, by_id, asked_at FROM consent_ask
WHERE record_id = ANY(sqlc.arg(records)::bigint[])
ORDER BY asked_at, guardian_id;

-- name: InsertRemark :exec
INSERT INTO consent_remark (id, record_id, kind, purpose, about_id, yes, words, by_id, made_at, ended_by, ended_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0);

-- name: EndRemark :execrows
UPDATE consent_remark SET ended_by = sqlc.arg(by_id), ended_at = sqlc.arg(now)
WHERE id = sqlc.arg(id) AND record_id = sqlc.arg(record_id) AND ended_at = 0;

-- name: EndRemarks :exec
UPDATE consent_remark SET ended_by = sqlc.arg(by_id), ended_at = sqlc.arg(now)
WHERE record_id = sqlc.arg(record_id) AND kind = sqlc.arg(kind) AND purpose = sqlc.arg(purpose) AND about_id = sqlc.arg(about_id)
  AND ended_at = 0;

-- name: Remarks :many
SELECT id, record_id, kind, purpose, about_id, yes, words, by_id, made_at, ended_by, ended_at FROM consent_remark
WHERE record_id = $1 ORDER BY id DESC LIMIT $2;

-- name: InsertOverride :exec
INSERT INTO consent_override (id, record_id, organisation_id, purpose, about_id, ground, reason, by_id, made_at, until_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: Overrides :many
SELECT id, record_id, organisation_id, purpose, about_id, ground, by_id, made_at, until_at FROM consent_override
WHERE record_id = ANY(sqlc.arg(records)::bigint[]) AND until_at > sqlc.arg(now) AND made_at <= sqlc.arg(now)
ORDER BY id;

-- name: OverridesEver :many
SELECT id, record_id, organisation_id, purpose, about_id, ground, by_id, made_at, until_at FROM consent_override
WHERE record_id = sqlc.arg(record_id) ORDER BY id DESC LIMIT 100;

-- name: OverrideReason :one
SELECT record_id, organisation_id, reason FROM consent_override WHERE id = $1;

-- name: RunningOut :many
SELECT c.id, c.record_id, c.guardian_id, c.purpose, c.about_id, c.expires_at FROM consent c
WHERE c.given AND c.organisation_id = sqlc.arg(organisation_id)
  AND c.expires_at > sqlc.arg(now) AND c.expires_at <= sqlc.arg(until)
  AND NOT EXISTS (SELECT w.consent_id FROM consent_withdrawal w WHERE w.consent_id = c.id)
  AND NOT EXISTS (SELECT n.id FROM consent n WHERE n.record_id = c.record_id AND n.guardian_id = c.guardian_id
    AND n.organisation_id = c.organisation_id AND n.purpose = c.purpose AND n.about_id = c.about_id AND n.id > c.id)
ORDER BY c.expires_at, c.id LIMIT sqlc.arg(most);

-- name: Ending :many
SELECT c.id, c.record_id, c.guardian_id, c.organisation_id, c.purpose, c.about_id, c.expires_at FROM consent c
WHERE c.given AND c.expires_at >= sqlc.arg(after_at) AND (c.expires_at > sqlc.arg(after_at) OR c.id > sqlc.arg(after_id))
  AND c.expires_at <= sqlc.arg(until) AND c.made_at <= c.expires_at - CAST(sqlc.arg(notice) AS BIGINT)
  AND NOT EXISTS (SELECT m.consent_id FROM consent_reminder m WHERE m.consent_id = c.id AND m.days = sqlc.arg(days))
  AND NOT EXISTS (SELECT w.consent_id FROM consent_withdrawal w WHERE w.consent_id = c.id)
  AND NOT EXISTS (SELECT n.id FROM consent n WHERE n.record_id = c.record_id AND n.guardian_id = c.guardian_id
    AND n.organisation_id = c.organisation_id AND n.purpose = c.purpose AND n.about_id = c.about_id AND n.id > c.id)
ORDER BY c.expires_at, c.id LIMIT sqlc.arg(most);

-- name: InsertReminder :exec
INSERT INTO consent_reminder (consent_id, days, made_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING;

-- name: CountAnswers :many
SELECT purpose, given, CAST(COUNT(*) AS BIGINT) AS n FROM consent
WHERE (CAST(sqlc.arg(organisation_id) AS BIGINT) = 0 OR organisation_id = sqlc.arg(organisation_id))
  AND made_at >= sqlc.arg(since) AND made_at < sqlc.arg(until)
GROUP BY purpose, given;

-- name: CountTakenBack :many
SELECT c.purpose, CAST(COUNT(*) AS BIGINT) AS n FROM consent_withdrawal w JOIN consent c ON c.id = w.consent_id
WHERE (CAST(sqlc.arg(organisation_id) AS BIGINT) = 0 OR c.organisation_id = sqlc.arg(organisation_id))
  AND w.at >= sqlc.arg(since) AND w.at < sqlc.arg(until)
GROUP BY c.purpose;

-- name: CountOverrides :many
SELECT purpose, CAST(COUNT(*) AS BIGINT) AS n FROM consent_override
WHERE (CAST(sqlc.arg(organisation_id) AS BIGINT) = 0 OR organisation_id = sqlc.arg(organisation_id))
  AND made_at >= sqlc.arg(since) AND made_at < sqlc.arg(until)
GROUP BY purpose;

-- name: CountGrounds :many
SELECT ground, CAST(COUNT(*) AS BIGINT) AS n FROM consent_override
WHERE (CAST(sqlc.arg(organisation_id) AS BIGINT) = 0 OR organisation_id = sqlc.arg(organisation_id))
  AND made_at >= sqlc.arg(since) AND made_at < sqlc.arg(until)
GROUP BY ground;

-- name: InsertApplication :exec
INSERT INTO application (id, organisation_id, state, account_sealed, made_by, made_at, changed_at) VALUES ($1, $2, 'draft', $3, $4, $5, $6);

-- name: ApplicationOf :one
SELECT id, organisation_id, state, purpose_zh, purpose_en, account_sealed, account_tail, appeal, made_by, made_at, handed_in_at, changed_at
FROM application WHERE organisation_id = $1 AND state <> 'forgotten';

-- name: SetPurpose :exec
UPDATE application SET purpose_zh = $2, purpose_en = $3, changed_at = $4 WHERE organisation_id = $1;

-- name: SetAccount :exec
UPDATE application SET account_sealed = $2, account_tail = $3, changed_at = $4 WHERE organisation_id = $1;

-- name: SetState :execrows
UPDATE application SET state = sqlc.arg(state), changed_at = sqlc.arg(changed_at),
  handed_in_at = CASE WHEN sqlc.arg(state) = 'handed_in' AND handed_in_at = 0 THEN sqlc.arg(changed_at) ELSE handed_in_at END
WHERE organisation_id = sqlc.arg(organisation_id) AND state = sqlc.arg(was);

-- name: SetAppeal :exec
UPDATE application SET appeal = $2 WHERE organisation_id = $1;

-- name: Queue :many
SELECT id, organisation_id, state, purpose_zh, purpose_en, account_sealed, account_tail, appeal, made_by, made_at, handed_in_at, changed_at
FROM application WHERE state IN ('handed_in', 'second') ORDER BY handed_in_at, id LIMIT 200;

-- name: ApplicationsOf :many
SELECT a.id, a.organisation_id, a.state, a.purpose_zh, a.purpose_en, a.account_sealed, a.account_tail, a.appeal, a.made_by, a.made_at, a.handed_in_at, a.changed_at
FROM application a WHERE EXISTS (SELECT 1 FROM responsible r WHERE r.organisation_id = a.organisation_id AND r.person_id = $1 AND r.ended_at = 0)
ORDER BY a.id DESC LIMIT 50;

-- name: CountOpenBy :one
SELECT CAST(COUNT(*) AS BIGINT) FROM application WHERE made_by = $1 AND state IN ('draft', 'handed_in', 'returned', 'second');

-- name: InsertWord :exec
INSERT INTO application_word (application_id, n, word, note, said_by, said_at)
SELECT CAST(sqlc.arg(application_id) AS BIGINT), (SELECT COUNT(*) FROM application_word w WHERE w.application_id = sqlc.arg(application_id)) + 1,
  CAST(sqlc.arg(word) AS TEXT), CAST(sqlc.arg(note) AS TEXT), CAST(sqlc.arg(said_by) AS BIGINT), CAST(sqlc.arg(said_at) AS BIGINT);

-- name: WordsOf :many
SELECT application_id, n, word, note, said_by, said_at FROM application_word WHERE application_id = $1 ORDER BY n;

-- name: AddResponsible :execrows
INSERT INTO responsible (organisation_id, person_id, post, made_by, made_at, confirmed_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (organisation_id, person_id, post) DO UPDATE SET ended_at = 0;

-- name: EndResponsible :execrows
UPDATE responsible SET ended_at = sqlc.arg(now) WHERE organisation_id = sqlc.arg(organisation_id) AND person_id = sqlc.arg(person_id)
  AND post = sqlc.arg(post) AND ended_at = 0;

-- name: ConfirmResponsible :execrows
UPDATE responsible SET confirmed_at = sqlc.arg(now) WHERE organisation_id = sqlc.arg(organisation_id) AND person_id = sqlc.arg(person_id)
  AND ended_at = 0 AND confirmed_at = 0;

-- name: ResponsibleOf :many
SELECT organisation_id, person_id, post, made_by, made_at, confirmed_at, ended_at FROM responsible WHERE organisation_id = $1 AND ended_at = 0
ORDER BY made_at, person_id, post LIMIT 50;

-- name: AppliedFor :many
SELECT organisation_id FROM application WHERE made_by = $1;

-- name: EverResponsibleFor :many
SELECT organisation_id FROM responsible WHERE person_id = $1 AND confirmed_at <> 0;

-- name: DeclaredAbout :many
SELECT organisation_id FROM conflict_of_interest WHERE person_id = $1;

-- name: ApplicationsAt :many
SELECT id, organisation_id, state, purpose_zh, purpose_en, account_sealed, account_tail, appeal, made_by, made_at, handed_in_at, changed_at
FROM application WHERE organisation_id = ANY(sqlc.arg(ids)::bigint[]);

-- name: IsResponsible :one
SELECT CAST(COUNT(*) AS BIGINT) AS posts, CAST(COALESCE(SUM(CASE WHEN confirmed_at = 0 THEN 1 ELSE 0 END), 0) AS BIGINT) AS unconfirmed
FROM responsible WHERE organisation_id = $1 AND person_id = $2 AND ended_at = 0;

-- name: InsertConflict :execrows
INSERT INTO conflict_of_interest (organisation_id, person_id, reason, made_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING;

-- name: ReturnedBefore :many
SELECT organisation_id, changed_at FROM application WHERE state = 'returned' AND changed_at <= sqlc.arg(before)
ORDER BY changed_at, id LIMIT sqlc.arg(most);

-- name: Forget :execrows
UPDATE application SET state = 'forgotten', purpose_zh = '', purpose_en = '', appeal = '', account_sealed = sqlc.arg(nothing), account_tail = '',
  changed_at = sqlc.arg(now)
WHERE organisation_id = sqlc.arg(organisation_id) AND state = 'returned';

-- name: ForgetWords :exec
UPDATE application_word SET note = '' WHERE application_id IN (SELECT a.id FROM application a WHERE a.organisation_id = sqlc.arg(organisation_id));

-- name: EndAllResponsible :exec
UPDATE responsible SET ended_at = sqlc.arg(now) WHERE organisation_id = sqlc.arg(organisation_id) AND ended_at = 0;

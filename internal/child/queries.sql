-- name: InsertRecord :execrows
INSERT INTO child_record (id, code, organisation_id, state, made_by, made_at, name_lookup, number_lookup)
VALUES ($1, $2, $3, 'enrolling', $4, $5, $6, $7) ON CONFLICT DO NOTHING;

-- name: CountAll :one
SELECT CAST(COUNT(*) AS BIGINT) FROM child_record;

-- name: CountEnrolling :one
SELECT CAST(COUNT(*) AS BIGINT) FROM child_record r WHERE r.state = 'enrolling' AND r.made_by = $1;

-- name: Records :many
SELECT id, code, organisation_id, household_id, state, made_by, made_at, ended_at, held, erased_at, name_lookup, number_lookup
FROM child_record WHERE id = ANY(sqlc.arg(ids)::bigint[]) ORDER BY id;

-- name: RecordIDByCode :one
SELECT id FROM child_record WHERE code = $1;

-- name: RecordIDsByName :many
SELECT id FROM child_record WHERE name_lookup = $1 AND name_lookup <> '' ORDER BY id LIMIT 50;

-- name: RecordIDsByNumber :many
SELECT id FROM child_record WHERE number_lookup = $1 AND number_lookup <> '' ORDER BY id LIMIT 50;

-- name: RecordIDsByPhone :many
SELECT DISTINCT record_id FROM child_guardian WHERE phone_lookup = $1 AND phone_lookup <> '' ORDER BY record_id LIMIT 50;

-- name: CountSameName :one
SELECT CAST(COUNT(*) AS BIGINT) FROM child_record
WHERE name_lookup = sqlc.arg(lookup) AND name_lookup <> '' AND organisation_id = sqlc.arg(organisation_id) AND id <> sqlc.arg(id)
  AND state <> 'erased';

-- name: CountSameNumber :one
SELECT CAST(COUNT(*) AS BIGINT) FROM child_record
WHERE number_lookup = sqlc.arg(lookup) AND number_lookup <> '' AND organisation_id = sqlc.arg(organisation_id)
  AND id <> sqlc.arg(id) AND state <> 'erased';

-- name: RecordIDsOfOrganisation :many
SELECT id FROM child_record
WHERE organisation_id = sqlc.arg(organisation_id) AND state = sqlc.arg(state) AND id > sqlc.arg(after)
ORDER BY id LIMIT sqlc.arg(most);

-- name: RecordIDsOfWorker :many
SELECT DISTINCT r.id FROM child_record r JOIN child_assignment a ON a.record_id = r.id
WHERE a.person_id = sqlc.arg(person_id) AND a.from_at <= sqlc.arg(now) AND (a.until_at = 0 OR a.until_at > sqlc.arg(now))
  AND r.state <> 'erased' AND r.id > sqlc.arg(after)
ORDER BY r.id LIMIT sqlc.arg(most);

-- name: RecordIDsOfGuardian :many
SELECT DISTINCT r.id FROM child_record r JOIN child_guardian g ON g.record_id = r.id
WHERE g.person_id = sqlc.arg(person_id) AND g.person_id <> 0 AND g.from_at <= sqlc.arg(now)
  AND (g.until_at = 0 OR g.until_at > sqlc.arg(now)) AND r.state <> 'erased'
ORDER BY r.id LIMIT 100;

-- name: RecordIDsOfHousehold :many
SELECT id FROM child_record WHERE household_id = sqlc.arg(household_id) AND household_id <> 0 AND state <> 'erased' ORDER BY id;

-- name: RecordIDsEnded :many
SELECT id FROM child_record
WHERE state = 'ended' AND ended_at <= sqlc.arg(before) AND NOT held AND id > sqlc.arg(after)
ORDER BY id LIMIT sqlc.arg(most);

-- name: SetState :execrows
UPDATE child_record SET state = sqlc.arg(to_state), ended_at = sqlc.arg(ended_at)
WHERE id = sqlc.arg(id) AND state = sqlc.arg(from_state);

-- name: SetHousehold :exec
UPDATE child_record SET household_id = sqlc.arg(to_id) WHERE id = sqlc.arg(id);

-- name: JoinHouseholds :exec
UPDATE child_record SET household_id = sqlc.arg(to_id) WHERE household_id = sqlc.arg(from_id) AND household_id <> 0;

-- name: SetHeld :execrows
UPDATE child_record SET held = sqlc.arg(held) WHERE id = sqlc.arg(id) AND state <> 'erased';

-- name: SetNameLookup :exec
UPDATE child_record SET name_lookup = sqlc.arg(lookup) WHERE id = sqlc.arg(id);

-- name: SetNumberLookup :exec
UPDATE child_record SET number_lookup = sqlc.arg(lookup) WHERE id = sqlc.arg(id);

-- name: MoveRecord :execrows
UPDATE child_record SET organisation_id = sqlc.arg(to_id), household_id = 0, state = 'enrolling'
WHERE id = sqlc.arg(id) AND organisation_id = sqlc.arg(from_id) AND state IN ('enrolling', 'active');

-- name: EraseRecord :execrows
UPDATE child_record SET state = 'erased', erased_at = sqlc.arg(now), household_id = 0, name_lookup = '', number_lookup = ''
WHERE id = sqlc.arg(id) AND state <> 'erased' AND NOT held;

-- name: Groups :many
SELECT record_id, name, sealed, version, changed_by, changed_at FROM child_group
WHERE record_id = ANY(sqlc.arg(ids)::bigint[]) ORDER BY record_id, name;

-- name: InsertGroup :execrows
INSERT INTO child_group (record_id, name, sealed, version, changed_by, changed_at) VALUES ($1, $2, $3, 1, $4, $5)
ON CONFLICT DO NOTHING;

-- name: UpdateGroup :execrows
UPDATE child_group SET sealed = sqlc.arg(sealed), version = version + 1, changed_by = sqlc.arg(changed_by), changed_at = sqlc.arg(changed_at)
WHERE record_id = sqlc.arg(record_id) AND name = sqlc.arg(name) AND version = sqlc.arg(version);

-- name: EraseGroups :exec
DELETE FROM child_group WHERE record_id = $1;

-- name: InsertGuardian :exec
INSERT INTO child_guardian (id, record_id, person_id, sealed, phone_lookup, authority, reachable, proof, proof_by, proof_at, from_at,
  until_at, made_by, made_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14);

-- name: GuardiansOf :many
SELECT id, record_id, person_id, sealed, phone_lookup, authority, reachable, proof, proof_by, proof_at, from_at, until_at, made_by, made_at
FROM child_guardian WHERE record_id = ANY(sqlc.arg(ids)::bigint[]) ORDER BY id;

-- name: GuardianByID :one
SELECT id, record_id, person_id, sealed, phone_lookup, authority, reachable, proof, proof_by, proof_at, from_at, until_at, made_by, made_at
FROM child_guardian WHERE id = $1;

-- name: SetGuardian :execrows
UPDATE child_guardian SET sealed = sqlc.arg(sealed), phone_lookup = sqlc.arg(phone_lookup), reachable = sqlc.arg(reachable)
WHERE id = sqlc.arg(id);

-- name: SetAuthority :execrows
UPDATE child_guardian SET authority = sqlc.arg(authority) WHERE id = sqlc.arg(id);

-- name: LinkGuardian :execrows
UPDATE child_guardian SET person_id = sqlc.arg(person_id), reachable = TRUE WHERE id = sqlc.arg(id) AND person_id = 0;

-- name: Prove :execrows
UPDATE child_guardian SET proof = sqlc.arg(proof), proof_by = sqlc.arg(proof_by), proof_at = sqlc.arg(proof_at) WHERE id = sqlc.arg(id);

-- name: EndGuardian :execrows
UPDATE child_guardian SET until_at = sqlc.arg(now) WHERE id = sqlc.arg(id) AND (until_at = 0 OR until_at > sqlc.arg(now));

-- name: EraseGuardians :exec
UPDATE child_guardian SET sealed = sqlc.arg(nothing), phone_lookup = '', person_id = 0 WHERE record_id = sqlc.arg(record_id);

-- name: InsertProof :execrows
INSERT INTO child_proof (guardian_id, blob_id, made_by, made_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING;

-- name: ProofsOf :many
SELECT p.guardian_id, p.blob_id FROM child_proof p JOIN child_guardian g ON g.id = p.guardian_id
WHERE g.record_id = $1 ORDER BY p.guardian_id, p.blob_id;

-- name: EraseProofs :exec
DELETE FROM child_proof WHERE guardian_id IN (SELECT g.id FROM child_guardian g WHERE g.record_id = $1);

-- name: InsertCollector :exec
INSERT INTO child_collector (id, record_id, sealed, blob_id, forbidden, from_at, until_at, made_by, made_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: CollectorsOf :many
SELECT id, record_id, sealed, blob_id, forbidden, from_at, until_at, made_by, made_at FROM child_collector
WHERE record_id = ANY(sqlc.arg(ids)::bigint[]) AND (until_at = 0 OR until_at > sqlc.arg(now))
ORDER BY id;

-- name: EndCollector :execrows
UPDATE child_collector SET until_at = sqlc.arg(now)
WHERE id = sqlc.arg(id) AND record_id = sqlc.arg(record_id) AND (until_at = 0 OR until_at > sqlc.arg(now))
  AND (sqlc.arg(forbidden) OR NOT forbidden);

-- name: CollectorByID :one
SELECT id, record_id, sealed, blob_id, forbidden, from_at, until_at, made_by, made_at FROM child_collector
WHERE id = sqlc.arg(id) AND record_id = sqlc.arg(record_id);

-- name: SetCollectorPicture :execrows
UPDATE child_collector SET blob_id = sqlc.arg(blob_id) WHERE id = sqlc.arg(id) AND (until_at = 0 OR until_at > sqlc.arg(now));

-- name: OldPictures :many
SELECT c.id, c.blob_id FROM child_collector c JOIN child_record r ON r.id = c.record_id
WHERE c.blob_id <> 0 AND c.until_at <> 0 AND c.until_at <= sqlc.arg(now) AND NOT r.held ORDER BY c.id LIMIT 200;

-- name: ForgetPicture :exec
UPDATE child_collector SET blob_id = 0 WHERE id = sqlc.arg(id);

-- name: EraseCollectors :exec
DELETE FROM child_collector WHERE record_id = $1;

-- name: InsertPickup :exec
INSERT INTO child_pickup (id, record_id, guardian_id, sealed, from_at, until_at, made_by, made_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: Pickups :many
SELECT id, record_id, guardian_id, sealed, from_at, until_at, made_by, made_at, used_by, used_at, ended_at FROM child_pickup
WHERE record_id = ANY(sqlc.arg(ids)::bigint[]) AND until_at > sqlc.arg(now) AND ended_at = 0 ORDER BY id LIMIT 1000;

-- name: UsePickup :execrows
UPDATE child_pickup SET used_by = sqlc.arg(used_by), used_at = sqlc.arg(now)
WHERE id = sqlc.arg(id) AND used_at = 0 AND ended_at = 0 AND from_at <= sqlc.arg(now) AND until_at > sqlc.arg(now);

-- name: EndPickup :execrows
UPDATE child_pickup SET ended_at = sqlc.arg(now)
WHERE id = sqlc.arg(id) AND record_id = sqlc.arg(record_id) AND guardian_id = sqlc.arg(guardian_id) AND used_at = 0 AND ended_at = 0;

-- name: ErasePickups :exec
DELETE FROM child_pickup WHERE record_id = $1;

-- name: InsertWrongPickup :exec
INSERT INTO child_wrong_pickup (id, record_id, at) VALUES ($1, $2, $3);

-- name: CountWrongPickups :one
SELECT CAST(COUNT(*) AS BIGINT) FROM child_wrong_pickup WHERE record_id = sqlc.arg(record_id) AND at >= sqlc.arg(since);

-- name: ForgetWrongPickups :exec
DELETE FROM child_wrong_pickup WHERE at < $1;

-- name: EraseWrongPickups :exec
DELETE FROM child_wrong_pickup WHERE record_id = $1;

-- name: InsertNote :exec
INSERT INTO child_note (id, record_id, kind, sealed, author_id, made_at) VALUES ($1, $2, $3, $4, $5, $6);

-- name: NotesOf :many
SELECT id, record_id, kind, sealed, author_id, made_at, changed_at FROM child_note
WHERE record_id = ANY(sqlc.arg(ids)::bigint[]) ORDER BY id DESC LIMIT 1000;

-- name: NoteByID :one
SELECT id, record_id, kind, sealed, author_id, made_at, changed_at FROM child_note WHERE id = $1;

-- name: ChangeNote :execrows
UPDATE child_note SET sealed = sqlc.arg(sealed), kind = sqlc.arg(kind), changed_at = sqlc.arg(now) WHERE id = sqlc.arg(id);

-- name: EraseNotes :exec
DELETE FROM child_note WHERE record_id = $1;

-- name: InsertAttachment :exec
INSERT INTO child_attachment (id, record_id, blob_id, sealed, made_by, made_at) VALUES ($1, $2, $3, $4, $5, $6);

-- name: AttachmentsOf :many
SELECT id, record_id, blob_id, sealed, made_by, made_at FROM child_attachment
WHERE record_id = ANY(sqlc.arg(ids)::bigint[]) ORDER BY id;

-- name: AttachmentByID :one
SELECT id, record_id, blob_id, sealed, made_by, made_at FROM child_attachment WHERE id = $1;

-- name: EraseAttachments :exec
DELETE FROM child_attachment WHERE record_id = $1;

-- name: InsertAssignment :exec
INSERT INTO child_assignment (id, record_id, person_id, organisation_id, from_at, until_at, made_by, made_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: AssignmentsOf :many
SELECT id, record_id, person_id, organisation_id, from_at, until_at, made_by, made_at FROM child_assignment
WHERE record_id = ANY(sqlc.arg(ids)::bigint[]) ORDER BY id;

-- name: AssignmentByID :one
SELECT id, record_id, person_id, organisation_id, from_at, until_at, made_by, made_at FROM child_assignment WHERE id = $1;

-- name: CountAssigned :one
SELECT CAST(COUNT(*) AS BIGINT) FROM child_assignment
WHERE record_id = sqlc.arg(record_id) AND person_id = sqlc.arg(person_id) AND organisation_id = sqlc.arg(organisation_id)
  AND (until_at = 0 OR until_at > sqlc.arg(now));

-- name: EndAssignment :execrows
UPDATE child_assignment SET until_at = sqlc.arg(now) WHERE id = sqlc.arg(id) AND (until_at = 0 OR until_at > sqlc.arg(now));

-- name: EndAssignmentsAt :exec
UPDATE child_assignment SET until_at = sqlc.arg(now)
WHERE record_id = sqlc.arg(record_id) AND organisation_id = sqlc.arg(organisation_id) AND (until_at = 0 OR until_at > sqlc.arg(now));

-- name: EndAssignments :exec
UPDATE child_assignment SET until_at = sqlc.arg(now)
WHERE record_id = sqlc.arg(record_id) AND (until_at = 0 OR until_at > sqlc.arg(now));

-- name: InsertReferral :exec
INSERT INTO child_referral (id, record_id, kind, from_id, to_id, sealed, state, override_id, made_by, made_at)
VALUES ($1, $2, $3, $4, $5, $6, 'in_progress', $7, $8, $9);

-- name: ReferralByID :one
SELECT id, record_id, kind, from_id, to_id, sealed, state, override_id, made_by, made_at, decided_by, decided_at
FROM child_referral WHERE id = $1;

-- name: ReferralsOf :many
SELECT id, record_id, kind, from_id, to_id, sealed, state, override_id, made_by, made_at, decided_by, decided_at
FROM child_referral WHERE record_id = ANY(sqlc.arg(ids)::bigint[]) ORDER BY id DESC;

-- name: ReferralsTo :many
SELECT id, record_id, kind, from_id, to_id, sealed, state, override_id, made_by, made_at, decided_by, decided_at
FROM child_referral WHERE to_id = sqlc.arg(to_id) AND state = sqlc.arg(state) ORDER BY id DESC LIMIT 200;

-- name: CountOpenReferral :one
SELECT CAST(COUNT(*) AS BIGINT) FROM child_referral
WHERE record_id = sqlc.arg(record_id) AND to_id = sqlc.arg(to_id) AND state IN ('in_progress', 'accepted');

-- name: StepReferral :execrows
UPDATE child_referral SET state = sqlc.arg(to_state), sealed = sqlc.arg(sealed), decided_by = sqlc.arg(decided_by), decided_at = sqlc.arg(decided_at)
WHERE id = sqlc.arg(id) AND state = sqlc.arg(from_state);

-- name: RevokeReferrals :exec
UPDATE child_referral SET state = 'revoked', decided_by = sqlc.arg(decided_by), decided_at = sqlc.arg(decided_at)
WHERE record_id = sqlc.arg(record_id) AND id <> sqlc.arg(but) AND state IN ('in_progress', 'accepted');

-- name: EraseReferrals :exec
UPDATE child_referral SET sealed = sqlc.arg(nothing) WHERE record_id = sqlc.arg(record_id);

-- name: InsertRequest :exec
INSERT INTO child_request (id, record_id, guardian_id, kind, sealed, state, answer, made_by, made_at)
VALUES ($1, $2, $3, $4, $5, 'open', $6, $7, $8);

-- name: RequestByID :one
SELECT id, record_id, guardian_id, kind, sealed, state, answer, made_by, made_at, decided_by, decided_at FROM child_request WHERE id = $1;

-- name: RequestsOf :many
SELECT id, record_id, guardian_id, kind, sealed, state, answer, made_by, made_at, decided_by, decided_at FROM child_request
WHERE record_id = $1 ORDER BY id DESC LIMIT 200;

-- name: OpenRequests :many
SELECT q.id, q.record_id, q.made_at FROM child_request q JOIN child_record r ON r.id = q.record_id
WHERE q.state = 'open' AND r.organisation_id = sqlc.arg(organisation_id) ORDER BY q.id LIMIT 200;

-- name: WhereRequestsWait :many
SELECT DISTINCT r.organisation_id FROM child_request q JOIN child_record r ON r.id = q.record_id
WHERE q.state = 'open' AND q.made_at <= sqlc.arg(before) AND r.state <> 'erased' ORDER BY r.organisation_id;

-- name: CountOpenRequests :one
SELECT CAST(COUNT(*) AS BIGINT) FROM child_request WHERE record_id = sqlc.arg(record_id) AND state = 'open';

-- name: DecideRequest :execrows
UPDATE child_request SET state = sqlc.arg(to_state), answer = sqlc.arg(answer), decided_by = sqlc.arg(decided_by), decided_at = sqlc.arg(decided_at)
WHERE id = sqlc.arg(id) AND state = 'open';

-- name: EraseRequests :exec
UPDATE child_request SET sealed = sqlc.arg(nothing), answer = sqlc.arg(nothing),
  decided_by = CASE WHEN state = 'open' THEN CAST(sqlc.arg(by_id) AS BIGINT) ELSE decided_by END,
  decided_at = CASE WHEN state = 'open' THEN CAST(sqlc.arg(now) AS BIGINT) ELSE decided_at END,
  state = CASE WHEN state <> 'open' THEN state WHEN kind = 'erasure' THEN 'accepted' ELSE 'refused' END
WHERE record_id = sqlc.arg(record_id);

-- name: InsertOnce :execrows
INSERT INTO child_once (key, made_at) VALUES ($1, $2) ON CONFLICT DO NOTHING;

-- name: ForgetOnce :exec
DELETE FROM child_once WHERE made_at < $1;

-- name: InsertInvite :exec
INSERT INTO child_invite (hash, guardian_id, made_by, made_at, expires_at) VALUES ($1, $2, $3, $4, $5);

-- name: EndInvites :exec
UPDATE child_invite SET expires_at = sqlc.arg(now)
WHERE guardian_id = sqlc.arg(guardian_id) AND used_at = 0 AND expires_at > sqlc.arg(now);

-- name: UseInvite :one
UPDATE child_invite SET used_at = sqlc.arg(now)
WHERE hash = sqlc.arg(hash) AND used_at = 0 AND expires_at > sqlc.arg(now)
RETURNING guardian_id, made_by;

-- name: InsertWrongClaim :exec
INSERT INTO child_wrong_claim (id, person_id, at) VALUES ($1, $2, $3);

-- name: CountWrongClaims :one
SELECT CAST(COUNT(*) AS BIGINT) FROM child_wrong_claim WHERE person_id = sqlc.arg(person_id) AND at > sqlc.arg(since);

-- name: ForgetWrongClaims :exec
DELETE FROM child_wrong_claim WHERE at <= $1;

-- name: CountStates :many
SELECT state, CAST(COUNT(*) AS BIGINT) AS n FROM child_record
WHERE CAST(sqlc.arg(organisation_id) AS BIGINT) = 0 OR organisation_id = sqlc.arg(organisation_id) GROUP BY state ORDER BY state;

-- name: CountMoves :one
SELECT CAST(COUNT(*) FILTER (WHERE made_at >= sqlc.arg(since) AND made_at < sqlc.arg(until)) AS BIGINT) AS begun,
  CAST(COUNT(*) FILTER (WHERE ended_at <> 0 AND ended_at >= sqlc.arg(since) AND ended_at < sqlc.arg(until)) AS BIGINT) AS ended,
  CAST(COUNT(*) FILTER (WHERE erased_at <> 0 AND erased_at >= sqlc.arg(since) AND erased_at < sqlc.arg(until)) AS BIGINT) AS erased
FROM child_record WHERE CAST(sqlc.arg(organisation_id) AS BIGINT) = 0 OR organisation_id = sqlc.arg(organisation_id);

-- name: CountRequests :one
SELECT CAST(COUNT(*) AS BIGINT) AS made, CAST(COUNT(*) FILTER (WHERE q.state <> 'open') AS BIGINT) AS answered,
  CAST(COUNT(*) FILTER (WHERE q.state <> 'open' AND q.decided_at - q.made_at <= CAST(sqlc.arg(within) AS BIGINT)) AS BIGINT) AS in_time
FROM child_request q JOIN child_record r ON r.id = q.record_id
WHERE (CAST(sqlc.arg(organisation_id) AS BIGINT) = 0 OR r.organisation_id = sqlc.arg(organisation_id))
  AND q.made_at >= sqlc.arg(since) AND q.made_at < sqlc.arg(until);

-- name: RequestsDecidedBefore :many
SELECT q.id, q.record_id, q.decided_at FROM child_request q JOIN child_record r ON r.id = q.record_id
WHERE q.state <> 'open' AND q.decided_at <= sqlc.arg(before) AND (length(q.sealed) > 0 OR length(q.answer) > 0) AND NOT r.held
ORDER BY q.decided_at, q.id LIMIT sqlc.arg(most);

-- name: EmptyRequest :execrows
UPDATE child_request SET sealed = sqlc.arg(nothing), answer = sqlc.arg(nothing) WHERE id = sqlc.arg(id) AND state <> 'open';

-- name: CountWordedRequest :one
SELECT CAST(COUNT(*) AS BIGINT) FROM child_request WHERE id = $1 AND (length(sealed) > 0 OR length(answer) > 0);

-- name: RecordIDsKeptAt :many
SELECT id FROM child_record WHERE organisation_id = sqlc.arg(organisation_id) AND state <> 'erased' AND id > sqlc.arg(after) ORDER BY id LIMIT sqlc.arg(most);

-- name: HandOver :execrows
UPDATE child_record SET organisation_id = sqlc.arg(to_id), household_id = 0, state = CASE WHEN state = 'active' THEN 'enrolling' ELSE state END
WHERE id = sqlc.arg(id) AND organisation_id = sqlc.arg(from_id) AND state <> 'erased';

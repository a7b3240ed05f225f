-- name: InsertFund :exec
INSERT INTO fund (id, slug, name_zh, name_en, restricted, programme_id, account_id, opened_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: GetFund :one
SELECT id, slug, name_zh, name_en, restricted, programme_id, account_id, opened_at FROM fund WHERE id = $1;

-- name: FundsByIDs :many
SELECT id, slug, name_zh, name_en, restricted, programme_id, account_id, opened_at FROM fund WHERE id = ANY(sqlc.arg(ids)::bigint[]);

-- name: GetFundBySlug :one
SELECT id, slug, name_zh, name_en, restricted, programme_id, account_id, opened_at FROM fund WHERE slug = $1;

-- name: ListFunds :many
SELECT id, slug, name_zh, name_en, restricted, programme_id, account_id, opened_at FROM fund
WHERE id > sqlc.arg(after) ORDER BY id LIMIT sqlc.arg(most);

-- name: StandingFunds :many
SELECT id, slug, name_zh, name_en, restricted, programme_id, account_id, opened_at FROM fund
WHERE NOT EXISTS (SELECT 1 FROM campaign c WHERE c.fund_id = fund.id) ORDER BY id LIMIT 500;

-- name: InsertCampaign :exec
INSERT INTO campaign (id, need_id, slug, fund_id, fallback_fund_id, filing_number, filed_at, starts_at, ends_at, state, made_by, made_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);

-- name: UpdateCampaign :exec
UPDATE campaign SET fallback_fund_id = $2, filing_number = $3, filed_at = $4, starts_at = $5, ends_at = $6 WHERE id = $1;

-- name: SetCampaignState :execrows
UPDATE campaign SET state = sqlc.arg(state), closed_at = sqlc.arg(closed_at) WHERE id = sqlc.arg(id) AND state = sqlc.arg(old_state);

-- name: GetCampaign :one
SELECT id, need_id, slug, fund_id, fallback_fund_id, filing_number, filed_at, starts_at, ends_at, state, made_by, made_at, closed_at FROM campaign WHERE id = $1;

-- name: GetCampaignBySlug :one
SELECT id, need_id, slug, fund_id, fallback_fund_id, filing_number, filed_at, starts_at, ends_at, state, made_by, made_at, closed_at FROM campaign WHERE slug = $1;

-- name: GetCampaignByFund :many
SELECT id, need_id, slug, fund_id, fallback_fund_id, filing_number, filed_at, starts_at, ends_at, state, made_by, made_at, closed_at FROM campaign
WHERE fund_id = $1 ORDER BY id LIMIT 100;

-- name: CampaignsByIDs :many
SELECT sqlc.embed(c), f.account_id FROM campaign c, fund f WHERE c.id = ANY(sqlc.arg(ids)::bigint[]) AND f.id = c.fund_id;

-- name: CampaignsBySlugs :many
SELECT sqlc.embed(c), f.account_id FROM campaign c, fund f WHERE c.slug = ANY(sqlc.arg(slugs)::text[]) AND f.id = c.fund_id;

-- name: ListCampaigns :many
SELECT id, need_id, slug, fund_id, fallback_fund_id, filing_number, filed_at, starts_at, ends_at, state, made_by, made_at, closed_at FROM campaign
WHERE (CAST(sqlc.arg(any_state) AS BOOLEAN) OR state = sqlc.arg(state)) AND id < sqlc.arg(before) ORDER BY id DESC LIMIT sqlc.arg(most);

-- name: CampaignsToClose :many
SELECT id FROM campaign WHERE state = 'open' AND ends_at <= $1 ORDER BY id LIMIT 100;

-- name: InsertImpactUnit :exec
INSERT INTO impact_unit (campaign_id, price_minor, label_zh, label_en) VALUES ($1, $2, $3, $4);

-- name: DeleteImpactUnits :exec
DELETE FROM impact_unit WHERE campaign_id = $1;

-- name: ListImpactUnits :many
SELECT price_minor, label_zh, label_en FROM impact_unit WHERE campaign_id = $1 ORDER BY price_minor LIMIT 12;

-- name: InsertPool :exec
INSERT INTO pool (id, slug, name_zh, name_en, sponsor_id, account_id, rule, ratio_percent, min_gift_minor, cap_gift_minor,
  cap_giver_minor, cap_giver_day_minor, cap_campaign_minor, hold_seconds, starts_at, ends_at, state, made_by, made_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 'draft', $17, $18);

-- name: GetPool :one
SELECT id, slug, name_zh, name_en, sponsor_id, account_id, rule, ratio_percent, min_gift_minor, cap_gift_minor, cap_giver_minor,
  cap_giver_day_minor, cap_campaign_minor, hold_seconds, starts_at, ends_at, state, rule_text, rule_hash, made_by, made_at, opened_by, opened_at, closed_at
FROM pool WHERE id = $1;

-- name: GetPoolBySlug :one
SELECT id, slug, name_zh, name_en, sponsor_id, account_id, rule, ratio_percent, min_gift_minor, cap_gift_minor, cap_giver_minor,
  cap_giver_day_minor, cap_campaign_minor, hold_seconds, starts_at, ends_at, state, rule_text, rule_hash, made_by, made_at, opened_by, opened_at, closed_at
FROM pool WHERE slug = $1;

-- name: ListPools :many
SELECT id, slug, name_zh, name_en, sponsor_id, account_id, rule, ratio_percent, min_gift_minor, cap_gift_minor, cap_giver_minor,
  cap_giver_day_minor, cap_campaign_minor, hold_seconds, starts_at, ends_at, state, rule_text, rule_hash, made_by, made_at, opened_by, opened_at, closed_at
FROM pool ORDER BY id DESC LIMIT 200;

-- name: OpenPoolsFor :many
SELECT g.id AS campaign_id, sqlc.embed(p)
FROM pool p, campaign g
WHERE g.id = ANY(sqlc.arg(campaigns)::bigint[]) AND p.state = 'open' AND p.starts_at <= sqlc.arg(at) AND p.ends_at > sqlc.arg(at)
  AND (EXISTS (SELECT 1 FROM pool_campaign c WHERE c.pool_id = p.id AND c.campaign_id = g.id)
    OR NOT EXISTS (SELECT 1 FROM pool_campaign c WHERE c.pool_id = p.id))
ORDER BY g.id, p.id LIMIT 10000;

-- name: PoolUsesOf :many
SELECT key, used_minor FROM pool_use
WHERE pool_id = sqlc.arg(pool) AND scope = sqlc.arg(scope) AND key = ANY(sqlc.arg(keys)::text[]);

-- name: PoolsToClose :many
SELECT id FROM pool WHERE state IN ('open', 'closing') AND ends_at <= $1 ORDER BY id LIMIT 100;

-- name: OpenPool :execrows
UPDATE pool SET state = 'open', rule_text = $2, rule_hash = $3, opened_by = $4, opened_at = $5 WHERE id = $1 AND state = 'draft';

-- name: SetPoolState :execrows
UPDATE pool SET state = sqlc.arg(state), closed_at = sqlc.arg(closed_at) WHERE id = sqlc.arg(id) AND state = sqlc.arg(old_state);

-- name: InsertPoolCampaign :exec
INSERT INTO pool_campaign (pool_id, campaign_id) VALUES ($1, $2);

-- name: ListPoolCampaigns :many
SELECT campaign_id FROM pool_campaign WHERE pool_id = $1 ORDER BY campaign_id LIMIT 1000;

-- name: TakePoolUse :execrows
UPDATE pool_use SET used_minor = used_minor - $4 WHERE pool_id = $1 AND scope = $2 AND key = $3;

-- name: GetGift :one
SELECT id, token, form_key, need_id, campaign_id, fund_id, unit, quantity, method, state, visibility, person_id, giver_name, giver_email, giver_key,
  message, words, lang, pool_id, match_id, match_promised, match_posted, promise_ends_at, refunded, import_ref, given_on, made_at, received_at FROM gift WHERE id = $1;

-- name: GetGiftByImportRef :one
SELECT id, token, form_key, need_id, campaign_id, fund_id, unit, quantity, method, state, visibility, person_id, giver_name, giver_email, giver_key,
  message, words, lang, pool_id, match_id, match_promised, match_posted, promise_ends_at, refunded, import_ref, given_on, made_at, received_at FROM gift WHERE import_ref = $1 AND import_ref <> '';

-- name: GiftsByFormKeys :many
SELECT id, token, form_key, need_id, campaign_id, fund_id, unit, quantity, method, state, visibility, person_id, giver_name, giver_email, giver_key,
  message, words, lang, pool_id, match_id, match_promised, match_posted, promise_ends_at, refunded, import_ref, given_on, made_at, received_at FROM gift
WHERE form_key = ANY(sqlc.arg(keys)::text[]) AND form_key <> '';

-- name: GiftsToReceive :many
SELECT sqlc.embed(g), f.account_id AS fund_account, CAST(COALESCE(p.account_id, 0) AS BIGINT) AS pool_account
FROM gift g JOIN fund f ON f.id = g.fund_id LEFT JOIN pool p ON p.id = g.pool_id WHERE g.id = ANY(sqlc.arg(ids)::bigint[]);

-- name: ReceiveGift :execrows
UPDATE gift SET state = 'received', received_at = $2, match_posted = $3 WHERE id = $1 AND state <> 'received';

-- name: EndGift :execrows
UPDATE gift SET state = $2 WHERE id = $1 AND state = 'waiting';

-- name: SetGiftMatch :exec
UPDATE gift SET match_id = $2, match_posted = $3 WHERE id = $1;

-- name: AddGiftRefund :exec
UPDATE gift SET refunded = refunded + $2 WHERE id = $1;

-- name: GiftsOfCampaign :many
SELECT id, token, form_key, need_id, campaign_id, fund_id, unit, quantity, method, state, visibility, person_id, giver_name, giver_email, giver_key,
  message, words, lang, pool_id, match_id, match_promised, match_posted, promise_ends_at, refunded, import_ref, given_on, made_at, received_at FROM gift
WHERE campaign_id = sqlc.arg(campaign_id) AND campaign_id <> 0 AND received_at > 0 AND refunded < quantity
  AND (received_at, id) < (CAST(sqlc.arg(before_at) AS BIGINT), CAST(sqlc.arg(before_id) AS BIGINT))
ORDER BY received_at DESC, id DESC LIMIT sqlc.arg(most);

-- name: GiftsOfNeed :many
SELECT id, token, form_key, need_id, campaign_id, fund_id, unit, quantity, method, state, visibility, person_id, giver_name, giver_email, giver_key,
  message, words, lang, pool_id, match_id, match_promised, match_posted, promise_ends_at, refunded, import_ref, given_on, made_at, received_at FROM gift
WHERE need_id = sqlc.arg(need_id) AND campaign_id = 0 AND id < sqlc.arg(before) ORDER BY made_at DESC, id DESC LIMIT sqlc.arg(most);

-- name: GiftsOfEmail :many
SELECT id, token, form_key, need_id, campaign_id, fund_id, unit, quantity, method, state, visibility, person_id, giver_name, giver_email, giver_key,
  message, words, lang, pool_id, match_id, match_promised, match_posted, promise_ends_at, refunded, import_ref, given_on, made_at, received_at FROM gift
WHERE giver_email = sqlc.arg(email) AND giver_email <> '' AND id < sqlc.arg(before) ORDER BY id DESC LIMIT sqlc.arg(most);

-- name: ListGifts :many
SELECT id, token, form_key, need_id, campaign_id, fund_id, unit, quantity, method, state, visibility, person_id, giver_name, giver_email, giver_key,
  message, words, lang, pool_id, match_id, match_promised, match_posted, promise_ends_at, refunded, import_ref, given_on, made_at, received_at FROM gift
WHERE id < sqlc.arg(before) AND (CAST(sqlc.arg(state) AS TEXT) = '' OR state = sqlc.arg(state)) AND (CAST(sqlc.arg(method) AS TEXT) = '' OR method = sqlc.arg(method))
ORDER BY id DESC LIMIT sqlc.arg(most);

-- name: PromisesToEnd :many
SELECT id, match_id FROM gift WHERE state = 'waiting' AND method = 'promise' AND promise_ends_at <= $1 AND promise_ends_at > 0 ORDER BY promise_ends_at LIMIT 200;

-- name: SumTally :one
SELECT CAST(COALESCE(SUM(gifts), 0) AS BIGINT) AS gifts, CAST(COALESCE(SUM(minor), 0) AS BIGINT) AS minor, CAST(COALESCE(SUM(matched), 0) AS BIGINT) AS matched
FROM tally WHERE scope = sqlc.arg(scope) AND subject_id = sqlc.arg(subject_id) AND slot_at >= sqlc.arg(since);

-- name: SumTallies :one
SELECT CAST(COALESCE(SUM(gifts), 0) AS BIGINT) AS gifts, CAST(COALESCE(SUM(minor), 0) AS BIGINT) AS minor, CAST(COALESCE(SUM(matched), 0) AS BIGINT) AS matched
FROM tally WHERE scope = sqlc.arg(scope) AND slot_at >= sqlc.arg(since);

-- name: CampaignTallies :many
SELECT subject_id, CAST(COALESCE(SUM(gifts), 0) AS BIGINT) AS gifts, CAST(COALESCE(SUM(minor), 0) AS BIGINT) AS minor, CAST(COALESCE(SUM(matched), 0) AS BIGINT) AS matched
FROM tally WHERE scope = 'campaign' GROUP BY subject_id ORDER BY subject_id;

-- name: GiftsWithWords :many
SELECT id, token, form_key, need_id, campaign_id, fund_id, unit, quantity, method, state, visibility, person_id, giver_name, giver_email, giver_key,
  message, words, lang, pool_id, match_id, match_promised, match_posted, promise_ends_at, refunded, import_ref, given_on, made_at, received_at FROM gift
WHERE words = 'waiting' AND state = 'received' AND id > sqlc.arg(after) ORDER BY id LIMIT sqlc.arg(most);

-- name: CountGiftsWithWords :one
SELECT CAST(count(*) AS BIGINT) FROM gift WHERE words = 'waiting' AND state = 'received';

-- name: SetWords :execrows
UPDATE gift SET words = $2 WHERE id = $1 AND words <> '';

-- name: CountWaitingPromises :one
SELECT CAST(count(*) AS BIGINT) FROM gift WHERE state = 'waiting' AND method = 'promise';

-- name: EligibleGifts :many
SELECT id, quantity, refunded, giver_key, campaign_id, given_on FROM gift
WHERE pool_id = sqlc.arg(pool_id) AND pool_id <> 0 AND match_promised = 0 AND state = 'received' AND id > sqlc.arg(after) ORDER BY id LIMIT sqlc.arg(most);

-- name: CountWaitingOfPool :one
SELECT CAST(count(*) AS BIGINT) FROM gift WHERE state = 'waiting' AND pool_id = $1;

-- name: InsertAllotment :exec
INSERT INTO allotment (pool_id, gift_id, eligible_minor, match_minor) VALUES ($1, $2, $3, $4);

-- name: CountAllotments :one
SELECT CAST(count(*) AS BIGINT) FROM allotment WHERE pool_id = $1;

-- name: AllotmentsToPost :many
SELECT a.gift_id, a.match_minor, g.fund_id FROM allotment a JOIN gift g ON g.id = a.gift_id
WHERE a.pool_id = $1 AND a.posted_at = 0 ORDER BY a.gift_id LIMIT $2;

-- name: MarkAllotmentPosted :exec
UPDATE allotment SET posted_at = $3 WHERE pool_id = $1 AND gift_id = $2;

-- name: InsertInvoice :exec
INSERT INTO invoice (id, organisation_id, number, issued_at, amount_minor, unit, about_zh, about_en, document_sha256, recorded_by, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- name: GetInvoice :one
SELECT id, organisation_id, number, issued_at, amount_minor, unit, about_zh, about_en, document_sha256, recorded_by, recorded_at FROM invoice WHERE id = $1;

-- name: InvoicesByIDs :many
SELECT id, organisation_id, number, issued_at, amount_minor, unit, about_zh, about_en, document_sha256, recorded_by, recorded_at FROM invoice
WHERE id = ANY(sqlc.arg(ids)::bigint[]);

-- name: GetInvoiceByNumber :one
SELECT id, organisation_id, number, issued_at, amount_minor, unit, about_zh, about_en, document_sha256, recorded_by, recorded_at FROM invoice
WHERE organisation_id = $1 AND number = $2;

-- name: ListInvoices :many
SELECT id, organisation_id, number, issued_at, amount_minor, unit, about_zh, about_en, document_sha256, recorded_by, recorded_at FROM invoice
WHERE id < sqlc.arg(before) ORDER BY id DESC LIMIT sqlc.arg(most);

-- name: InvoiceTaken :one
SELECT CAST(COALESCE(SUM(amount_minor), 0) AS BIGINT) FROM payout WHERE invoice_id = $1 AND state <> 'refused';

-- name: InsertPayout :exec
INSERT INTO payout (id, entry_id, fund_id, invoice_id, amount_minor, state, requested_by, requested_at)
VALUES ($1, $2, $3, $4, $5, 'requested', $6, $7);

-- name: GetPayout :one
SELECT id, entry_id, fund_id, invoice_id, amount_minor, state, requested_by, requested_at, decided_by, decided_at, reason, paid_by, paid_at, bank_reference
FROM payout WHERE id = $1;

-- name: ListPayouts :many
SELECT id, entry_id, fund_id, invoice_id, amount_minor, state, requested_by, requested_at, decided_by, decided_at, reason, paid_by, paid_at, bank_reference
FROM payout WHERE id < sqlc.arg(before) AND (CAST(sqlc.arg(state) AS TEXT) = '' OR state = sqlc.arg(state)) ORDER BY id DESC LIMIT sqlc.arg(most);

-- name: PayoutsOfFund :many
SELECT id, entry_id, fund_id, invoice_id, amount_minor, state, requested_by, requested_at, decided_by, decided_at, reason, paid_by, paid_at, bank_reference
FROM payout WHERE fund_id = $1 ORDER BY id DESC LIMIT 200;

-- name: PayoutsOfInvoice :many
SELECT id, entry_id, fund_id, invoice_id, amount_minor, state, requested_by, requested_at, decided_by, decided_at, reason, paid_by, paid_at, bank_reference
FROM payout WHERE invoice_id = $1 ORDER BY id DESC LIMIT 200;

-- name: DecidePayout :execrows
UPDATE payout SET state = $2, decided_by = $3, decided_at = $4, reason = $5 WHERE id = $1 AND state = 'requested';

-- name: PayPayout :execrows
UPDATE payout SET state = 'paid', paid_by = $2, paid_at = $3, bank_reference = $4 WHERE id = $1 AND state = 'approved';

-- name: PaidWithoutOutcome :many
SELECT id, entry_id, fund_id, invoice_id, amount_minor, state, requested_by, requested_at, decided_by, decided_at, reason, paid_by, paid_at, bank_reference
FROM payout WHERE state = 'paid' AND NOT EXISTS (SELECT 1 FROM outcome o WHERE o.payout_id = payout.id) ORDER BY id LIMIT 100;

-- name: InsertOutcome :exec
INSERT INTO outcome (id, payout_id, unit, quantity, label_zh, label_en, happened_at, recorded_by, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: OutcomesOfPayouts :many
SELECT id, payout_id, unit, quantity, label_zh, label_en, happened_at, recorded_by, recorded_at FROM outcome
WHERE payout_id = ANY(sqlc.arg(payouts)::bigint[]) ORDER BY payout_id, id LIMIT 10000;

-- name: OutcomesOfPayout :many
SELECT id, payout_id, unit, quantity, label_zh, label_en, happened_at, recorded_by, recorded_at FROM outcome WHERE payout_id = $1 ORDER BY id LIMIT 50;

-- name: NextUsePool :one
SELECT CAST(COALESCE(MIN(pool_id), 0) AS BIGINT) FROM pool_use WHERE pool_id > sqlc.arg(after);

-- name: NextUseScope :one
SELECT CAST(COALESCE(MIN(scope), '') AS TEXT) FROM pool_use WHERE pool_id = sqlc.arg(pool_id) AND scope > sqlc.arg(after);

-- name: PoolUses :many
SELECT pool_id, scope, key, used_minor FROM pool_use
WHERE pool_id = sqlc.arg(pool_id) AND scope = sqlc.arg(scope) AND key > sqlc.arg(after) ORDER BY key LIMIT sqlc.arg(most);

-- name: GiftsToCheck :many
SELECT id, campaign_id, quantity, method, state, giver_key, pool_id, match_id, match_promised, match_posted, refunded, given_on FROM gift
WHERE id > sqlc.arg(after) ORDER BY id LIMIT sqlc.arg(most);

-- name: GiftsOfPerson :many
SELECT id, token, form_key, need_id, campaign_id, fund_id, unit, quantity, method, state, visibility, person_id, giver_name, giver_email, giver_key,
  message, words, lang, pool_id, match_id, match_promised, match_posted, promise_ends_at, refunded, import_ref, given_on, made_at, received_at FROM gift
WHERE person_id = sqlc.arg(person) AND person_id <> 0 AND id < sqlc.arg(before) ORDER BY id DESC LIMIT sqlc.arg(most);

-- name: ForgetPerson :execrows
UPDATE gift SET giver_name = '', giver_email = '', message = '', words = '', person_id = 0
WHERE person_id = sqlc.arg(person) AND person_id <> 0;

-- name: ForgetGuest :execrows
UPDATE gift SET giver_name = '', giver_email = '', message = '', words = ''
WHERE giver_email = sqlc.arg(email) AND giver_email <> '' AND person_id = 0;

-- name: ForgetEmail :execrows
UPDATE gift SET giver_email = '' WHERE giver_email = sqlc.arg(email) AND giver_email <> '';

-- name: GiftsByIDs :many
SELECT id, token, form_key, need_id, campaign_id, fund_id, unit, quantity, method, state, visibility, person_id, giver_name, giver_email, giver_key,
  message, words, lang, pool_id, match_id, match_promised, match_posted, promise_ends_at, refunded, import_ref, given_on, made_at, received_at FROM gift
WHERE id = ANY(sqlc.arg(ids)::bigint[]) ORDER BY id DESC LIMIT 500;

-- name: InsertOrganisation :exec
INSERT INTO organisation (id, slug, kind, name_zh, name_en, about_zh, about_en, credit_code, certificate, certificate_ends_at,
  place_zh, place_en, website, state, source_ref, made_at, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17);

-- name: UpdateOrganisation :exec
UPDATE organisation SET kind = $2, name_zh = $3, name_en = $4, about_zh = $5, about_en = $6, credit_code = $7, certificate = $8,
  certificate_ends_at = $9, place_zh = $10, place_en = $11, website = $12, changed_at = $13 WHERE id = $1;

-- name: SetOrganisationState :exec
UPDATE organisation SET state = $2, changed_at = $3 WHERE id = $1;

-- name: OrganisationsByIDs :many
SELECT id, slug, kind, name_zh, name_en, about_zh, about_en, credit_code, certificate, certificate_ends_at,
  place_zh, place_en, website, state, source_ref, made_at, changed_at FROM organisation WHERE id = ANY(sqlc.arg(ids)::bigint[]);

-- name: GetOrganisation :one
SELECT id, slug, kind, name_zh, name_en, about_zh, about_en, credit_code, certificate, certificate_ends_at,
  place_zh, place_en, website, state, source_ref, made_at, changed_at FROM organisation WHERE id = $1;

-- name: GetOrganisationBySlug :one
SELECT id, slug, kind, name_zh, name_en, about_zh, about_en, credit_code, certificate, certificate_ends_at,
  place_zh, place_en, website, state, source_ref, made_at, changed_at FROM organisation WHERE slug = $1;

-- name: GetOrganisationBySource :one
SELECT id, slug, kind, name_zh, name_en, about_zh, about_en, credit_code, certificate, certificate_ends_at,
  place_zh, place_en, website, state, source_ref, made_at, changed_at FROM organisation WHERE source_ref = $1 AND source_ref <> '';

-- name: OrganisationByCreditCode :one
SELECT id FROM organisation WHERE credit_code = $1 AND credit_code <> '';

-- name: ListOrganisations :many
SELECT sqlc.embed(o),
  CAST((SELECT COUNT(*) FROM programme p WHERE p.organisation_id = o.id) AS BIGINT) AS programmes,
  CAST((SELECT COUNT(*) FROM need n JOIN programme p ON p.id = n.programme_id
    WHERE p.organisation_id = o.id AND n.state = 'published') AS BIGINT) AS needs
FROM organisation o
WHERE (CAST(sqlc.arg(kind) AS TEXT) = '' OR o.kind = sqlc.arg(kind)) AND (CAST(sqlc.arg(state) AS TEXT) = '' OR o.state = sqlc.arg(state)) AND o.id < sqlc.arg(before)
ORDER BY o.id DESC LIMIT sqlc.arg(most);

-- name: InsertProgramme :exec
INSERT INTO programme (id, organisation_id, slug, theme, name_zh, name_en, summary_zh, summary_en, place_zh, place_en,
  state, source_ref, search_text, made_at, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15);

-- name: UpdateProgramme :exec
UPDATE programme SET theme = $2, name_zh = $3, name_en = $4, summary_zh = $5, summary_en = $6, place_zh = $7, place_en = $8,
  changed_at = $9 WHERE id = $1;

-- name: SetProgrammeSearch :exec
UPDATE programme SET search_text = $2 WHERE id = $1;

-- name: SetProgrammeState :exec
UPDATE programme SET state = $2, changed_at = $3, published_at = $4 WHERE id = $1;

-- name: GetProgramme :one
SELECT id, organisation_id, slug, theme, name_zh, name_en, summary_zh, summary_en, place_zh, place_en, state, source_ref,
  search_text, made_at, changed_at, published_at FROM programme WHERE id = $1;

-- name: GetProgrammeBySlug :one
SELECT id, organisation_id, slug, theme, name_zh, name_en, summary_zh, summary_en, place_zh, place_en, state, source_ref,
  search_text, made_at, changed_at, published_at FROM programme WHERE slug = $1;

-- name: GetProgrammeBySource :one
SELECT id, organisation_id, slug, theme, name_zh, name_en, summary_zh, summary_en, place_zh, place_en, state, source_ref,
  search_text, made_at, changed_at, published_at FROM programme WHERE source_ref = $1 AND source_ref <> '';

-- name: ProgrammesOf :many
SELECT id, organisation_id, slug, theme, name_zh, name_en, summary_zh, summary_en, place_zh, place_en, state, source_ref,
  search_text, made_at, changed_at, published_at FROM programme
WHERE organisation_id = sqlc.arg(organisation_id) AND id > sqlc.arg(after) ORDER BY id LIMIT sqlc.arg(most);

-- name: ListProgrammes :many
SELECT sqlc.embed(p),
  o.slug AS organisation_slug, o.name_zh AS organisation_zh, o.name_en AS organisation_en, o.state AS organisation_state,
  CAST((SELECT COUNT(*) FROM need n WHERE n.programme_id = p.id AND n.state = 'published') AS BIGINT) AS needs,
  CAST((SELECT COUNT(*) FROM checklist_standing v WHERE v.kind = 'programme' AND v.subject_id = p.id AND v.holds_id <> 0 AND v.starts_at <= sqlc.arg(now) AND (v.ends_at = 0 OR v.ends_at > sqlc.arg(now))) AS BIGINT) AS steps
FROM programme p JOIN organisation o ON o.id = p.organisation_id JOIN programme_detail d ON d.programme_id = p.id
WHERE (CAST(sqlc.arg(hidden_too) AS BOOLEAN) OR (p.state = 'published' AND o.state = 'published'))
  AND (NOT CAST(sqlc.arg(checked_alone) AS BOOLEAN) OR (NOT EXISTS (SELECT 1 FROM checklist_standing w WHERE w.kind = 'organisation' AND w.subject_id = o.id AND w.stops AND w.holds_id <> 0
    AND w.ends_at <> 0 AND w.ends_at <= sqlc.arg(now))
    AND (SELECT COUNT(*) FROM checklist_standing v WHERE v.kind = 'programme' AND v.subject_id = p.id AND v.holds_id <> 0 AND v.starts_at <= sqlc.arg(now) AND (v.ends_at = 0 OR v.ends_at > sqlc.arg(now))) >= CAST(sqlc.arg(needed) AS BIGINT)))
  AND (CAST(sqlc.arg(organisation) AS BIGINT) = 0 OR p.organisation_id = sqlc.arg(organisation))
  AND (CAST(sqlc.arg(theme) AS TEXT) = '' OR p.theme = sqlc.arg(theme))
  AND (CAST(sqlc.arg(place) AS TEXT) = '' OR p.place_zh = sqlc.arg(place) OR p.place_en = sqlc.arg(place))
  AND (CAST(sqlc.arg(detail_kind) AS TEXT) = '' OR d.kind = sqlc.arg(detail_kind))
  AND p.search_text LIKE CAST(sqlc.arg(word1) AS TEXT) ESCAPE '\' AND p.search_text LIKE CAST(sqlc.arg(word2) AS TEXT) ESCAPE '\'
  AND p.search_text LIKE CAST(sqlc.arg(word3) AS TEXT) ESCAPE '\' AND p.search_text LIKE CAST(sqlc.arg(word4) AS TEXT) ESCAPE '\'
  AND p.search_text LIKE CAST(sqlc.arg(word5) AS TEXT) ESCAPE '\' AND p.search_text LIKE CAST(sqlc.arg(word6) AS TEXT) ESCAPE '\'
  AND (CAST(sqlc.arg(age) AS BIGINT) < 0 OR (d.age_from <= sqlc.arg(age) AND (d.age_to = 0 OR d.age_to >= sqlc.arg(age))))
  AND (d.languages) LIKE CAST(sqlc.arg(language) AS TEXT) ESCAPE '\'
  AND (NOT CAST(sqlc.arg(free) AS BOOLEAN) OR d.cost = 'free')
  AND (CAST(sqlc.arg(day) AS BIGINT) = 0 OR EXISTS (SELECT 1 FROM schedule s WHERE s.programme_id = p.id
    AND (s.days & CAST(sqlc.arg(day) AS BIGINT)) <> 0
    AND (s.from_on = '' OR s.from_on <= CAST(sqlc.arg(today) AS TEXT)) AND (s.until_on = '' OR s.until_on >= CAST(sqlc.arg(today) AS TEXT))
    AND (CAST(sqlc.arg(week) AS BIGINT) - s.from_week) % s.every_weeks = 0
    AND (CAST(sqlc.arg(minute) AS BIGINT) < 0 OR (s.opens_minute <= CAST(sqlc.arg(minute) AS BIGINT) AND s.closes_minute > CAST(sqlc.arg(minute) AS BIGINT)))))
  AND (p.published_at < sqlc.arg(before_at) OR (p.published_at = sqlc.arg(before_at) AND p.id < sqlc.arg(before_id)))
ORDER BY p.published_at DESC, p.id DESC LIMIT sqlc.arg(most);

-- name: InsertNeed :exec
INSERT INTO need (id, programme_id, slug, kind, unit, wanted, account_id, title_zh, title_en, body_zh, body_en, place_zh, place_en,
  until_at, state, search_text, made_by, made_at, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19);

-- name: UpdateNeed :exec
UPDATE need SET wanted = $2, title_zh = $3, title_en = $4, body_zh = $5, body_en = $6, place_zh = $7, place_en = $8, until_at = $9,
  search_text = $10, changed_at = $11 WHERE id = $1;

-- name: SetNeedState :exec
UPDATE need SET state = $2, changed_at = $3, published_at = $4 WHERE id = $1;

-- name: GetNeed :one
SELECT id, programme_id, slug, kind, unit, wanted, account_id, title_zh, title_en, body_zh, body_en, place_zh, place_en, until_at,
  state, search_text, made_by, made_at, changed_at, published_at FROM need WHERE id = $1;

-- name: GetNeedView :one
SELECT sqlc.embed(n),
  p.slug AS programme_slug, p.name_zh AS programme_zh, p.name_en AS programme_en, p.state AS programme_state, p.theme,
  o.id AS organisation_id, o.slug AS organisation_slug, o.name_zh AS organisation_zh, o.name_en AS organisation_en,
  o.state AS organisation_state
FROM need n JOIN programme p ON p.id = n.programme_id JOIN organisation o ON o.id = p.organisation_id
WHERE n.id = sqlc.arg(id) OR n.slug = sqlc.arg(slug);

-- name: ListNeeds :many
SELECT sqlc.embed(n),
  p.slug AS programme_slug, p.name_zh AS programme_zh, p.name_en AS programme_en, p.state AS programme_state, p.theme,
  o.id AS organisation_id, o.slug AS organisation_slug, o.name_zh AS organisation_zh, o.name_en AS organisation_en,
  o.state AS organisation_state
FROM need n JOIN programme p ON p.id = n.programme_id JOIN organisation o ON o.id = p.organisation_id
WHERE n.state = 'published' AND p.state = 'published' AND o.state = 'published'
  AND (n.until_at = 0 OR n.until_at > sqlc.arg(now))
  AND (CAST(sqlc.arg(kind) AS TEXT) = '' OR n.kind = sqlc.arg(kind))
  AND (CAST(sqlc.arg(programme) AS BIGINT) = 0 OR n.programme_id = sqlc.arg(programme))
  AND (CAST(sqlc.arg(place) AS TEXT) = '' OR n.place_zh = sqlc.arg(place) OR n.place_en = sqlc.arg(place))
  AND (n.search_text || p.search_text) LIKE CAST(sqlc.arg(word1) AS TEXT) ESCAPE '\' AND (n.search_text || p.search_text) LIKE CAST(sqlc.arg(word2) AS TEXT) ESCAPE '\'
  AND (n.search_text || p.search_text) LIKE CAST(sqlc.arg(word3) AS TEXT) ESCAPE '\' AND (n.search_text || p.search_text) LIKE CAST(sqlc.arg(word4) AS TEXT) ESCAPE '\'
  AND (n.search_text || p.search_text) LIKE CAST(sqlc.arg(word5) AS TEXT) ESCAPE '\' AND (n.search_text || p.search_text) LIKE CAST(sqlc.arg(word6) AS TEXT) ESCAPE '\'
  AND (n.published_at < sqlc.arg(before_at) OR (n.published_at = sqlc.arg(before_at) AND n.id < sqlc.arg(before_id)))
ORDER BY n.published_at DESC, n.id DESC LIMIT sqlc.arg(most);

-- name: ListNeedsForDesk :many
SELECT sqlc.embed(n),
  p.slug AS programme_slug, p.name_zh AS programme_zh, p.name_en AS programme_en, p.state AS programme_state, p.theme,
  o.id AS organisation_id, o.slug AS organisation_slug, o.name_zh AS organisation_zh, o.name_en AS organisation_en,
  o.state AS organisation_state
FROM need n JOIN programme p ON p.id = n.programme_id JOIN organisation o ON o.id = p.organisation_id
WHERE (CAST(sqlc.arg(kind) AS TEXT) = '' OR n.kind = sqlc.arg(kind))
  AND (CAST(sqlc.arg(state) AS TEXT) = '' OR n.state = sqlc.arg(state))
  AND (CAST(sqlc.arg(programme) AS BIGINT) = 0 OR n.programme_id = sqlc.arg(programme))
  AND (CAST(sqlc.arg(place) AS TEXT) = '' OR n.place_zh = sqlc.arg(place) OR n.place_en = sqlc.arg(place))
  AND (n.search_text || p.search_text) LIKE CAST(sqlc.arg(word1) AS TEXT) ESCAPE '\' AND (n.search_text || p.search_text) LIKE CAST(sqlc.arg(word2) AS TEXT) ESCAPE '\'
  AND (n.search_text || p.search_text) LIKE CAST(sqlc.arg(word3) AS TEXT) ESCAPE '\' AND (n.search_text || p.search_text) LIKE CAST(sqlc.arg(word4) AS TEXT) ESCAPE '\'
  AND (n.search_text || p.search_text) LIKE CAST(sqlc.arg(word5) AS TEXT) ESCAPE '\' AND (n.search_text || p.search_text) LIKE CAST(sqlc.arg(word6) AS TEXT) ESCAPE '\'
  AND ((CASE n.state WHEN 'draft' THEN 0 WHEN 'published' THEN 1 ELSE 2 END) > CAST(sqlc.arg(after_rank) AS BIGINT)
    OR ((CASE n.state WHEN 'draft' THEN 0 WHEN 'published' THEN 1 ELSE 2 END) = CAST(sqlc.arg(after_rank) AS BIGINT) AND n.id < sqlc.arg(before_id)))
ORDER BY (CASE n.state WHEN 'draft' THEN 0 WHEN 'published' THEN 1 ELSE 2 END), n.id DESC LIMIT sqlc.arg(most);

-- name: UrgentNeeds :many
SELECT sqlc.embed(n),
  p.slug AS programme_slug, p.name_zh AS programme_zh, p.name_en AS programme_en, p.state AS programme_state, p.theme,
  o.id AS organisation_id, o.slug AS organisation_slug, o.name_zh AS organisation_zh, o.name_en AS organisation_en,
  o.state AS organisation_state
FROM need n JOIN programme p ON p.id = n.programme_id JOIN organisation o ON o.id = p.organisation_id
WHERE n.state = 'published' AND p.state = 'published' AND o.state = 'published'
  AND (n.until_at = 0 OR n.until_at > sqlc.arg(now))
ORDER BY (CASE n.until_at WHEN 0 THEN 1 ELSE 0 END), n.until_at, n.published_at DESC, n.id DESC LIMIT sqlc.arg(most);

-- name: PlacesOfNeeds :many
SELECT n.place_zh, n.place_en FROM need n JOIN programme p ON p.id = n.programme_id JOIN organisation o ON o.id = p.organisation_id
WHERE n.state = 'published' AND p.state = 'published' AND o.state = 'published'
  AND (n.until_at = 0 OR n.until_at > sqlc.arg(now)) AND (n.place_zh <> '' OR n.place_en <> '')
GROUP BY n.place_zh, n.place_en ORDER BY n.place_zh, n.place_en LIMIT 200;

-- name: PlacesOfProgrammes :many
SELECT p.place_zh, p.place_en FROM programme p JOIN organisation o ON o.id = p.organisation_id
WHERE p.state = 'published' AND o.state = 'published' AND (p.place_zh <> '' OR p.place_en <> '')
GROUP BY p.place_zh, p.place_en ORDER BY p.place_zh, p.place_en LIMIT 200;

-- name: NeedsAfter :many
SELECT n.id, n.kind, n.unit, n.account_id, n.state, n.published_at, p.published_at AS programme_published_at
FROM need n JOIN programme p ON p.id = n.programme_id
WHERE n.id > sqlc.arg(after) ORDER BY n.id LIMIT sqlc.arg(most);

-- name: CountNeeds :one
SELECT CAST(COUNT(*) AS BIGINT) AS needs,
  CAST(COALESCE(SUM(CASE WHEN n.state = 'draft' THEN 1 ELSE 0 END), 0) AS BIGINT) AS drafts,
  CAST(COALESCE(SUM(CASE WHEN n.state = 'published' THEN 1 ELSE 0 END), 0) AS BIGINT) AS published
FROM need n;

-- name: UnverifiedPublished :many
SELECT p.id FROM programme p
WHERE p.published_at > 0 AND (SELECT COUNT(*) FROM checklist_standing v WHERE v.kind = 'programme' AND v.subject_id = p.id) < CAST(sqlc.arg(steps) AS BIGINT)
ORDER BY p.id LIMIT 1;

-- name: CountSlugs :one
SELECT CAST((SELECT COUNT(*) FROM organisation WHERE organisation.slug = sqlc.arg(slug))
  + (SELECT COUNT(*) FROM programme WHERE programme.slug = sqlc.arg(slug))
  + (SELECT COUNT(*) FROM need WHERE need.slug = sqlc.arg(slug)) AS BIGINT);

-- name: NeedStandings :many
SELECT n.id, n.state, n.until_at, p.organisation_id, p.state AS programme_state, o.state AS organisation_state,
  CAST(EXISTS (SELECT 1 FROM checklist_standing v WHERE v.kind = 'organisation' AND v.subject_id = o.id AND v.stops AND v.holds_id <> 0
    AND v.ends_at <> 0 AND v.ends_at <= sqlc.arg(now)) AS BOOLEAN) AS lapsed
FROM need n JOIN programme p ON p.id = n.programme_id JOIN organisation o ON o.id = p.organisation_id WHERE n.id = ANY(sqlc.arg(ids)::bigint[]);

-- name: UpsertDetail :exec
INSERT INTO programme_detail (programme_id, kind, cost, cost_minor, cost_zh, cost_en, languages, age_from, age_to,
  eligibility_zh, eligibility_en, coming_zh, coming_en, capacity_zh, capacity_en, phone, website)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
ON CONFLICT (programme_id) DO UPDATE SET kind = excluded.kind, cost = excluded.cost, cost_minor = excluded.cost_minor,
  cost_zh = excluded.cost_zh, cost_en = excluded.cost_en, languages = excluded.languages, age_from = excluded.age_from,
  age_to = excluded.age_to, eligibility_zh = excluded.eligibility_zh, eligibility_en = excluded.eligibility_en,
  coming_zh = excluded.coming_zh, coming_en = excluded.coming_en, capacity_zh = excluded.capacity_zh,
  capacity_en = excluded.capacity_en, phone = excluded.phone, website = excluded.website;

-- name: DetailsOf :many
SELECT programme_id, kind, cost, cost_minor, cost_zh, cost_en, languages, age_from, age_to, eligibility_zh, eligibility_en,
  coming_zh, coming_en, capacity_zh, capacity_en, phone, website
FROM programme_detail WHERE programme_id = ANY(sqlc.arg(ids)::bigint[]);

-- name: PlacesOf :many
SELECT id, programme_id, kind, sealed, name_zh, name_en, line_zh, line_en, town_zh, town_en, postcode, link, placed, latitude_e6, longitude_e6
FROM place WHERE programme_id = ANY(sqlc.arg(ids)::bigint[]) ORDER BY id;

-- name: InsertPlace :exec
INSERT INTO place (id, programme_id, kind, sealed, name_zh, name_en, line_zh, line_en, town_zh, town_en, postcode, link, placed, latitude_e6, longitude_e6)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15);

-- name: UpdatePlace :exec
UPDATE place SET kind = $3, sealed = $4, name_zh = $5, name_en = $6, line_zh = $7, line_en = $8, town_zh = $9, town_en = $10,
  postcode = $11, link = $12, placed = $13, latitude_e6 = $14, longitude_e6 = $15 WHERE id = $1 AND programme_id = $2;

-- name: DeletePlace :exec
DELETE FROM place WHERE id = $1 AND programme_id = $2;

-- name: SchedulesOf :many
SELECT id, programme_id, days, every_weeks, from_week, opens_minute, closes_minute, from_on, until_on
FROM schedule WHERE programme_id = ANY(sqlc.arg(ids)::bigint[]) ORDER BY id;

-- name: InsertSchedule :exec
INSERT INTO schedule (id, programme_id, days, every_weeks, from_week, opens_minute, closes_minute, from_on, until_on)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: DeleteSchedules :exec
DELETE FROM schedule WHERE programme_id = $1;

-- name: TouchProgramme :exec
UPDATE programme SET changed_at = $2 WHERE id = $1;

-- name: NearPlaces :many
SELECT t.id, t.programme_id, t.latitude_e6, t.longitude_e6
FROM place t JOIN programme p ON p.id = t.programme_id JOIN organisation o ON o.id = p.organisation_id
  JOIN programme_detail d ON d.programme_id = p.id
WHERE t.placed AND t.latitude_e6 BETWEEN sqlc.arg(south) AND sqlc.arg(north)
  AND (t.longitude_e6 BETWEEN sqlc.arg(west) AND sqlc.arg(east) OR t.longitude_e6 BETWEEN sqlc.arg(west_beyond) AND sqlc.arg(east_beyond))
  AND p.state = 'published' AND o.state = 'published'
  AND NOT EXISTS (SELECT 1 FROM checklist_standing w WHERE w.kind = 'organisation' AND w.subject_id = o.id AND w.stops AND w.holds_id <> 0
    AND w.ends_at <> 0 AND w.ends_at <= sqlc.arg(now))
  AND (SELECT COUNT(*) FROM checklist_standing v WHERE v.kind = 'programme' AND v.subject_id = p.id AND v.holds_id <> 0 AND v.starts_at <= sqlc.arg(now) AND (v.ends_at = 0 OR v.ends_at > sqlc.arg(now))) >= CAST(sqlc.arg(steps) AS BIGINT)
  AND (CAST(sqlc.arg(theme) AS TEXT) = '' OR p.theme = sqlc.arg(theme))
  AND (CAST(sqlc.arg(kind) AS TEXT) = '' OR d.kind = sqlc.arg(kind))
  AND (CAST(sqlc.arg(place) AS TEXT) = '' OR p.place_zh = sqlc.arg(place) OR p.place_en = sqlc.arg(place))
  AND p.search_text LIKE CAST(sqlc.arg(word1) AS TEXT) ESCAPE '\' AND p.search_text LIKE CAST(sqlc.arg(word2) AS TEXT) ESCAPE '\'
  AND p.search_text LIKE CAST(sqlc.arg(word3) AS TEXT) ESCAPE '\' AND p.search_text LIKE CAST(sqlc.arg(word4) AS TEXT) ESCAPE '\'
  AND p.search_text LIKE CAST(sqlc.arg(word5) AS TEXT) ESCAPE '\' AND p.search_text LIKE CAST(sqlc.arg(word6) AS TEXT) ESCAPE '\'
  AND (CAST(sqlc.arg(age) AS BIGINT) < 0 OR (d.age_from <= sqlc.arg(age) AND (d.age_to = 0 OR d.age_to >= sqlc.arg(age))))
  AND d.languages LIKE CAST(sqlc.arg(language) AS TEXT) ESCAPE '\'
  AND (NOT CAST(sqlc.arg(free) AS BOOLEAN) OR d.cost = 'free')
  AND (CAST(sqlc.arg(day) AS BIGINT) = 0 OR EXISTS (SELECT 1 FROM schedule s WHERE s.programme_id = p.id
    AND (s.days & CAST(sqlc.arg(day) AS BIGINT)) <> 0
    AND (s.from_on = '' OR s.from_on <= CAST(sqlc.arg(today) AS TEXT)) AND (s.until_on = '' OR s.until_on >= CAST(sqlc.arg(today) AS TEXT))
    AND (CAST(sqlc.arg(week) AS BIGINT) - s.from_week) % s.every_weeks = 0
    AND (CAST(sqlc.arg(minute) AS BIGINT) < 0 OR (s.opens_minute <= CAST(sqlc.arg(minute) AS BIGINT) AND s.closes_minute > CAST(sqlc.arg(minute) AS BIGINT)))));

-- name: ProgrammeLinesByIDs :many
SELECT sqlc.embed(p),
  o.slug AS organisation_slug, o.name_zh AS organisation_zh, o.name_en AS organisation_en, o.state AS organisation_state,
  CAST((SELECT COUNT(*) FROM need n WHERE n.programme_id = p.id AND n.state = 'published') AS BIGINT) AS needs,
  CAST((SELECT COUNT(*) FROM checklist_standing v WHERE v.kind = 'programme' AND v.subject_id = p.id AND v.holds_id <> 0 AND v.starts_at <= sqlc.arg(now) AND (v.ends_at = 0 OR v.ends_at > sqlc.arg(now))) AS BIGINT) AS steps
FROM programme p JOIN organisation o ON o.id = p.organisation_id WHERE p.id = ANY(sqlc.arg(ids)::bigint[]);

-- name: Towns :many
SELECT t.town_zh, t.town_en, CAST(MIN(t.latitude_e6) AS BIGINT) AS south, CAST(MAX(t.latitude_e6) AS BIGINT) AS north,
  CAST(MIN(t.longitude_e6) AS BIGINT) AS west, CAST(MAX(t.longitude_e6) AS BIGINT) AS east
FROM place t JOIN programme p ON p.id = t.programme_id JOIN organisation o ON o.id = p.organisation_id
WHERE t.placed AND p.state = 'published' AND o.state = 'published' AND (t.town_zh <> '' OR t.town_en <> '')
GROUP BY t.town_zh, t.town_en ORDER BY t.town_zh, t.town_en LIMIT 200;

-- name: PublicProgrammes :many
SELECT p.id, p.organisation_id, p.changed_at FROM programme p JOIN organisation o ON o.id = p.organisation_id
WHERE p.state = 'published' AND o.state = 'published'
  AND NOT EXISTS (SELECT 1 FROM checklist_standing w WHERE w.kind = 'organisation' AND w.subject_id = o.id AND w.stops AND w.holds_id <> 0
    AND w.ends_at <> 0 AND w.ends_at <= sqlc.arg(now))
  AND p.id IN (SELECT v.subject_id FROM checklist_standing v WHERE v.kind = 'programme' AND v.holds_id <> 0 AND v.starts_at <= sqlc.arg(now)
    AND (v.ends_at = 0 OR v.ends_at > sqlc.arg(now)) GROUP BY v.subject_id HAVING COUNT(*) >= CAST(sqlc.arg(steps) AS BIGINT))
  AND (CAST(sqlc.arg(organisation) AS BIGINT) = 0 OR p.organisation_id = sqlc.arg(organisation))
  AND (CAST(sqlc.arg(theme) AS TEXT) = '' OR p.theme = sqlc.arg(theme))
  AND (CAST(sqlc.arg(kind) AS TEXT) = '' OR EXISTS (SELECT 1 FROM programme_detail d WHERE d.programme_id = p.id AND d.kind = sqlc.arg(kind)))
  AND p.changed_at >= CAST(sqlc.arg(since) AS BIGINT)
  AND p.search_text LIKE CAST(sqlc.arg(word1) AS TEXT) ESCAPE '\' AND p.search_text LIKE CAST(sqlc.arg(word2) AS TEXT) ESCAPE '\'
  AND p.search_text LIKE CAST(sqlc.arg(word3) AS TEXT) ESCAPE '\' AND p.search_text LIKE CAST(sqlc.arg(word4) AS TEXT) ESCAPE '\'
  AND p.search_text LIKE CAST(sqlc.arg(word5) AS TEXT) ESCAPE '\' AND p.search_text LIKE CAST(sqlc.arg(word6) AS TEXT) ESCAPE '\'
ORDER BY p.id;

-- name: ProgrammesByIDs :many
SELECT id, organisation_id, slug, theme, name_zh, name_en, summary_zh, summary_en, place_zh, place_en, state, source_ref,
  search_text, made_at, changed_at, published_at FROM programme WHERE id = ANY(sqlc.arg(ids)::bigint[]);

-- name: PlaceByID :one
SELECT id, programme_id, kind, sealed, name_zh, name_en, line_zh, line_en, town_zh, town_en, postcode, link, placed, latitude_e6, longitude_e6
FROM place WHERE id = $1;

-- name: InsertSuspension :exec
INSERT INTO suspension (id, organisation_id, reason, note, made_by, made_at, review_by_at) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: SuspensionNow :one
SELECT id, organisation_id, reason, note, made_by, made_at, review_by_at, reviewed_by, reviewed_at, lift_first_by, lift_first_at, lifted_by, lifted_at
FROM suspension WHERE organisation_id = $1 AND lifted_at = 0;

-- name: SuspensionsOf :many
SELECT id, organisation_id, reason, note, made_by, made_at, review_by_at, reviewed_by, reviewed_at, lift_first_by, lift_first_at, lifted_by, lifted_at
FROM suspension WHERE organisation_id = $1 ORDER BY id DESC LIMIT 50;

-- name: SuspensionsOpen :many
SELECT id, organisation_id, reason, note, made_by, made_at, review_by_at, reviewed_by, reviewed_at, lift_first_by, lift_first_at, lifted_by, lifted_at
FROM suspension WHERE lifted_at = 0 ORDER BY id LIMIT 200;

-- name: ReviewSuspension :execrows
UPDATE suspension SET reviewed_by = $2, reviewed_at = $3 WHERE id = $1 AND reviewed_by = 0 AND lifted_at = 0;

-- name: LiftFirst :execrows
UPDATE suspension SET lift_first_by = $2, lift_first_at = $3 WHERE id = $1 AND lift_first_by = 0 AND lifted_at = 0;

-- name: LiftSuspension :execrows
UPDATE suspension SET lifted_by = $2, lifted_at = $3 WHERE id = $1 AND lift_first_by <> 0 AND lifted_at = 0;

-- name: ProgrammeNames :many
SELECT id, name_zh, name_en FROM programme WHERE id = ANY(sqlc.arg(ids)::bigint[]);

-- name: Resting :many
SELECT o.id FROM organisation o WHERE o.id = ANY(sqlc.arg(ids)::bigint[])
  AND (o.state = 'suspended' OR EXISTS (SELECT 1 FROM checklist_standing v WHERE v.kind = 'organisation' AND v.subject_id = o.id AND v.stops AND v.holds_id <> 0
    AND v.ends_at <> 0 AND v.ends_at <= sqlc.arg(now)));

-- name: OpenPlaces :many
SELECT id, programme_id, postcode, placed, latitude_e6, longitude_e6 FROM place WHERE NOT sealed AND programme_id = ANY(sqlc.arg(ids)::bigint[]) ORDER BY programme_id, id;

-- name: ForgetDraft :execrows
UPDATE organisation SET credit_code = '', certificate = '', certificate_ends_at = 0, about_zh = '', about_en = '', website = '', changed_at = sqlc.arg(now)
WHERE id = sqlc.arg(id) AND state = 'draft';

-- name: InsertClosing :execrows
INSERT INTO closing (organisation_id, made_by, made_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING;

-- name: ClosedAt :one
SELECT made_at FROM closing WHERE organisation_id = $1;

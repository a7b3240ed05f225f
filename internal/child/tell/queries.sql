-- name: Told :execrows
INSERT INTO told (person_id, about, day) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING;

-- name: ForgetTold :exec
DELETE FROM told WHERE day < $1;

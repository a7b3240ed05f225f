-- name: Nodes :many
SELECT number, token, name, beat, since_at, beat_at FROM node ORDER BY number;

-- name: Take :execrows
INSERT INTO node (number, token, name, since_at, beat_at)
VALUES (sqlc.arg(number), sqlc.arg(token), sqlc.arg(name), sqlc.arg(now), sqlc.arg(now))
ON CONFLICT DO NOTHING;

-- name: Beat :execrows
UPDATE node SET beat = beat + 1, beat_at = sqlc.arg(now)
WHERE number = sqlc.arg(number) AND token = sqlc.arg(token);

-- name: Free :execrows
DELETE FROM node WHERE number = sqlc.arg(number) AND token = sqlc.arg(token) AND beat = sqlc.arg(beat);

-- name: Leave :execrows
DELETE FROM node WHERE number = sqlc.arg(number) AND token = sqlc.arg(token);

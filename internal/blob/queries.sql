-- name: InsertBlob :exec
INSERT INTO blob (id, subject_id, media, size_bytes, pieces, head, made_by, made_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: InsertPiece :exec
INSERT INTO blob_piece (blob_id, n, sealed) VALUES ($1, $2, $3);

-- name: BlobByID :one
SELECT id, subject_id, media, size_bytes, pieces, head, made_by, made_at FROM blob WHERE id = $1;

-- name: BlobsOf :many
SELECT id, subject_id, media, size_bytes, pieces, head, made_by, made_at FROM blob
WHERE subject_id = sqlc.arg(subject_id) ORDER BY id DESC LIMIT sqlc.arg(most);

-- name: Pieces :many
SELECT n, sealed FROM blob_piece WHERE blob_id = sqlc.arg(blob_id) ORDER BY n;

-- name: DeletePieces :exec
DELETE FROM blob_piece WHERE blob_id = $1;

-- name: DeleteBlob :execrows
DELETE FROM blob WHERE id = $1;

-- name: DeletePiecesOf :exec
DELETE FROM blob_piece WHERE blob_id IN (SELECT b.id FROM blob b WHERE b.subject_id = $1);

-- name: DeleteBlobsOf :execrows
DELETE FROM blob WHERE subject_id = $1;

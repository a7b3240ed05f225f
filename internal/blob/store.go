package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"manyhands/internal/blob/internal/blobdb"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/vault"
)

var q = blobdb.New()

// Store keeps files under the keys of a vault.
type Store struct {
	vault *vault.Vault
	turns chan struct{} // of those who look into a file

	scanner Scanner // nil for none
	refused func(context.Context, Scanned)
}

// lookers is how many files are looked into at once: a picture may take 400 MB of memory.
const lookers = 1

// New returns the store that seals with v.
func New(v *vault.Vault) *Store { return &Store{vault: v, turns: make(chan struct{}, lookers)} }

// Blob says what is known of a file.
type Blob struct {
	ID      int64
	Subject int64  // under whose key it is sealed
	Name    string // as it was uploaded, with the ending that belongs to Media
	SHA256  string // of the file as it is kept, in hex; for evidence, never for a page or a log
	Bytes   int64
	Media   string // PDF, JPEG or PNG
	By      int64  // person who handed it in
	At      time.Time
}

// head is what would tell of a file, and so is sealed with it.
type head struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
}

// Put keeps a file under the key of subject, which must have one. What did not go through Clean goes
// through it here, which can take a second: call Clean before the write begins. With a scanner that is a
// must. Faults: those of Clean; those of vault.Box.
func (s *Store) Put(ctx context.Context, tx *db.Tx, subject int64, in Upload) (Blob, error) {
	if in.media == "" && s.scanner != nil {
		return Blob{}, errLate
	}
	in, err := s.Clean(ctx, in)
	if err != nil {
		return Blob{}, err
	}
	box, err := s.vault.Box(ctx, tx, subject)
	if err != nil {
		return Blob{}, err
	}
	sum := sha256.Sum256(in.Bytes)
	b := Blob{ID: tx.NewID(), Subject: subject, Name: in.Name, SHA256: hex.EncodeToString(sum[:]), Bytes: int64(len(in.Bytes)),
		Media: in.media, By: in.By, At: clock.Time(tx.NowMicros())}
	text, err := json.Marshal(head{Name: b.Name, SHA256: b.SHA256})
	if err != nil {
		return Blob{}, fmt.Errorf("blob: head: %w", err)
	}
	sealed, err := box.Seal(headField(b.ID), text)
	if err != nil {
		return Blob{}, err
	}
	pieces := (len(in.Bytes) + pieceSize - 1) / pieceSize
	err = q.InsertBlob(ctx, tx, blobdb.InsertBlobParams{ID: b.ID, SubjectID: subject, Media: b.Media, SizeBytes: b.Bytes,
		Pieces: int64(pieces), Head: sealed, MadeBy: b.By, MadeAt: tx.NowMicros()})
	if err != nil {
		return Blob{}, fmt.Errorf("blob: keep: %w", err)
	}
	for n := range pieces {
		sealed, err := box.Seal(pieceField(b.ID, n), in.Bytes[n*pieceSize:min((n+1)*pieceSize, len(in.Bytes))])
		if err != nil {
			return Blob{}, err
		}
		if err := q.InsertPiece(ctx, tx, blobdb.InsertPieceParams{BlobID: b.ID, N: int64(n), Sealed: sealed}); err != nil {
			return Blob{}, fmt.Errorf("blob: keep a piece: %w", err)
		}
	}
	return b, nil
}

// A head and a piece open only as those of their own file, and a piece only in its place.
func headField(id int64) string { return "blob:" + strconv.FormatInt(id, 10) }

func pieceField(id int64, n int) string { return headField(id) + ":" + strconv.Itoa(n) }

// Get returns a file after its hash was checked. Whether the reader may see this subject's files is the
// caller's to ask, of Blob.Subject. Faults: NotFound "blob.none"; those of vault.Box; Internal
// "blob.damaged".
func (s *Store) Get(ctx context.Context, r db.Queryer, id int64) (Blob, []byte, error) {
	row, err := q.BlobByID(ctx, r, id)
	if err != nil {
		return Blob{}, nil, db.NotFound(err, errNone.Key)
	}
	box, err := s.vault.Box(ctx, r, row.SubjectID)
	if err != nil {
		return Blob{}, nil, err
	}
	b, err := blobOf(box, row)
	if err != nil {
		return Blob{}, nil, err
	}
	pieces, err := q.Pieces(ctx, r, id)
	if err != nil {
		return Blob{}, nil, fmt.Errorf("blob: pieces: %w", err)
	}
	out := make([]byte, 0, min(max(row.SizeBytes, 0), MaxBytes))
	for i, p := range pieces {
		plain, err := box.Open(pieceField(id, i), p.Sealed)
		if err != nil {
			return Blob{}, nil, err
		}
		out = append(out, plain...)
	}
	if sum := sha256.Sum256(out); hex.EncodeToString(sum[:]) != b.SHA256 || int64(len(out)) != row.SizeBytes {
		return Blob{}, nil, errDamaged
	}
	return b, out, nil
}

func blobOf(box *vault.Box, row blobdb.Blob) (Blob, error) {
	text, err := box.Open(headField(row.ID), row.Head)
	if err != nil {
		return Blob{}, err
	}
	var h head
	if err := json.Unmarshal(text, &h); err != nil {
		return Blob{}, errDamaged
	}
	return Blob{ID: row.ID, Subject: row.SubjectID, Name: h.Name, SHA256: h.SHA256, Bytes: row.SizeBytes, Media: row.Media,
		By: row.MadeBy, At: clock.Time(row.MadeAt)}, nil
}

// SubjectOf returns under whose key a file is sealed, for a caller that must ask who may see it before
// anything is opened. Faults: NotFound "blob.none".
func SubjectOf(ctx context.Context, r db.Queryer, id int64) (int64, error) {
	row, err := q.BlobByID(ctx, r, id)
	if err != nil {
		return 0, db.NotFound(err, errNone.Key)
	}
	return row.SubjectID, nil
}

// KindOf returns under whose key a file is sealed and what it is, PDF, JPEG or PNG: nothing is opened, for a
// page that says how to look at it. Faults: NotFound "blob.none".
func KindOf(ctx context.Context, r db.Queryer, id int64) (subject int64, media string, err error) {
	row, err := q.BlobByID(ctx, r, id)
	if err != nil {
		return 0, "", db.NotFound(err, errNone.Key)
	}
	return row.SubjectID, row.Media, nil
}

// Of returns what is known of a subject's files, the newest first, at most limit. Faults: those of
// vault.Box.
func (s *Store) Of(ctx context.Context, r db.Queryer, subject int64, limit int) ([]Blob, error) {
	rows, err := q.BlobsOf(ctx, r, blobdb.BlobsOfParams{SubjectID: subject, Most: int32(min(max(limit, 0), 1000))})
	if err != nil {
		return nil, fmt.Errorf("blob: list: %w", err)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	box, err := s.vault.Box(ctx, r, subject)
	if err != nil {
		return nil, err
	}
	out := make([]Blob, len(rows))
	for i, row := range rows {
		if out[i], err = blobOf(box, row); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Delete removes a file. Faults: NotFound "blob.none".
func (s *Store) Delete(ctx context.Context, tx *db.Tx, id int64) error {
	if err := q.DeletePieces(ctx, tx, id); err != nil {
		return fmt.Errorf("blob: delete pieces: %w", err)
	}
	n, err := q.DeleteBlob(ctx, tx, id)
	if err != nil {
		return fmt.Errorf("blob: delete: %w", err)
	}
	if n == 0 {
		return errNone
	}
	return nil
}

// DeleteAll removes every file of a subject and returns how many. It needs no key: what was erased leaves
// no bytes behind.
func (s *Store) DeleteAll(ctx context.Context, tx *db.Tx, subject int64) (int64, error) {
	if err := q.DeletePiecesOf(ctx, tx, subject); err != nil {
		return 0, fmt.Errorf("blob: delete pieces: %w", err)
	}
	n, err := q.DeleteBlobsOf(ctx, tx, subject)
	if err != nil {
		return 0, fmt.Errorf("blob: delete: %w", err)
	}
	return n, nil
}

// turn waits until a file may be looked into.
func (s *Store) turn(ctx context.Context) (done func(), err error) {
	select {
	case s.turns <- struct{}{}:
		return func() { <-s.turns }, nil
	case <-ctx.Done():
		return nil, errors.Join(errors.New("blob: wait for a turn"), ctx.Err())
	}
}

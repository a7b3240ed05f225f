package child

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"manyhands/internal/access"
	"manyhands/internal/blob"
	"manyhands/internal/child/internal/childdb"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
)

// mostFiles is how many files one record has room for.
const mostFiles = 200

// CleanFile looks into a file before it is kept: call it outside the write. Faults: those of
// blob.Store.Clean.
func (s *Service) CleanFile(ctx context.Context, in blob.Upload) (blob.Upload, error) {
	return s.o.Blobs.Clean(ctx, in)
}

// Attach keeps a file in a record, under the record's key. A file that is there already is not kept
// twice: its id is returned. Faults: NotFound "child.no_record" and those
// of access.Decision; Fields naming "title"; Conflict "child.files_many"; those of packages blob and
// vault.
func (s *Service) Attach(ctx context.Context, tx *db.Tx, record int64, purpose access.Purpose, title string, in blob.Upload) (int64, error) {
	d, err := s.may(ctx, tx, record, access.RecordAttach, access.Question{Purpose: purpose})
	if err != nil {
		return 0, err
	}
	var c checker
	title = c.line("title", title)
	c.required("title", title)
	if err := c.bad.Err(); err != nil {
		return 0, err
	}
	if id, err := s.attachedBefore(ctx, tx, record, in); err != nil || id != 0 {
		return id, err
	}
	file, err := s.put(ctx, tx, record, in)
	if err != nil {
		return 0, err
	}
	p := childdb.InsertAttachmentParams{ID: tx.NewID(), RecordID: record, BlobID: file.ID, MadeBy: access.PersonID(ctx), MadeAt: tx.NowMicros()}
	if p.Sealed, err = s.sealText(ctx, tx, record, rowField("attachment", p.ID), title); err != nil {
		return 0, err
	}
	if err := q.InsertAttachment(ctx, tx, p); err != nil {
		return 0, fmt.Errorf("child: attach: %w", err)
	}
	return p.ID, actFile(ctx, tx, "file.attached", d, purpose, file.ID)
}

// attachedBefore returns the attachment with the same bytes, 0 for none: a form sent twice.
func (s *Service) attachedBefore(ctx context.Context, tx *db.Tx, record int64, in blob.Upload) (int64, error) {
	in, err := s.o.Blobs.Clean(ctx, in)
	if err != nil {
		return 0, err
	}
	sum := sha256.Sum256(in.Bytes)
	files, err := s.o.Blobs.Of(ctx, tx, record, mostFiles)
	if err != nil {
		return 0, fmt.Errorf("child: files: %w", err)
	}
	list, err := q.AttachmentsOf(ctx, tx, []int64{record})
	if err != nil {
		return 0, fmt.Errorf("child: attachments: %w", err)
	}
	for _, f := range files {
		i := slices.IndexFunc(list, func(x childdb.ChildAttachment) bool { return x.BlobID == f.ID })
		if i >= 0 && f.SHA256 == hex.EncodeToString(sum[:]) {
			return list[i].ID, nil
		}
	}
	return 0, nil
}

// AddEvidence keeps a file that shows a guardianship, to be named in Prove. What a guardian hands in stands with their own guardianship at once, for a worker
// to look at; it proves nothing before Prove. Faults: as Attach.
func (s *Service) AddEvidence(ctx context.Context, tx *db.Tx, record int64, purpose access.Purpose, in blob.Upload) (int64, error) {
	d, err := s.mayGuardians(ctx, tx, record, purpose)
	if err != nil {
		return 0, err
	}
	file, err := s.put(ctx, tx, record, in)
	if err != nil {
		return 0, err
	}
	if own := d.guardianOf(access.PersonID(ctx), tx.Now()); purpose == access.Guardian && own != 0 {
		_, err := q.InsertProof(ctx, tx, childdb.InsertProofParams{GuardianID: own, BlobID: file.ID, MadeBy: access.PersonID(ctx), MadeAt: tx.NowMicros()})
		if err != nil {
			return 0, fmt.Errorf("child: keep a proof: %w", err)
		}
	}
	return file.ID, actFile(ctx, tx, "file.evidence", d, purpose, file.ID)
}

func (s *Service) put(ctx context.Context, tx *db.Tx, record int64, in blob.Upload) (blob.Blob, error) {
	all, err := s.o.Blobs.Of(ctx, tx, record, mostFiles)
	if err != nil {
		return blob.Blob{}, fmt.Errorf("child: files: %w", err)
	}
	if len(all) >= mostFiles {
		return blob.Blob{}, fault.New(fault.Conflict, "child.files_many", "Most", mostFiles)
	}
	in.By = access.PersonID(ctx)
	file, err := s.o.Blobs.Put(ctx, tx, record, in)
	if err != nil {
		return blob.Blob{}, fmt.Errorf("child: keep a file: %w", err)
	}
	return file, nil
}

// ownFile returns Fields naming "files" for a file that does not belong to the record.
func (s *Service) ownFile(ctx context.Context, tx *db.Tx, record, file int64) error {
	if file == 0 {
		return nil
	}
	all, err := s.o.Blobs.Of(ctx, tx, record, mostFiles)
	if err != nil {
		return fmt.Errorf("child: files: %w", err)
	}
	if !slices.ContainsFunc(all, func(b blob.Blob) bool { return b.ID == file }) {
		return fault.Fields{{Name: "files", Key: "form.choice"}}
	}
	return nil
}

// File gives a file of a record with its bytes, for whoever may read the group that it belongs to:
// attachments, the evidence of guardianships, the photos of collectors; guardians have those alone that
// they handed in themselves, and the photos of those who may collect the child. The look is in the trail.
// Faults: NotFound "child.no_record", "child.no_file" and those of access.Decision; those of packages
// blob and vault.
func (s *Service) File(ctx context.Context, record, file int64, purpose access.Purpose) (b blob.Blob, bytes []byte, err error) {
	err = s.d.Write(ctx, func(tx *db.Tx) error {
		group, shared, err := fileGroup(ctx, tx, record, file)
		if err != nil {
			return err
		}
		d, err := s.may(ctx, tx, record, access.RecordRead, access.Question{Purpose: purpose, Group: group})
		if err != nil {
			return err
		}
		if err := actFile(ctx, tx, "file.read", d, purpose, file); err != nil {
			return err
		}
		b, bytes, err = s.o.Blobs.Get(ctx, tx, file)
		if err != nil {
			return fmt.Errorf("child: file: %w", err)
		}
		if b.Subject != record || purpose == access.Guardian && !shared && b.By != access.PersonID(ctx) {
			b, bytes = blob.Blob{}, nil
			return fault.New(fault.NotFound, "child.no_file")
		}
		return nil
	})
	if err != nil {
		return blob.Blob{}, nil, err
	}
	return b, bytes, nil
}

// FileKind says what a file of a record is, PDF, JPEG or PNG, for whoever of the staff may have it by File.
// Nothing is opened. Faults: as File.
func (s *Service) FileKind(ctx context.Context, tx *db.Tx, record, file int64, purpose access.Purpose) (media string, err error) {
	group, _, err := fileGroup(ctx, tx, record, file)
	if err != nil {
		return "", err
	}
	if _, err := s.may(ctx, tx, record, access.RecordRead, access.Question{Purpose: purpose, Group: group}); err != nil {
		return "", err
	}
	subject, media, err := blob.KindOf(ctx, tx, file)
	if err != nil {
		return "", fmt.Errorf("child: kind of a file: %w", err)
	}
	if subject != record || purpose == access.Guardian {
		return "", fault.New(fault.NotFound, "child.no_file")
	}
	return media, nil
}

// fileGroup says to which group of fields a file of the record belongs, and whether all guardians share it.
func fileGroup(ctx context.Context, tx *db.Tx, record, file int64) (group access.Group, shared bool, err error) {
	ids := []int64{record}
	attached, err := q.AttachmentsOf(ctx, tx, ids)
	if err != nil {
		return "", false, fmt.Errorf("child: attachments: %w", err)
	}
	if slices.ContainsFunc(attached, func(x childdb.ChildAttachment) bool { return x.BlobID == file }) {
		return access.Attachments, false, nil
	}
	collectors, err := q.CollectorsOf(ctx, tx, childdb.CollectorsOfParams{Ids: ids, Now: tx.NowMicros()})
	if err != nil {
		return "", false, fmt.Errorf("child: collectors: %w", err)
	}
	if i := slices.IndexFunc(collectors, func(x childdb.ChildCollector) bool { return x.BlobID == file }); i >= 0 && file != 0 {
		return access.Collection, !collectors[i].Forbidden, nil
	}
	return access.Guardians, false, nil // the evidence of a guardianship, or not named anywhere yet
}

func actFile(ctx context.Context, tx *db.Tx, kind string, d *dossier, purpose access.Purpose, file int64) error {
	return act(ctx, tx, kind, d, purpose, struct {
		File string `json:"file"`
	}{clock.FormatID(file)})
}

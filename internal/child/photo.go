package child

import (
	"context"
	"fmt"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/blob"
	"manyhands/internal/child/internal/childdb"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
)

// The photo of a collector is of a grown-up who is no party here: it is kept as long as they may collect
// the child, and no longer.

// CleanPortrait looks into a photo before it is kept: call it outside the write. Faults: those of
// blob.Store.CleanPortrait.
func (s *Service) CleanPortrait(ctx context.Context, in blob.Upload) (blob.Upload, error) {
	return s.o.Blobs.CleanPortrait(ctx, in)
}

// SetPhoto keeps a photo of a collector in place of the one before. A guardian does it for those whom
// guardians are shown, not for those who must never collect the child. Faults: NotFound "child.no_record",
// "child.no_collector" and those of access.Decision; Fields naming "file" without one; those of packages
// blob and vault.
func (s *Service) SetPhoto(ctx context.Context, tx *db.Tx, record int64, purpose access.Purpose, collector int64, photo blob.Upload) error {
	d, err := s.mayCollection(ctx, tx, record, purpose)
	if err != nil {
		return err
	}
	if len(photo.Bytes) == 0 {
		return fault.Fields{{Name: "file", Key: "form.required"}}
	}
	if err := s.dropPhoto(ctx, tx, d, collector, purpose); err != nil {
		return err
	}
	file, err := s.put(ctx, tx, d.ID, photo)
	if err != nil {
		return err
	}
	if !file.Picture() {
		return fault.New(fault.Invalid, "blob.no_picture")
	}
	n, err := q.SetCollectorPicture(ctx, tx, childdb.SetCollectorPictureParams{BlobID: file.ID, ID: collector, Now: tx.NowMicros()})
	if err != nil {
		return fmt.Errorf("child: keep a photo: %w", err)
	}
	if n == 0 {
		return fault.New(fault.NotFound, "child.no_collector")
	}
	return actCollector(ctx, tx, "collector.photo", d, purpose, collector, false)
}

// dropPhoto deletes the photo of a collector of the record whom who acts may change. A legal hold keeps it.
func (s *Service) dropPhoto(ctx context.Context, tx *db.Tx, d *dossier, collector int64, purpose access.Purpose) error {
	x, err := q.CollectorByID(ctx, tx, childdb.CollectorByIDParams{ID: collector, RecordID: d.ID})
	if err != nil {
		return fmt.Errorf("child: collector: %w", db.NotFound(err, "child.no_collector"))
	}
	if x.Forbidden && purpose == access.Guardian {
		return fault.New(fault.NotFound, "child.no_collector")
	}
	if x.BlobID == 0 || d.Held {
		return nil
	}
	if err := q.ForgetPicture(ctx, tx, x.ID); err != nil {
		return fmt.Errorf("child: forget a photo: %w", err)
	}
	if err := s.o.Blobs.Delete(ctx, tx, x.BlobID); err != nil {
		return fmt.Errorf("child: delete a photo: %w", err)
	}
	return nil
}

// PhotosEvery is how often ForgetPhotos is to be called.
const PhotosEvery = 6 * time.Hour

// ForgetPhotos deletes the photos of those whose time to collect a child has run out, but for records under
// a legal hold: at most two hundred at once. A clock calls it. It returns how many there were.
func (s *Service) ForgetPhotos(ctx context.Context, tx *db.Tx) (int, error) {
	list, err := q.OldPictures(ctx, tx, clock.Micros(tx.Now()))
	if err != nil {
		return 0, fmt.Errorf("child: old photos: %w", err)
	}
	for _, x := range list {
		if err := q.ForgetPicture(ctx, tx, x.ID); err != nil {
			return 0, fmt.Errorf("child: forget a photo: %w", err)
		}
		if err := s.o.Blobs.Delete(ctx, tx, x.BlobID); err != nil {
			return 0, fmt.Errorf("child: delete a photo: %w", err)
		}
	}
	return len(list), nil
}

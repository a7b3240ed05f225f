package apply

import (
	"context"
	"strings"
	"unicode/utf8"

	"manyhands/internal/blob"
	"manyhands/internal/checklist"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/programme"
	"manyhands/internal/programme/apply/internal/applydb"
)

// HandInPaper keeps a document under the organisation's key and hands it in for one requirement. It may be
// done while the application is written, and at any time after it was accepted (a renewal). Let the
// upload go through blob.Store.Clean before. Faults: Conflict "apply.not_open"; those of checklist.HandIn
// and blob.Put.
func (s *Service) HandInPaper(ctx context.Context, tx *db.Tx, organisation int64, code string, e checklist.Evidence, in blob.Upload, by int64) error {
	a, err := ApplicationOf(ctx, tx, organisation)
	if err != nil {
		return err
	}
	if a.UnderReview() {
		return fault.New(fault.Conflict, "apply.not_open")
	}
	o, err := programme.OrganisationByID(ctx, tx, organisation)
	if err != nil {
		return err
	}
	if len(in.Bytes) > 0 {
		b, err := s.Blobs.Put(ctx, tx, organisation, in)
		if err != nil {
			return err
		}
		e.Blob = b.ID
	}
	_, err = checklist.HandIn(ctx, tx, programme.Papers(o), code, e, by)
	return err
}

// Paper returns a document that was handed in for an organisation. Whoever calls has asked whether the
// reader may see it, and notes in the audit trail that they did. Faults: NotFound
// "checklist.no_document_here" for a document of another's; those of blob.Get.
func (s *Service) Paper(ctx context.Context, r db.Queryer, organisation, id int64) (blob.Blob, []byte, error) {
	of := checklist.Subject{Kind: checklist.Organisation, ID: organisation}
	if err := checklist.HasDocument(ctx, r, of, id); err != nil {
		return blob.Blob{}, nil, err
	}
	return s.Blobs.Get(ctx, r, id)
}

// PaperKind says what a document is, PDF, JPEG or PNG: nothing is opened. Whoever calls has asked whether
// the reader may see it. Faults: as Paper.
func (s *Service) PaperKind(ctx context.Context, r db.Queryer, organisation, id int64) (media string, err error) {
	of := checklist.Subject{Kind: checklist.Organisation, ID: organisation}
	if err := checklist.HasDocument(ctx, r, of, id); err != nil {
		return "", err
	}
	_, media, err = blob.KindOf(ctx, r, id)
	return media, err
}

// HandIn hands the application in. Faults: Conflict "apply.not_open", "apply.incomplete" while Gaps has
// anything; handing in twice changes nothing.
func (s *Service) HandIn(ctx context.Context, tx *db.Tx, organisation, by int64) error {
	v, err := s.View(ctx, tx, organisation)
	if err != nil || v.Application.State == HandedIn {
		return err
	}
	if !v.Application.Open() {
		return fault.New(fault.Conflict, "apply.not_open")
	}
	if len(v.Gaps) > 0 {
		return fault.New(fault.Conflict, "apply.incomplete", "Count", len(v.Gaps))
	}
	if err := q.SetAppeal(ctx, tx, applydb.SetAppealParams{OrganisationID: organisation}); err != nil {
		return err
	}
	return s.move(ctx, tx, v.Application, HandedIn, "handed_in", "", by)
}

// Appeal hands a refused application in again without a change, with a word on why the refusal was wrong.
// Who refused does not judge it again. Faults: Invalid field appeal; Conflict "apply.not_returned".
func (s *Service) Appeal(ctx context.Context, tx *db.Tx, organisation int64, text string, by int64) error {
	a, err := ApplicationOf(ctx, tx, organisation)
	if err != nil {
		return err
	}
	if a.State != Returned {
		return fault.New(fault.Conflict, "apply.not_returned")
	}
	text = strings.TrimSpace(text)
	if text == "" {
		return fault.Fields{{Name: "appeal", Key: "form.required"}}
	}
	if utf8.RuneCountInString(text) > MaxPurpose {
		return fault.Fields{{Name: "appeal", Key: "form.too_long", Args: map[string]any{"Max": MaxPurpose}}}
	}
	if err := q.SetAppeal(ctx, tx, applydb.SetAppealParams{OrganisationID: organisation, Appeal: text}); err != nil {
		return err
	}
	return s.move(ctx, tx, a, HandedIn, "appealed", text, by)
}

// move brings an application to its next state and keeps the word that did.
func (s *Service) move(ctx context.Context, tx *db.Tx, a Application, to State, word, note string, by int64) error {
	n, err := q.SetState(ctx, tx, applydb.SetStateParams{State: string(to), ChangedAt: tx.NowMicros(), OrganisationID: a.Organisation, Was: string(a.State)})
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.Conflict, "apply.moved")
	}
	err = q.InsertWord(ctx, tx, applydb.InsertWordParams{ApplicationID: a.ID, Word: word, Note: note, SaidBy: by, SaidAt: tx.NowMicros()})
	if err != nil {
		return err
	}
	return event.Add(ctx, tx, "application."+word, a.Organisation, by, nil)
}

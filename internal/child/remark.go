package child

import (
	"context"
	"slices"

	"manyhands/internal/access"
	"manyhands/internal/consent"
	"manyhands/internal/db"
)

// Remark notes something about the child's own part in a matter. Remark.By is set here. Faults: NotFound
// "child.no_record" and those of access.Decision; those of consent.Service.Remark.
func (s *Service) Remark(ctx context.Context, tx *db.Tx, in consent.Remark) (consent.Remark, error) {
	if _, err := s.may(ctx, tx, in.Record, access.RecordConsent, access.Question{Purpose: access.Casework}); err != nil {
		return consent.Remark{}, err
	}
	in.By = access.PersonID(ctx)
	return s.o.Consents.Remark(ctx, tx, in)
}

// EndRemark ends what was noted about the child's own part. Faults: NotFound "child.no_record" and those
// of access.Decision; those of consent.Service.EndRemark.
func (s *Service) EndRemark(ctx context.Context, tx *db.Tx, record, remark int64) error {
	if _, err := s.may(ctx, tx, record, access.RecordConsent, access.Question{Purpose: access.Casework}); err != nil {
		return err
	}
	return s.o.Consents.EndRemark(ctx, tx, record, remark, access.PersonID(ctx))
}

// Remarks returns what was noted about the child's own part, newest first, also what was ended: for
// whoever notes answers, and for leads, who decide without them. The look is in the trail when words were
// read. Faults: NotFound "child.no_record" and those of access.Decision; those of package vault.
func (s *Service) Remarks(ctx context.Context, tx *db.Tx, record int64, purpose access.Purpose) ([]consent.Remark, error) {
	permission := access.RecordConsent
	if purpose == access.Safeguarding {
		permission = access.RecordOverride
	}
	if _, err := s.may(ctx, tx, record, permission, access.Question{Purpose: purpose, Reason: true}); err != nil {
		return nil, err
	}
	return s.o.Consents.RemarkWords(ctx, tx, record, access.PersonID(ctx))
}

// Wishes returns what a guardian may know of the child's own part: what stands about those matters of which
// the child wishes the parents to be told, without the words and without who wrote them. Where the child
// does not wish it, or nobody has asked, there is nothing. Faults: NotFound "child.no_record" and those of
// access.Decision.
func (s *Service) Wishes(ctx context.Context, tx *db.Tx, record int64) ([]consent.Remark, error) {
	if _, err := s.may(ctx, tx, record, access.RecordAnswer, access.Question{Purpose: access.Guardian}); err != nil {
		return nil, err
	}
	list, err := s.o.Consents.Remarks(ctx, tx, record)
	if err != nil {
		return nil, err
	}
	told := map[consent.Matter]bool{}
	for _, x := range list {
		told[x.Matter] = told[x.Matter] || x.Stands() && x.Kind == consent.TellParents && x.Yes
	}
	list = slices.DeleteFunc(list, func(x consent.Remark) bool { return !x.Stands() || !told[x.Matter] })
	for i := range list {
		list[i].By = 0
	}
	return list, nil
}

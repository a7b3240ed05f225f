package vault

import (
	"context"
	"errors"
	"fmt"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/vault/internal/vaultdb"
)

// checkRows is how many keys a check reads at once.
const checkRows = 500

// unopened names the subject whose key does not open.
func unopened(subject int64, err error) error {
	return fault.Wrap(err, fault.Internal, "vault.unopened", "ID", clock.FormatID(subject))
}

// Check opens every key and looks that those destroyed are gone. It returns nil or the first breach. A
// vault that was never used holds; one whose master key is missing does not: Busy "vault.locked".
func (v *Vault) Check(ctx context.Context, r db.Queryer, progress func(done int64)) error {
	done := int64(0)
	for after := int64(-1); ; {
		page, err := q.KeysAfter(ctx, r, vaultdb.KeysAfterParams{After: after, Most: checkRows})
		if err != nil {
			return fmt.Errorf("vault: keys: %w", err)
		}
		for _, k := range page {
			if err := v.check(ctx, r, k); err != nil {
				return err
			}
			after = k.SubjectID
		}
		if len(page) < checkRows {
			return nil
		}
		done += int64(len(page))
		progress(done)
	}
}

func (v *Vault) check(ctx context.Context, r db.Queryer, k vaultdb.VaultKey) error {
	if k.DestroyedAt != 0 {
		if len(k.Wrapped) != 0 {
			return unopened(k.SubjectID, errors.New("it is destroyed and still there"))
		}
		return nil
	}
	m, err := v.master(ctx, r, k.MasterID)
	if err != nil {
		return err
	}
	if _, err := unwrap(k, m); err != nil {
		return unopened(k.SubjectID, err)
	}
	return nil
}

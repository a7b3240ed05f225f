package command

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"manyhands/internal/db"
	"manyhands/internal/i18n"
	"manyhands/internal/vault"
)

type vaultCmd struct {
	Status vaultStatusCmd `cmd:"" help:"Say which master keys there are and how many keys each wraps."`
	Rotate vaultRotateCmd `cmd:"" help:"Change to a new master key, while the house works."`
	Keygen vaultKeygenCmd `cmd:"" help:"Print a new master key for a setting."`
}

// vault opens the vault of d as it is: it makes nothing.
func (h *house) vault(d *db.DB) (*vault.Vault, error) {
	return vault.Open(h.ctx, d, vault.Options{Source: vault.SourceOf(h.base.MasterKey, h.base.MasterKeyPath())})
}

// tellLocked says that the vault is locked, and why.
func (h *house) tellLocked(err error) {
	fmt.Fprintln(h.err, "manyhands:", i18n.T(h.ctx, "command.vault_locked"))
	if beneath := errors.Unwrap(err); beneath != nil {
		complain(h.ctx, h.err, beneath)
	}
}

type vaultStatusCmd struct{}

// Help implements kong.HelpProvider.
func (vaultStatusCmd) Help() string {
	return `Lists the master keys that this database has known: since when, how many keys each wraps, and whether this machine has it. The name of a master key tells nothing of it.

Exit code 0: the vault is open. 1: it is locked, and why.

Examples:

  manyhands vault status`
}

// Run prints the state of the vault.
func (vaultStatusCmd) Run(h *house) error {
	return h.using(func(d *db.DB) error {
		v, err := h.vault(d)
		if err != nil {
			return err
		}
		var s vault.Status
		err = d.Read(h.ctx, func(r *db.Reader) (err error) {
			s, err = v.Status(h.ctx, r)
			return err
		})
		if err != nil {
			return err
		}
		zone, err := h.base.Location()
		if err != nil {
			return err
		}
		rows := [][]string{{i18n.T(h.ctx, "command.vault_master"), i18n.T(h.ctx, "command.vault_since"), i18n.T(h.ctx, "command.vault_keys"), "", ""}}
		for _, m := range s.Masters {
			here := i18n.T(h.ctx, "command.vault_away")
			if m.Here {
				here = i18n.T(h.ctx, "command.vault_here")
			}
			rows = append(rows, []string{m.ID, m.MadeAt.In(zone).Format(time.DateOnly), strconv.FormatInt(m.Keys, 10), i18n.T(h.ctx, "command.vault_"+m.State), here})
		}
		if err := table(h.out, rows); err != nil {
			return err
		}
		if err := h.say("command.vault_destroyed", "Count", s.Destroyed); err != nil {
			return err
		}
		if s.Locked != nil {
			h.tellLocked(s.Locked)
			return errTold
		}
		return nil
	})
}

type vaultRotateCmd struct {
	Prepare bool `help:"Only put a new key beside the present one, to copy the file to other servers before the change."`
}

// Help implements kong.HelpProvider.
func (vaultRotateCmd) Help() string {
	return `Makes a new master key, wraps the key of every subject by it, and takes the old one away. What is sealed stays as it is. Servers go on working: while it is under way both master keys open. What was interrupted goes on when the command is run again.

A key in a file ('master.key' in the data folder, or master_key_file) is changed by this command. With several servers, each with its own copy: run it with --prepare, copy the file to every server, run it without, copy the file again. A key in a setting is changed by hand: print the new one with 'vault keygen --old', set it on every server and restart them, run this command, then print and set the last one alone.

Backups from before hold keys wrapped by the old master key: keep it, in another place, until they are gone.

Examples:

  manyhands vault rotate
  manyhands vault rotate --prepare`
}

// Run rotates.
func (c vaultRotateCmd) Run(h *house) error {
	return h.using(func(d *db.DB) error {
		v, err := h.vault(d)
		if err != nil {
			return err
		}
		if err := v.Locked(); err != nil {
			h.tellLocked(err)
			return errTold
		}
		if c.Prepare {
			if err := v.Prepare(h.ctx); err != nil {
				return err
			}
			return h.say("command.vault_prepared", "File", h.base.MasterKeyPath())
		}
		line := h.progress()
		defer line.done()
		done, err := v.Rotate(h.ctx, func(done int64) { line.show("%d", done) })
		line.done()
		if err != nil {
			return err
		}
		return h.say("command.vault_rotated", "Count", done)
	})
}

type vaultKeygenCmd struct {
	Old  string `placeholder:"FILE" type:"existingfile" xor:"old" help:"File with the present key, which is kept behind the new one."`
	Only string `placeholder:"FILE" type:"existingfile" xor:"old" help:"File with two keys; print the first alone, once every key is wrapped by it."`
}

// Help implements kong.HelpProvider.
func (vaultKeygenCmd) Help() string {
	return `Prints a master key for MANYHANDS_MASTER_KEY or a file of your own. A data folder needs none: it makes its own. Keep a copy of the master key in another place than the backups: without it nothing that is sealed can ever be read again, and with it and a backup everything can.

Examples:

  umask 077; manyhands vault keygen > master.key
  manyhands vault keygen --old master.key > both.key
  manyhands vault keygen --only both.key > master.key`
}

// Run prints a key.
func (c vaultKeygenCmd) Run(h *house) error {
	text, err := c.text()
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(h.out, text)
	return err
}

func (c vaultKeygenCmd) text() (string, error) {
	old, err := []byte(nil), error(nil)
	if path := c.Old + c.Only; path != "" {
		if old, err = os.ReadFile(path); err != nil {
			return "", fmt.Errorf("read a master key: %w", err)
		}
	}
	if c.Only != "" {
		return vault.FirstMaster(string(old))
	}
	return vault.NewMaster(string(old))
}

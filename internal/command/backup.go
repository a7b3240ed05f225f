package command

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"time"

	"manyhands/internal/backup"
	"manyhands/internal/db"
	"manyhands/internal/fault"
)

type backupCmd struct {
	Take   backupTakeCmd   `cmd:"" default:"withargs" help:"Add the present moment to a folder of backups, while the house works."`
	Keygen backupKeygenCmd `cmd:"" help:"Make the key that backups are read with."`
	Verify backupVerifyCmd `cmd:"" help:"Read a backup back and list the moments of its folder."`
}

type backupTakeCmd struct {
	Folder         string   `arg:"" type:"path" help:"Folder of backups; made when missing."`
	To             []string `env:"MANYHANDS_BACKUP_TO" placeholder:"AGE1..." xor:"reader" sep:"," help:"Public key of whoever may read the backup, made by 'backup keygen'. May be given several times."`
	PassphraseFile string   `env:"MANYHANDS_BACKUP_PASSPHRASE_FILE" placeholder:"FILE" xor:"reader" type:"path" help:"File whose first line is a passphrase, instead of public keys."`
	Keep           int      `default:"0" placeholder:"N" help:"How many moments stay; 0 for all."`
	ForgetDays     int      `env:"MANYHANDS_BACKUP_FORGET_DAYS" default:"35" placeholder:"N" help:"Days after which the vault's keys of a moment go, though the moment stays."`
	Textfile       textfile `placeholder:"FILE.prom" type:"path" help:"File to write the outcome to, for the node exporter's textfile collector."`
}

// Help implements kong.HelpProvider.
func (backupTakeCmd) Help() string {
	return `Writes what the database holds at this moment, encrypted, into a folder. The server may go on working. Only what changed since the last run is written, and a run that was cut off goes on where it stopped; what is there is read back first. The moment counts once all of it is on disk: until then the moments before stay as they were.

Encrypt to public keys, so that this machine cannot read its own backups: make the key elsewhere with 'backup keygen' and keep it there. Or name a file with a passphrase. Whoever loses the key, or the passphrase, has lost the backup.

What is known of children, and whatever else is sealed, stays sealed in a backup: it opens with the master key and the subject's key only. The subjects' keys lie apart and go from the folder with the first run after --forget-days, and a restore takes them from the newest moment: what was erased is not brought back. The master key is not in the backup; keep a copy of it in another place. Whoever copies the folder elsewhere has to forget there too: mirror it, do not collect.

Left out are browser sessions and sign-in links: people sign in again after a restore. The installation's secret is not in the backup; keep a copy of it in another place.

Examples:

  manyhands backup take /backup/manyhands --to age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p --keep 30
  manyhands backup /backup/manyhands --passphrase-file /etc/manyhands.phrase --textfile /var/lib/node-exporter/manyhands-backup.prom`
}

// Run takes a moment.
func (c backupTakeCmd) Run(h *house) error {
	if c.ForgetDays < 1 || c.ForgetDays > 3650 {
		return usage{fault.New(fault.Invalid, "config.range", "Least", "1", "Most", "3650")}
	}
	to, err := c.readers()
	if err != nil {
		return err
	}
	names, err := h.nameKey()
	if err != nil {
		return err
	}
	return h.using(func(d *db.DB) error {
		line := h.progress()
		defer line.done()
		s, err := backup.Take(h.ctx, d, c.Folder, backup.Options{To: to, NameKey: names, Keep: max(c.Keep, 0), ForgetDays: c.ForgetDays, Progress: line.table})
		if err != nil {
			return err
		}
		line.done()
		err = c.Textfile.write(gauge{"backup_finished_timestamp_seconds", "When the latest backup was whole.", now()},
			gauge{"backup_rows", "Rows in the latest backup.", float64(s.Rows())},
			gauge{"backup_written_bytes", "What the latest backup had to write; the rest was there.", float64(s.Bytes)})
		if err != nil {
			return err
		}
		if err := h.say("command.backed_up", "Count", s.Rows(), "Moment", s.Moment, "Written", s.Written, "Reused", s.Reused, "KB", s.Bytes>>10); err != nil {
			return err
		}
		return h.say("command.backup_forgets", "Day", s.KeysUntil.UTC().Format(time.DateOnly))
	})
}

func (c backupTakeCmd) readers() (backup.Readers, error) {
	if c.PassphraseFile == "" {
		if len(c.To) == 0 {
			return backup.Readers{}, usage{fault.New(fault.Invalid, "command.backup_to")}
		}
		return backup.ReadersOf(c.To)
	}
	phrase, err := backup.ReadPassphrase(c.PassphraseFile)
	if err != nil {
		return backup.Readers{}, err
	}
	return backup.PassphraseReaders(c.Folder, phrase)
}

// nameKey keys the names of a backup's pieces. It comes from the installation's secret, so that it is
// the same for every run and not in the folder.
func (h *house) nameKey() ([]byte, error) {
	secret, err := h.base.LoadSecret()
	if err != nil {
		return nil, err
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("names of backup chunks"))
	return mac.Sum(nil), nil
}

type backupKeygenCmd struct {
	File string `arg:"" type:"path" help:"File to write the key to; must not exist."`
}

// Help implements kong.HelpProvider.
func (backupKeygenCmd) Help() string {
	return `Makes a key in a new file that only you can read, and prints its public key. Do this on another machine than the one that takes backups, and keep the file in two places: without it no backup can be read. It is a key of age (age-encryption.org), and age can read the pieces of a backup with it too.

Examples:

  manyhands backup keygen manyhands-backup.key`
}

// Run makes a key.
func (c backupKeygenCmd) Run(h *house) error {
	public, err := backup.WriteKey(c.File)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(h.out, public)
	return err
}

// unlock says how a backup is opened.
type unlock struct {
	Folder         string `arg:"" type:"existingdir" help:"Folder of backups."`
	Moment         string `placeholder:"NAME" help:"Which moment; the newest when not given."`
	Key            string `env:"MANYHANDS_BACKUP_KEY" placeholder:"FILE" xor:"unlock" type:"path" help:"File with the key, made by 'backup keygen'."`
	PassphraseFile string `env:"MANYHANDS_BACKUP_PASSPHRASE_FILE" placeholder:"FILE" xor:"unlock" type:"path" help:"File whose first line is the passphrase."`
}

func (u unlock) key() (backup.Key, error) {
	switch {
	case u.Key != "":
		return backup.ReadKey(u.Key)
	case u.PassphraseFile == "":
		return backup.Key{}, usage{fault.New(fault.Invalid, "command.backup_key")}
	}
	phrase, err := backup.ReadPassphrase(u.PassphraseFile)
	if err != nil {
		return backup.Key{}, err
	}
	return backup.PassphraseKey(u.Folder, phrase)
}

type backupVerifyCmd struct {
	unlock `embed:""`
}

// Help implements kong.HelpProvider.
func (backupVerifyCmd) Help() string {
	return `Lists the moments of a folder, then reads one of them whole: every piece is there, is what was written, and opens with the key. It touches no database. A restore into a new place proves more: it checks the books too.

Examples:

  manyhands backup verify /backup/manyhands --key manyhands-backup.key`
}

// Run verifies.
func (c backupVerifyCmd) Run(h *house) error {
	key, err := c.key()
	if err != nil {
		return err
	}
	moments, err := backup.Moments(c.Folder)
	if err != nil {
		return err
	}
	for _, m := range moments {
		if _, err := fmt.Fprintln(h.out, m); err != nil {
			return err
		}
	}
	line := h.progress()
	defer line.done()
	m, err := backup.Verify(h.ctx, c.Folder, c.Moment, key, line.table)
	if err != nil {
		return err
	}
	line.done()
	return h.say("command.verified", "Count", m.Rows(), "Tables", len(m.Tables))
}

// table shows the progress of a backup or a restore.
func (p *progress) table(x backup.Progress) {
	p.show("%d/%d %s %d", x.Number, x.Tables, x.Table, x.Rows)
}

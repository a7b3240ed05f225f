package access

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"manyhands/internal/access/internal/accessdb"
	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
)

// Key lets a program act without a person: a till, a payment feed, a partner's system. The secret that
// proves it is shown once, when the key is made, and is kept nowhere.
type Key struct {
	ID           int64
	Name         string // what it is for, as the staff know it
	Organisation int64  // whose campaigns it is for; Network for all
	Permissions  []Permission
	MadeBy       int64 // the person who made it; 0 for the command line
	Made         time.Time
	Expires      time.Time
	Revoked      time.Time // zero: it was not
	RevokedBy    int64
	LastUsed     time.Time // to the hour; zero: never
}

// InForce reports whether the key opens anything at the given moment.
func (k Key) InForce(at time.Time) bool { return k.Revoked.IsZero() && at.Before(k.Expires) }

// KeyInput is what a new key is made from.
type KeyInput struct {
	Name         string       // at most LongestKeyName characters
	Organisation int64        // Network for the whole network
	Permissions  []Permission // some of KeyPermissions
	Expires      time.Time    // at most a year and a day from now
	MadeBy       int64        // 0 for the command line
}

const (
	// LongestKeyName is how many characters a key's name may have.
	LongestKeyName = 60
	// MostKeys is how many keys can be in force at once in one installation.
	MostKeys = 1000

	shownEnded = 100 // of the keys that ended, on the list
)

// KeyPermissions returns what a key can be made for: nothing that a person decides.
func KeyPermissions() []Permission { return []Permission{GiftRecord} }

// NewKey makes a key and returns its secret, which must be shown now or never. Unless MadeBy is 0, who
// acts in ctx needs key.manage for the organisation. Faults: those of CheckFor; Fields naming "name",
// "permissions" or "expires"; Conflict "access.key_named" when a key of that name is in force there,
// and "access.too_many_keys".
func NewKey(ctx context.Context, tx *db.Tx, in KeyInput) (secret string, k Key, err error) {
	if in.MadeBy != 0 {
		if err := CheckFor(ctx, KeyManage, in.Organisation); err != nil {
			return "", Key{}, err
		}
	}
	in.Name = strings.Join(strings.Fields(in.Name), " ")
	if err := in.check(tx.Now()); err != nil {
		return "", Key{}, err
	}
	if err := room(ctx, tx, in); err != nil {
		return "", Key{}, err
	}
	secret, hash := newSecret()
	k = Key{ID: tx.NewID(), Name: in.Name, Organisation: in.Organisation, Permissions: in.Permissions, MadeBy: in.MadeBy,
		Made: tx.Now(), Expires: in.Expires}
	err = accessdb.New().InsertKey(ctx, tx, accessdb.InsertKeyParams{ID: k.ID, Name: k.Name, Hash: hash, OrganisationID: k.Organisation,
		Permissions: k.scope(), MadeBy: k.MadeBy, MadeAt: clock.Micros(k.Made), ExpiresAt: clock.Micros(k.Expires)})
	if err != nil {
		return "", Key{}, fmt.Errorf("access: add a key: %w", err)
	}
	return secret, k, noteKey(ctx, tx, "key.made", k, k.MadeBy)
}

func (in KeyInput) check(now time.Time) error {
	var bad fault.Fields
	switch {
	case in.Name == "":
		bad.Add("name", "form.required")
	case !utf8.ValidString(in.Name) || strings.ContainsFunc(in.Name, func(r rune) bool { return !unicode.IsPrint(r) }):
		bad.Add("name", "form.encoding")
	case utf8.RuneCountInString(in.Name) > LongestKeyName:
		bad.Add("name", "form.too_long", "Max", LongestKeyName)
	}
	odd := func(p Permission) bool { return !slices.Contains(KeyPermissions(), p) }
	if len(in.Permissions) == 0 || slices.ContainsFunc(in.Permissions, odd) {
		bad.Add("permissions", "form.choice")
	}
	switch {
	case !in.Expires.After(now):
		bad.Add("expires", "access.key_expires_past")
	case in.Expires.After(now.AddDate(1, 0, 1)):
		bad.Add("expires", "access.key_expires_late")
	}
	return bad.Err()
}

// room refuses a second key of the same name in one place, and one key too many.
func room(ctx context.Context, tx *db.Tx, in KeyInput) error {
	q := accessdb.New()
	named, err := q.CountNamed(ctx, tx, accessdb.CountNamedParams{At: tx.NowMicros(), Name: in.Name, OrganisationID: in.Organisation})
	if err != nil {
		return fmt.Errorf("access: look for a key of the same name: %w", err)
	}
	if named > 0 {
		return fault.New(fault.Conflict, "access.key_named")
	}
	all, err := q.CountKeys(ctx, tx, tx.NowMicros())
	if err != nil {
		return fmt.Errorf("access: count keys: %w", err)
	}
	if all >= MostKeys {
		return fault.New(fault.Conflict, "access.too_many_keys", "Max", MostKeys)
	}
	return nil
}

// RevokeKey ends a key for ever. Every node stops taking it within RingAge. by is the person who
// revokes it, 0 for the command line; a person needs key.manage as for NewKey. Faults: those of
// CheckFor; NotFound "access.key_missing"; Conflict "access.key_ended".
func RevokeKey(ctx context.Context, tx *db.Tx, id, by int64) error {
	k, err := KeyByID(ctx, tx, id)
	if err != nil {
		return err
	}
	if by != 0 {
		if err := CheckFor(ctx, KeyManage, k.Organisation); err != nil {
			return err
		}
	}
	n, err := accessdb.New().RevokeKey(ctx, tx, accessdb.RevokeKeyParams{Now: tx.NowMicros(), RevokedBy: by, ID: id})
	if err != nil {
		return fmt.Errorf("access: revoke a key: %w", err)
	}
	if n == 0 {
		return fault.New(fault.Conflict, "access.key_ended")
	}
	return noteKey(ctx, tx, "key.revoked", k, by)
}

// noteKey writes into the diary what happened to a key; its name, which a person typed, is left out.
func noteKey(ctx context.Context, tx *db.Tx, kind string, k Key, by int64) error {
	return event.Add(ctx, tx, kind, k.ID, by, struct {
		Organisation string       `json:"organisation"`
		Permissions  []Permission `json:"permissions"`
	}{clock.FormatID(k.Organisation), k.Permissions})
}

// KeyByID returns a key. Faults: NotFound "access.key_missing".
func KeyByID(ctx context.Context, q db.Queryer, id int64) (Key, error) {
	r, err := accessdb.New().KeyByID(ctx, q, id)
	if err != nil {
		return Key{}, fmt.Errorf("access: key: %w", db.NotFound(err, "access.key_missing"))
	}
	return keyOf(r), nil
}

// Keys returns all keys in force at the given moment, newest first, and after them the newest hundred
// of those that ended.
func Keys(ctx context.Context, q db.Queryer, at time.Time) ([]Key, error) {
	held, err := keysInForce(ctx, q, at)
	if err != nil {
		return nil, err
	}
	ended, err := accessdb.New().KeysEnded(ctx, q, accessdb.KeysEndedParams{At: clock.Micros(at), Most: shownEnded})
	if err != nil {
		return nil, fmt.Errorf("access: ended keys: %w", err)
	}
	keys := make([]Key, 0, len(held)+len(ended))
	for _, h := range held {
		keys = append(keys, h.Key)
	}
	for _, r := range ended {
		keys = append(keys, keyOf(r))
	}
	return keys, nil
}

// heldKey is a key with the hash of its secret, which does not leave the package.
type heldKey struct {
	Key
	hash string
}

func keysInForce(ctx context.Context, q db.Queryer, at time.Time) ([]heldKey, error) {
	rows, err := accessdb.New().KeysInForce(ctx, q, clock.Micros(at))
	if err != nil {
		return nil, fmt.Errorf("access: keys in force: %w", err)
	}
	held := make([]heldKey, len(rows))
	for i, r := range rows {
		held[i] = heldKey{keyOf(r), r.Hash}
	}
	return held, nil
}

func keyOf(r accessdb.AccessKey) Key {
	k := Key{ID: r.ID, Name: r.Name, Organisation: r.OrganisationID, MadeBy: r.MadeBy, Made: clock.Time(r.MadeAt),
		Expires: clock.Time(r.ExpiresAt), Revoked: clock.Time(r.RevokedAt), RevokedBy: r.RevokedBy, LastUsed: clock.Time(r.LastUsedAt)}
	for p := range strings.FieldsSeq(r.Permissions) {
		k.Permissions = append(k.Permissions, Permission(p))
	}
	return k
}

// scope writes the permissions as they are kept, and as RFC 6750 (3) writes a scope.
func (k Key) scope() string {
	s := make([]string, len(k.Permissions))
	for i, p := range k.Permissions {
		s[i] = string(p)
	}
	return strings.Join(s, " ")
}

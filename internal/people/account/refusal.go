package account

import (
	"context"
	"crypto/hmac"
	"fmt"
	"slices"
	"strings"

	"manyhands/internal/db"
	"manyhands/internal/fault"
	"manyhands/internal/notify"
	"manyhands/internal/people/account/internal/accountdb"
)

// refusalToken is the last part of the address of the page that turns a topic off: the address's keyed
// hash, the topic, and a seal over both. It opens nothing else and does not end, since mails are kept
// for years.
func (s *Service) refusalToken(address string, t notify.Topic) string {
	who := s.addressHash(address)
	return who + "-" + string(t) + "-" + s.hash("refuse", who, string(t))[:20]
}

// readRefusal takes a token apart. Faults: NotFound "account.no_refusal".
func (s *Service) readRefusal(token string) (who string, t notify.Topic, err error) {
	parts := strings.Split(token[:min(len(token), 200)], "-")
	if len(parts) == 3 {
		who, t = parts[0], notify.Topic(parts[1])
		seal := s.hash("refuse", who, string(t))[:20]
		if slices.Contains(notify.Topics(), t) && hmac.Equal([]byte(parts[2]), []byte(seal)) {
			return who, t, nil
		}
	}
	return "", "", fault.New(fault.NotFound, "account.no_refusal")
}

// RefusalTopic returns what a token from a mail would turn off. Faults: NotFound "account.no_refusal".
func (s *Service) RefusalTopic(token string) (notify.Topic, error) {
	_, t, err := s.readRefusal(token)
	return t, err
}

// Refuse turns off what a token from a mail says, for the address to which that mail went, with or
// without an account. Again it changes nothing. Faults: NotFound "account.no_refusal".
func (s *Service) Refuse(ctx context.Context, tx *db.Tx, token string) error {
	who, t, err := s.readRefusal(token)
	if err != nil {
		return err
	}
	if err := q.Refuse(ctx, tx, accountdb.RefuseParams{Address: who, Topic: string(t), MadeAt: tx.NowMicros()}); err != nil {
		return fmt.Errorf("account: refuse: %w", err)
	}
	return nil
}

package giving

import (
	"context"
	"math"
	"time"

	"manyhands/internal/clock"
	"manyhands/internal/db"
	"manyhands/internal/event"
	"manyhands/internal/fault"
	"manyhands/internal/giving/internal/givingdb"
)

// Words says whether the public may read the name and the message that a giver wrote. Anybody can
// write anything there, a child's name too, so nothing is shown before someone has read it.
type Words string

// The states of a giver's words.
const (
	NoWords      Words = ""        // nothing was written for the public
	WordsWaiting Words = "waiting" // nobody has read them yet
	WordsShown   Words = "shown"
	WordsHidden  Words = "hidden"
)

func wordsOf(v Visibility, name, message string) Words {
	if v != Public || name+message == "" {
		return NoWords
	}
	return WordsWaiting
}

// JudgeWords shows or hides what a giver wrote for the public. It can be changed again at any time.
// Faults: NotFound "giving.no_gift", Conflict "giving.no_words".
func (s *Service) JudgeWords(ctx context.Context, tx *db.Tx, gift int64, show bool, by int64) error {
	g, err := GiftByID(ctx, tx, gift)
	if err != nil {
		return err
	}
	to, kind := WordsHidden, "words.hidden"
	if show {
		to, kind = WordsShown, "words.shown"
	}
	if g.Words == to {
		return nil
	}
	n, err := q.SetWords(ctx, tx, givingdb.SetWordsParams{ID: gift, Words: string(to)})
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.Conflict, "giving.no_words")
	}
	return event.Add(ctx, tx, kind, gift, by, nil)
}

// WaitingWords lists received gifts whose words nobody has read yet, oldest first, after the id after.
func WaitingWords(ctx context.Context, r db.Queryer, after int64, most int) ([]Gift, error) {
	rows, err := q.GiftsWithWords(ctx, r, givingdb.GiftsWithWordsParams{After: after, Most: limit(most)})
	return all(rows, giftOf), err
}

// CountWaitingWords returns how many there are.
func CountWaitingWords(ctx context.Context, r db.Queryer) (int64, error) {
	return q.CountGiftsWithWords(ctx, r)
}

// Said is a received gift as the public may see it.
type Said struct {
	Name    string // "" for a giver who is not shown
	Minor   int64
	Match   int64
	Message string
	At      time.Time
}

// LastWords lists a campaign's newest gifts as the public may see them: what was given back in whole
// is left out, and names and messages are there only if their giver wants that and someone at the
// network has read them.
func LastWords(ctx context.Context, r db.Queryer, campaign int64, most int) ([]Said, error) {
	rows, err := q.GiftsOfCampaign(ctx, r, givingdb.GiftsOfCampaignParams{CampaignID: campaign, BeforeAt: math.MaxInt64, BeforeID: math.MaxInt64, Most: limit(most)})
	if err != nil {
		return nil, err
	}
	out := make([]Said, len(rows))
	for i, g := range rows {
		out[i] = Said{Minor: g.Quantity, Match: g.MatchPosted, At: clock.Time(g.ReceivedAt)}
		if g.Visibility == string(Public) && g.Words == string(WordsShown) {
			out[i].Name, out[i].Message = g.GiverName, g.Message
		}
	}
	return out, nil
}

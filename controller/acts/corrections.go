package acts

import (
	"context"
	"errors"
	"time"

	"github.com/facelatch/facelatch/internal/store"
)

// MaxWish is how long a holder's wish for a correction and its answer may be, in
// characters.
const MaxWish = 300

// Correction is what a holder says is wrong in what the operator calls them, which
// is the operator's choice, and what the operator answered.
type Correction struct {
	// Version counts wishes and answers; [Acts.AnswerCorrection] names the one it
	// read. 0 stands for no correction.
	Version int64
	Wish    string
	// Asked is the day.
	Asked  time.Time
	Answer string
	// Answered is the day, or zero while nobody has answered.
	Answered time.Time
}

// Waits says that it is to be answered.
func (c Correction) Waits() bool { return c.Version != 0 && c.Answered.IsZero() }

func correctionOf(r store.CorrectionRow) Correction {
	c := Correction{Version: r.Version, Wish: r.Wish, Asked: time.Unix(r.Asked, 0).UTC(), Answer: r.Answer}
	if r.Answered != 0 {
		c.Answered = time.Unix(r.Answered, 0).UTC()
	}
	return c
}

// correctionNow returns a holder's correction, or the zero Correction.
func correctionNow(tx *store.Tx, holder string) (Correction, error) {
	row, err := tx.Correction(holder)
	if errors.Is(err, store.ErrNotFound) {
		return Correction{}, nil
	}
	return correctionOf(row), err
}

// CorrectContact writes what the holder who acts can be reached by, "" for nothing,
// if nobody has changed what is held since version. It fails with [ErrForbidden],
// [ErrInvalid], [ErrNotFound], [ErrConflict] and [ErrLedger].
func (a *Acts) CorrectContact(ctx context.Context, actor Actor, version int64, contact string) (Holder, error) {
	if err := actor.may(ActHolderContact); err != nil {
		return Holder{}, err
	}
	contact, err := checkWords("contact", contact, 0, MaxContact)
	if err != nil {
		return Holder{}, err
	}
	return a.changeHolder(ctx, actor, ActHolderContact, actor.Holder, version, func(now HolderInput) HolderInput {
		now.Contact = contact
		return now
	})
}

// AskCorrection tells the operator what is wrong in what the holder who acts cannot
// change: a label, or the guardian's. It takes the place of what they asked before.
// It fails with [ErrForbidden], [ErrInvalid], [ErrNotFound] and [ErrLedger].
func (a *Acts) AskCorrection(ctx context.Context, actor Actor, wish string) (Correction, error) {
	if err := actor.may(ActHolderAsk); err != nil {
		return Correction{}, err
	}
	wish, err := checkWords("wish", wish, 1, MaxWish)
	if err != nil {
		return Correction{}, err
	}
	return a.changeCorrection(ctx, actor, ActHolderAsk, actor.Holder, func(tx *store.Tx) error {
		return tx.AskCorrection(store.CorrectionRow{Holder: actor.Holder, Wish: wish, Asked: dayOf(a.now())})
	})
}

// AnswerCorrection says to a holder what was done about their wish, or why it was
// not, unless they have asked something else since version. It changes nothing
// else: see [Acts.EditHolder]. It fails with [ErrForbidden], [ErrInvalid],
// [ErrNotFound], [ErrConflict] and [ErrLedger].
func (a *Acts) AnswerCorrection(ctx context.Context, actor Actor, holder string, version int64, answer string) (Correction, error) {
	if err := actor.may(ActHolderAnswer); err != nil {
		return Correction{}, err
	}
	answer, err := checkWords("answer", answer, 1, MaxWish)
	if err != nil {
		return Correction{}, err
	}
	return a.changeCorrection(ctx, actor, ActHolderAnswer, holder, func(tx *store.Tx) error {
		now, err := tx.Correction(holder)
		if err == nil && (now.Version != version || now.Answered != 0) {
			err = store.ErrConflict
		}
		if err != nil {
			return err
		}
		now.Answer, now.Answered = answer, dayOf(a.now())
		return tx.AnswerCorrection(now)
	})
}

// changeCorrection records a change of a holder's correction, and does it.
func (a *Acts) changeCorrection(ctx context.Context, actor Actor, act Act, holder string, change func(*store.Tx) error) (made Correction, err error) {
	e, err := a.personEntry(actor, act, holder, map[string]string{"holder": holder})
	if err != nil {
		return Correction{}, err
	}
	err = a.give(ctx, giving{
		entries: []entry{e},
		check: func(tx *store.Tx) error {
			_, err := tx.Holder(holder)
			if err == nil && act == ActHolderAnswer {
				_, err = tx.Correction(holder)
			}
			return err
		},
		effect: func(tx *store.Tx) error {
			if err := change(tx); err != nil {
				return err
			}
			made, err = correctionNow(tx, holder)
			return err
		},
	})
	return made, err
}

// RenewAhead is how long before its end a guardian's consent is to be renewed: both
// are reminded of it from then on.
const RenewAhead = 60 * day

// maxWaiting is how many of each kind are told at once.
const maxWaiting = 50

// Waiting is what people wait for, or are to be reminded of.
type Waiting struct {
	// Corrections are those that nobody has answered, the oldest first.
	Corrections []Asked
	// Renewals are guardians' consents that end within [RenewAhead] and were not
	// renewed, the first to end first.
	Renewals []Renewal
}

// Asked is a correction that waits for an answer.
type Asked struct {
	Holder, Label string
	Asked         time.Time // the day
}

// Renewal is a guardian's consent that ends soon.
type Renewal struct {
	Holder, Label string
	Until         time.Time
}

// Waiting returns what waits for the operator, at most 50 of each kind. It fails
// with [ErrForbidden].
func (a *Acts) Waiting(ctx context.Context, actor Actor) (Waiting, error) {
	if err := actor.may(ActHolderList); err != nil {
		return Waiting{}, err
	}
	return read(ctx, a, func(tx *store.Tx) (w Waiting, err error) {
		rows, err := tx.WaitingCorrections(maxWaiting)
		if err != nil {
			return w, err
		}
		for _, r := range rows {
			h, err := tx.Holder(r.Holder)
			if err != nil {
				return w, err
			}
			w.Corrections = append(w.Corrections, Asked{h.ID, h.Label, time.Unix(r.Asked, 0).UTC()})
		}
		ending, err := tx.EndingGuardians(a.now().Unix(), a.now().Add(RenewAhead).Unix(), maxWaiting)
		for _, e := range ending {
			w.Renewals = append(w.Renewals, Renewal{e.Holder, e.Label, time.Unix(e.Until, 0).UTC()})
		}
		return w, err
	})
}

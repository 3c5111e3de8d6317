package api

import (
	"time"

	"github.com/facelatch/facelatch/controller/acts"
)

// Correction is what a holder says is wrong in what they cannot change themselves.
type Correction struct {
	Version  int64      `json:"version" min:"1" doc:"Counts wishes and answers: an answer names the one that it is about"`
	Wish     string     `json:"wish"`
	Asked    time.Time  `json:"asked" doc:"The day"`
	Answer   string     `json:"answer,omitempty"`
	Answered *time.Time `json:"answered,omitempty" doc:"The day; missing while nobody has answered"`
}

func correctionOf(c acts.Correction) Correction {
	made := Correction{Version: c.Version, Wish: c.Wish, Asked: c.Asked, Answer: c.Answer}
	if !c.Waits() {
		made.Answered = &c.Answered
	}
	return made
}

// CorrectionAnswer tells a holder what was done about their wish, or why it was not.
type CorrectionAnswer struct {
	Version int64  `json:"version" min:"1" doc:"Of the correction that it answers"`
	Answer  string `json:"answer" min:"1" max:"300" doc:"It changes nothing else: see PUT /holders/{holder}"`
}

func answerCorrection(c call, in request[CorrectionAnswer]) (Correction, error) {
	made, err := c.api.with.Acts.AnswerCorrection(c.ctx, c.actor, in.values["holder"], in.body.Version, in.body.Answer)
	return correctionOf(made), err
}

// Waiting is what people wait for, or are to be reminded of.
type Waiting struct {
	Corrections []WaitingHolder `json:"corrections" doc:"Holders who ask for a correction, the oldest first; 50 at most"`
	Renewals    []WaitingHolder `json:"renewals" doc:"Children under 14 whose guardian's year ends within 60 days, the first to end first; 50 at most"`
}

// WaitingHolder is a holder who waits, or is to be reminded.
type WaitingHolder struct {
	Holder string    `json:"holder" pattern:"^[a-z0-9]{26}$"`
	Label  string    `json:"label"`
	Time   time.Time `json:"time" doc:"When they asked (the day), or when the year ends"`
}

func listWaiting(c call, _ request[nothing]) (Waiting, error) {
	found, err := c.api.with.Acts.Waiting(c.ctx, c.actor)
	made := Waiting{Corrections: []WaitingHolder{}, Renewals: []WaitingHolder{}}
	for _, one := range found.Corrections {
		made.Corrections = append(made.Corrections, WaitingHolder{one.Holder, one.Label, one.Asked})
	}
	for _, one := range found.Renewals {
		made.Renewals = append(made.Renewals, WaitingHolder{one.Holder, one.Label, one.Until})
	}
	return made, err
}

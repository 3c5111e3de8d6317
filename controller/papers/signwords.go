package papers

import (
	"time"

	"github.com/facelatch/facelatch/controller/public"
	"github.com/facelatch/facelatch/controller/public/words"
)

// pair is a text in both languages.
type pair struct{ zh, en string }

// both is a text of the operator's; what is there in one language alone stands for
// both.
func both(t words.Text) pair { return pair{t.In(words.Chinese).Text, t.In(words.English).Text} }

// way is a way in without a face.
type way struct {
	name string
	said pair
}

// signWords is all that a sign says.
type signWords struct {
	zone, heading, body, choice, same, who, more, out, notice, demo pair
	ways                                                            []way
}

// lookText names what a sign says of the look at a face. Where one movement is asked
// for, it is a turn of the head.
func lookText(z public.Zone) string {
	switch z.Prompts {
	case 0:
		return "look.text"
	case 1:
		return "look.turn"
	}
	return "look.move"
}

// said collects what the sign of a zone says.
func (s signer) said(z public.Zone) (w signWords, err error) {
	say := func(key string, gaps ...any) (p pair) {
		zh, e := s.book.Say(words.Chinese, "sign."+key, gaps...)
		if e != nil && err == nil {
			err = e
		}
		en, _ := s.book.Say(words.English, "sign."+key, gaps...)
		return pair{zh, en}
	}
	w = signWords{
		zone: pair{z.Called(words.Chinese).Text, z.Called(words.English).Text},
		who:  say("who"), more: say("more"), out: say("out"), demo: say("demo"),
	}
	if z.Reads() {
		w.heading, w.body = say("look.title"), say(lookText(z), "n", int(z.Look()/time.Second))
		w.choice, w.same = say("choice"), say("choice.same")
	} else {
		w.heading, w.body = say("plain.title"), say("plain.text")
		w.choice, w.same = say("ways"), say("ways.same")
	}
	if s.facts.Notice.There() {
		w.notice = say("notice", "version", s.facts.Notice.Version)
	}
	for _, name := range z.Others() {
		w.ways = append(w.ways, way{name, say(name)})
	}
	return w, err
}

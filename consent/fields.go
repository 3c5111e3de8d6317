package consent

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/facelatch/facelatch/pass"
)

// Field names a part of a notice.
type Field string

// The fields of a notice. Each has to be there; docs/consent.md says which rule
// asks for which.
const (
	Operator      Field = "operator"      // who runs this
	Address       Field = "address"       // where they are
	Contact       Field = "contact"       // how they can be reached
	PurposeText   Field = "purpose"       // what for
	Basis         Field = "basis"         // on what basis
	Data          Field = "data"          // which data, and of what kind
	Processing    Field = "method"        // what is done with it
	Necessity     Field = "necessity"     // why it is necessary
	Effect        Field = "effect"        // what it means for people, and what can go wrong
	Storage       Field = "storage"       // where the reference is kept
	ZonesText     Field = "zones"         // which doors
	Retention     Field = "retention"     // how long anything is kept
	Recipients    Field = "recipients"    // who else gets it
	Alternative   Field = "alternative"   // what can be used instead
	Withdrawal    Field = "withdrawal"    // how to withdraw
	Rights        Field = "rights"        // how to use one's rights
	Complaint     Field = "complaint"     // whom to complain to
	Minors        Field = "children"      // what holds for children under 14
	Accessibility Field = "accessibility" // help with reading it
	Door          Field = "door"          // the short text on a door's screen
)

// About is what there is to know of a field.
type About struct {
	Field Field
	// Max is how long its text may be in each language, in characters.
	Max int

	heading map[Lang]string
}

// Heading returns the question that the field answers, in a language.
func (a About) Heading(lang Lang) string { return a.heading[lang] }

func about(f Field, most int, en, zh string) About {
	return About{Field: f, Max: most, heading: map[Lang]string{English: en, Chinese: zh}}
}

const (
	line = 160  // characters of a field of one line
	some = 400  // of one short enough for a door's screen
	long = 1200 // of one with paragraphs
)

// Fields returns the fields of a notice, in the order in which people read them.
func Fields() []About {
	return []About{
		about(Operator, line, "Who runs this", "由谁处理"),
		about(Address, line, "Where they are", "住所"),
		about(Contact, some, "How to reach them", "联系方式"),
		about(PurposeText, long, "What for", "用途"),
		about(Basis, long, "On what basis", "依据"),
		about(Data, long, "Which data", "哪些个人信息"),
		about(Processing, long, "What is done with it", "怎样处理"),
		about(Necessity, long, "Why it is necessary", "为什么必要"),
		about(Effect, long, "What it means for you, and what can go wrong", "对您的影响和可能的风险"),
		about(Storage, long, "Where the reference is kept", "参考数据保存在哪里"),
		about(ZonesText, long, "Which doors", "适用于哪些门"),
		about(Door, some, "At the door", "在门前"),
		about(Retention, long, "How long anything is kept", "保存多久"),
		about(Recipients, long, "Who else gets it", "还提供给谁"),
		about(Alternative, long, "What you can use instead", "可以改用什么"),
		about(Withdrawal, long, "How to change your mind", "怎样撤回同意"),
		about(Rights, long, "Your rights, and how to use them", "您的权利和行使方式"),
		about(Complaint, long, "Whom to complain to", "向谁投诉"),
		about(Minors, long, "Children under 14", "未满十四周岁的儿童"),
		about(Accessibility, long, "Help with reading this", "阅读帮助"),
	}
}

// find returns what there is to know of a field.
func find(name Field) (About, bool) {
	all := Fields()
	i := slices.IndexFunc(all, func(a About) bool { return a.Field == name })
	if i < 0 {
		return About{}, false
	}
	return all[i], true
}

// checkWords refuses what could make a text read otherwise than it is: control
// characters, and those that turn the direction of writing.
func checkWords(words string) error {
	if !utf8.ValidString(words) {
		return errors.New("it is not UTF-8")
	}
	if words != strings.TrimSpace(words) {
		return errors.New("it begins or ends with space")
	}
	for _, c := range words {
		switch {
		case c == '\n':
		case unicode.Is(unicode.Cc, c), unicode.Is(unicode.Cf, c), unicode.Is(unicode.Co, c),
			c == utf8.RuneError, c == '\u2028', c == '\u2029':
			return fmt.Errorf("the character %U cannot stand in it", c)
		}
	}
	return nil
}

// checkZones sees that zones have names as zones have them.
func (n Notice) checkZones() error {
	for _, zone := range n.Zones {
		if err := pass.CheckZone(zone); err != nil {
			return fmt.Errorf("%w: zones: %w", ErrNotice, err)
		}
	}
	return nil
}

package consent

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Fault is what is wrong with a field of a notice.
type Fault string

const (
	// Missing: the field has no text.
	Missing Fault = "missing"
	// TooLong: the text is longer than people read, or than fits.
	TooLong Fault = "too long"
	// Unwritten: the draft still says there what the operator has to write.
	Unwritten Fault = "still to be written"
	// Coercive: the text says something that takes the choice away.
	Coercive Fault = "takes the choice away"
)

// Finding is a fault of a notice, and where.
type Finding struct {
	Fault Fault
	// Lang and Field say where; Field "jurisdiction" has no language.
	Lang  Lang
	Field Field
	// Detail says more, in English.
	Detail string
}

// String returns a sentence for the operator, without a full stop.
func (f Finding) String() string {
	where := string(f.Field)
	if f.Lang != "" {
		where += " (" + string(f.Lang) + ")"
	}
	if f.Detail == "" {
		return where + ": " + string(f.Fault)
	}
	return where + ": " + string(f.Fault) + ": " + f.Detail
}

// ErrDraft is returned for a notice in which the operator has not yet written who
// they are.
var ErrDraft = errors.New("this notice is a draft: the operator still has to write who they are")

// ErrNoticeFaults is returned for a notice that does not say what it must.
var ErrNoticeFaults = errors.New("this notice cannot be published")

// What drafts have where the operator has to write.
const (
	toWriteEnglish = "[TO WRITE:"
	toWriteChinese = "【待填写："
)

// Lint returns what is wrong with a notice, in the order in which people read it:
// nothing for one that may be published.
//
// It finds fields that are missing, too long or still to be written, and a few
// phrases that take the choice away whatever stands around them. It does not
// understand what it reads: that a text is true, clear and lawful is for a person
// to say, and for some of it a lawyer.
func (n Notice) Lint() []Finding {
	var found []Finding
	if n.Jurisdiction == "" {
		found = append(found, Finding{Fault: Unwritten, Field: "jurisdiction", Detail: "the country whose law holds, such as CN"})
	}
	for _, a := range Fields() {
		for _, lang := range Langs() {
			found = append(found, lintField(a, lang, n.Text[lang][a.Field])...)
		}
	}
	return found
}

func lintField(a About, lang Lang, words string) (found []Finding) {
	add := func(f Fault, detail string) { found = append(found, Finding{f, lang, a.Field, detail}) }
	if words == "" {
		add(Missing, "")
	}
	if length := utf8.RuneCountInString(words); length > a.Max {
		add(TooLong, fmt.Sprintf("%d characters, more than %d", length, a.Max))
	}
	if strings.Contains(words, toWriteEnglish) || strings.Contains(words, toWriteChinese) {
		add(Unwritten, "")
	}
	for _, phrase := range coercions(lang) {
		if says(words, phrase) {
			add(Coercive, fmt.Sprintf("%q", phrase))
		}
	}
	return found
}

// Draft says whether the operator still has to write something.
func (n Notice) Draft() bool {
	return slices.ContainsFunc(n.Lint(), func(f Finding) bool { return f.Fault == Unwritten })
}

// Publishable returns nil for a notice that may be published for a site. A draft
// may be for a demonstration only ([ErrDraft]); nothing else that Lint finds may
// be at all ([ErrNoticeFaults], naming the first of it).
func (n Notice) Publishable(demo bool) error {
	if _, err := n.Encode(); err != nil {
		return err
	}
	for _, f := range n.Lint() {
		switch {
		case f.Fault != Unwritten:
			return fmt.Errorf("%w: %s", ErrNoticeFaults, f)
		case !demo:
			return fmt.Errorf("%w: %s", ErrDraft, f)
		}
	}
	return nil
}

// Coercion returns a phrase in a text of one language with which consent is not free,
// "" where none of those that are known stands there.
func Coercion(lang Lang, words string) string {
	for _, phrase := range coercions(lang) {
		if says(words, phrase) {
			return phrase
		}
	}
	return ""
}

// coercions are phrases with which, said of a face pass, consent is not free
// (PIPL art. 14 and 16, 2025 Measures art. 10 and 12, GDPR art. 7). They are few:
// a word such as "must" alone is none of them, because a good notice has it too.
func coercions(lang Lang) []string {
	if lang == Chinese {
		return []string{
			"必须同意", "视为同意", "视同同意", "默认同意", "唯一的进门方式", "唯一通行方式", "唯一的通行方式",
			"拒绝进入", "禁止进入", "强制使用", "永久授权", "不可撤回", "不可撤销",
		}
	}
	return []string{
		"you must agree", "must consent", "deemed to agree", "deemed to have agreed", "deemed to consent",
		"deemed to have consented", "by entering you agree", "only way to enter", "only way in", "is mandatory",
		"will be denied entry", "cannot be withdrawn", "irrevocabl",
	}
}

// says whether a phrase stands in words, at least once without being turned round
// before it in the same clause.
func says(words, phrase string) bool {
	words = strings.ToLower(words)
	for {
		before, after, found := strings.Cut(words, phrase)
		if !found {
			return false
		}
		clause := before[strings.LastIndexAny(before, ".,;:!?。，；：！？、\n")+1:]
		if !turned(clause) {
			return true
		}
		words = after
	}
}

// turned says whether what stands before a phrase makes the opposite of it.
func turned(clause string) bool {
	if strings.ContainsAny(clause, "不无非未没勿") {
		return true
	}
	return slices.ContainsFunc(strings.Fields(clause), func(word string) bool {
		word = strings.ReplaceAll(word, "’", "'")
		return slices.Contains([]string{"not", "never", "no", "nobody", "none", "neither", "nor"}, word) || strings.HasSuffix(word, "n't")
	})
}

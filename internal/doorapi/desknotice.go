package doorapi

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// MaxNoticeText is the longest text of a notice of desks in one language, in
	// characters: more, nobody reads before a counter.
	MaxNoticeText = 2000
	// maxNoticeLanguages is in how many languages there can be one.
	maxNoticeLanguages = 8
)

// ErrDeskNotice is returned for what cannot be the notice of desks.
var ErrDeskNotice = errors.New("this cannot be what people are told at desks")

// DeskNotice is what people are told at desks before they choose, in the operator's
// own words.
type DeskNotice struct {
	// Number counts the notices of a site, from 1.
	Number int64 `json:"number"`
	// Text is what people read, by language (BCP 47), in English and in Chinese at
	// least, with "\n" between paragraphs. An empty Text is none: the program's own
	// counts, [OwnNotice].
	Text map[string]string `json:"text"`
}

var noticeLanguage = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$`)

// Valid returns nil for a notice that people can be shown, and else says what is wrong
// with it, wrapping [ErrDeskNotice].
func (n DeskNotice) Valid() error {
	if len(n.Text) == 0 {
		return nil
	}
	for lang := range OwnNotice() {
		if n.Text[lang] == "" {
			return fmt.Errorf("%w: the text in %s is missing", ErrDeskNotice, lang)
		}
	}
	if len(n.Text) > maxNoticeLanguages {
		return fmt.Errorf("%w: more than %d languages", ErrDeskNotice, maxNoticeLanguages)
	}
	for lang, text := range n.Text {
		if !noticeLanguage.MatchString(lang) {
			return fmt.Errorf("%w: a language is a tag of BCP 47, such as en or zh-CN", ErrDeskNotice)
		}
		if err := noticeText(text); err != nil {
			return fmt.Errorf("%w: in %s: %w", ErrDeskNotice, lang, err)
		}
	}
	return nil
}

// noticeText refuses what is too long to be read, and characters that hide or turn
// round what stands beside them.
func noticeText(text string) error {
	switch {
	case !utf8.ValidString(text):
		return errors.New("not UTF-8")
	case utf8.RuneCountInString(text) > MaxNoticeText:
		return fmt.Errorf("more than %d characters", MaxNoticeText)
	case strings.TrimSpace(text) != text || text == "":
		return errors.New("empty, or with space at an end")
	}
	for _, r := range text {
		if r != '\n' && !unicode.IsPrint(r) {
			return fmt.Errorf("the character %U cannot stand there", r)
		}
	}
	return nil
}

// Document is the one form of a notice's text, which is hashed and kept: a JSON object
// of texts by language, with its members in order and nothing between them.
func (n DeskNotice) Document() []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(n.Text) // texts of texts always have a form
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// Hash is the SHA-256 of [DeskNotice.Document]: results name the notice by it.
func (n DeskNotice) Hash() [sha256.Size]byte { return sha256.Sum256(n.Document()) }

// OwnNotice is what people are told at desks where the operator has no text of their
// own. The two say the same.
func OwnNotice() map[string]string {
	return map[string]string{
		"en": "If you choose this, your face is compared with the portrait in your document: up to three pictures of you, and where you are alone on a phone some more while you turn your head, with that portrait and no other. " +
			"All pictures are deleted when the check ends; only its result is handed on. " +
			"You need not choose it: a member of staff can look instead, and the result counts the same.",
		"zh-CN": "如果您选择此方式，将拍摄您的面部图像（最多三张；独自使用手机时，转头期间会再拍一些），只与您证件中的照片比对，不与其他任何照片比对。" +
			"核验结束时所有图像即被删除，只交出结果。" +
			"您可以不选：也可以由工作人员查看，结果具有同等效力。",
	}
}

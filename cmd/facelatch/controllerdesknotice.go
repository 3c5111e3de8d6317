package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/internal/store"
)

const deskNoticeHelp = `Show what people are told at desks before they choose, or have them told something else.
The text is yours: say what is done with a face, by whom, for how long, and that a member
of staff can look instead, in English and in Chinese at least, in at most 2,000 characters
each. --own goes back to the program's own text.

It is recorded first, with its number and its SHA-256, by which results name it. Every
version is kept. Connected desks show a new one within seconds; checks that go on keep
to the one that they began with.`

// deskNoticeFlags are the flags of controller desk notice.
type deskNoticeFlags struct {
	site  string
	texts []string
	own   bool
	json  bool
}

// deskNotice is facelatch controller desk notice.
func deskNotice() *cobra.Command {
	var f deskNoticeFlags
	c := &cobra.Command{
		Use: "notice --site DIR [--text LANGUAGE=FILE]...", Short: "show or change what people are told at desks", Long: deskNoticeHelp, Args: none,
		Example: "  facelatch controller desk notice --site court --text en=notice.en.txt --text zh-CN=notice.zh.txt",
	}
	c.Flags().StringVar(&f.site, "site", "", "the folder of the site")
	c.Flags().StringArrayVar(&f.texts, "text", nil, "a file with the text in a language, as LANGUAGE=FILE, such as en=notice.txt; may be given several times")
	c.Flags().BoolVar(&f.own, "own", false, "go back to the program's own text")
	c.Flags().BoolVar(&f.json, "json", false, "print one JSON object")
	c.RunE = action(func(c *cobra.Command, _ []string) error {
		if err := required("site", f.site); err != nil {
			return err
		}
		if f.own && len(f.texts) > 0 {
			return usagef("--own and --text exclude each other")
		}
		text, err := f.read()
		if err != nil {
			return err
		}
		return withOffice(f.site, func(o *site.Office) error { return f.run(o, text, c.OutOrStdout()) })
	})
	return c
}

// read reads the files, nil where none is named.
func (f deskNoticeFlags) read() (text map[string]string, err error) {
	for _, one := range f.texts {
		lang, path, found := strings.Cut(one, "=")
		if !found {
			return nil, usagef("--text %q is not like en=notice.txt", one)
		}
		data, err := readSmall(path, 4*doorapi.MaxNoticeText)
		if err != nil {
			return nil, err
		}
		if text == nil {
			text = make(map[string]string)
		}
		text[lang] = strings.TrimSpace(strings.ReplaceAll(string(data), "\r\n", "\n"))
	}
	return text, nil
}

// run shows the notice, after it was changed where that is asked for.
func (f deskNoticeFlags) run(o *site.Office, text map[string]string, stdout io.Writer) error {
	n, err := o.DeskNotice(context.Background())
	if err != nil {
		return err
	}
	if f.own || text != nil {
		n, err = o.PublishDeskNotice(context.Background(), site.Operator, doorapi.DeskNotice{Number: n.Number, Text: text})
		if errors.Is(err, doorapi.ErrDeskNotice) {
			return usageError{err}
		}
		if errors.Is(err, store.ErrConflict) {
			return usagef("that is what people are told already")
		}
		if err != nil {
			return err
		}
	}
	return f.say(n, stdout)
}

// deskNoticeJSON is what desk notice prints as JSON.
type deskNoticeJSON struct {
	Number    int64             `json:"number"`
	Own       bool              `json:"own"`
	SHA256    string            `json:"sha256,omitempty"`
	Published *time.Time        `json:"published,omitempty"`
	Text      map[string]string `json:"text"`
}

func (f deskNoticeFlags) say(n site.PublishedNotice, stdout io.Writer) error {
	shown := deskNoticeJSON{Number: n.Number, Own: len(n.Text) == 0, Text: n.Text}
	if n.Number > 0 {
		shown.Published = &n.Published
	}
	if shown.Own {
		shown.Text = doorapi.OwnNotice()
	} else {
		shown.SHA256 = fmt.Sprintf("%x", n.Hash())
	}
	if f.json {
		return printJSON(stdout, shown)
	}
	about := "the program's own text"
	if !shown.Own {
		about = fmt.Sprintf("version %d, SHA-256 %s", n.Number, shown.SHA256)
	}
	if _, err := fmt.Fprintln(stdout, about); err != nil {
		return err
	}
	for _, lang := range slices.Sorted(maps.Keys(shown.Text)) {
		if _, err := fmt.Fprintf(stdout, "\n%s:\n%s\n", lang, shown.Text[lang]); err != nil {
			return err
		}
	}
	return nil
}

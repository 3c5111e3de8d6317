package public_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/controller/public"
	"github.com/facelatch/facelatch/controller/public/publictest"
	"github.com/facelatch/facelatch/controller/public/words"
)

// TestPromptsAreSaid: the page says the longest time for which a door looks, what
// people are asked to do, and that who cannot has another way; and nothing of it where
// nothing is asked for.
func TestPromptsAreSaid(t *testing.T) {
	for n, says := range []map[words.Tag][]string{
		{words.English: {"For at most 8 seconds; then", "At most 8 seconds, then erased"}, words.Chinese: {"最多看 8 秒，看完即清除", "最多 8 秒，随即清除"}},
		{words.English: {"For at most 12 seconds; then", "At most 12 seconds, then erased", "one movement"}, words.Chinese: {"最多看 12 秒，看完即清除", "最多 12 秒，随即清除", "一个动作"}},
		{words.English: {"For at most 16 seconds; then", "At most 16 seconds, then erased", "two movements"}, words.Chinese: {"最多看 16 秒，看完即清除", "最多 16 秒，随即清除", "两个动作"}},
		{words.English: {"For at most 20 seconds; then", "At most 20 seconds, then erased", "three movements", "slowly changes its colour"}, words.Chinese: {"最多看 20 秒，看完即清除", "最多 20 秒，随即清除", "三个动作", "颜色会慢慢变化"}},
	} {
		for tag, has := range says {
			got := page(t, publictest.Asking(n), tag)
			for _, want := range has {
				if !strings.Contains(got, want) {
					t.Errorf("%d prompts, %s: nothing of %q", n, tag, want)
				}
			}
			cannot := map[words.Tag]string{words.English: "touch “I cannot do this”", words.Chinese: "请按屏幕上的“我做不到”"}[tag]
			if strings.Contains(got, cannot) != (n > 0) {
				t.Errorf("%d prompts, %s: %q", n, tag, cannot)
			}
			if n > 0 && (strings.Contains(got, "8 seconds") || strings.Contains(got, "看 8 秒")) {
				t.Errorf("%d prompts, %s: still eight seconds", n, tag)
			}
		}
	}
}

// TestPromptsThatCannotBe: a page that would say something wrong of what is asked for
// is not shown.
func TestPromptsThatCannotBe(t *testing.T) {
	pages, err := public.NewPages()
	if err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*public.Facts){
		"four":           func(f *public.Facts) { f.Zones[0].Prompts = bundle.MaxPrompts + 1 },
		"fewer":          func(f *public.Facts) { f.Zones[0].Prompts = -1 },
		"a light alone":  func(f *public.Facts) { f.Zones[0].Light = true },
		"without a face": func(f *public.Facts) { f.Zones[1].Prompts = 1 },
	} {
		f := publictest.Facts()
		spoil(&f)
		var field *bundle.FieldError
		if err := pages.Write(&bytes.Buffer{}, f, words.English); !errors.Is(err, public.ErrFacts) || !errors.As(err, &field) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

package papers

import (
	"fmt"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/controller/public/publictest"
	"github.com/facelatch/facelatch/controller/public/words"
	"github.com/facelatch/facelatch/internal/typeset"
)

// TestSignSaysWhatIsAskedFor: the sign of a zone says the longest time for which its
// doors look, what people are asked to do there, and that there is another way; the
// sign of the zone beside it does not.
func TestSignSaysWhatIsAskedFor(t *testing.T) {
	for n, asks := range []string{"", "请您转一下头", "请您转头或靠近一点", "请您转头或靠近一点"} {
		for name, size := range map[string]typeset.Size{"a4": typeset.A4(), "a5": typeset.A5()} {
			data := signs(t, publictest.Asking(n), size, "front")
			path := kept(t, fmt.Sprintf("sign-%s-asks-%d.pdf", name, n), data)
			text := strings.ReplaceAll(said(t, data), " ", "")
			for _, want := range []string{fmt.Sprintf("最多看%d秒", 8+4*n), fmt.Sprintf("Foratmost%dseconds", 8+4*n), asks, "Whopassed,andwhen,isnotrecorded.", "谁在何时通过，不作记录。"} {
				if !strings.Contains(text, want) {
					t.Errorf("%s, %d prompts: nothing of %q in %q", name, n, want, text)
				}
			}
			if strings.Contains(text, "做不到就用其他方式进门") != (n > 0) || strings.Contains(text, "Ifyoucannot,useanotherwayin.") != (n > 0) {
				t.Errorf("%s, %d prompts: %q", name, n, text)
			}
			edges(t, rendered(t, path, 1), name)
			if other := said(t, signs(t, publictest.Asking(n), size, "garage")); strings.Contains(other, "请您") {
				t.Errorf("%s: the zone beside it says %q", name, other)
			}
		}
	}
}

// TestAssessmentSaysWhatIsAskedFor: the assessment has the longest time, and what is
// done with how people move.
func TestAssessmentSaysWhatIsAskedFor(t *testing.T) {
	for n := range 4 {
		for tag, has := range map[words.Tag][]string{
			words.English: {fmt.Sprintf("looks for at most %d s. One probe", 8+4*n), "How the head moves", "under two times a second"},
			words.Chinese: {fmt.Sprintf("最多看 %d 秒。把一份样本", 8+4*n), "头部如何移动", "每秒不到两次"},
		} {
			got := assessment(t, publictest.Asking(n), tag)
			if !strings.Contains(got, has[0]) || strings.Contains(got, has[1]) != (n > 0) || strings.Contains(got, has[2]) != (n == 3) {
				t.Errorf("%s, %d prompts: %q", tag, n, has)
			}
		}
	}
}

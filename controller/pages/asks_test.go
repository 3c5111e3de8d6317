package pages_test

import (
	"net/http"
	"strings"
	"testing"
)

// TestZoneAsks: what a zone's doors ask people to do is set on its page, with the
// seconds that it takes, and kept by forms that do not speak of it; what cannot be is
// refused beside its field.
func TestZoneAsks(t *testing.T) {
	r := newRig(t)
	b := r.owner()
	send := func(methods []string, more ...string) answer {
		form := b.get("/office/site/zone?name=main").is(http.StatusOK)
		pairs := append([]string{"version", form.value("version"), "zone", "main", "title-en", "Front", "was:title-en", form.value("was:title-en"), "title-zh-CN", "前门", "hours", "always"}, more...)
		for _, m := range methods {
			pairs = append(pairs, "method", m)
		}
		return b.post("/office/site/zone", pairs...)
	}
	all := []string{"plain", "face"}
	b.get("/office/site/zone?name=main").has("None. The camera looks for at most 8 seconds.", "One. The camera looks for at most 12", "Two. The camera looks for at most 16", "Three. The camera looks for at most 20", "print the sign of this zone again")
	for _, wrong := range []string{"-1", "4", "two", ""} {
		send(all, "prompts", wrong).is(http.StatusUnprocessableEntity).has("A whole number from 0 to 3.")
	}
	send([]string{"plain"}, "prompts", "1").is(http.StatusUnprocessableEntity).has("Nobody’s face is looked at in this zone.")
	send(all, "prompts", "0", "light", "yes").is(http.StatusUnprocessableEntity).has("The colour changes only while people are asked to move.")

	send(all, "prompts", "2", "light", "yes").to("/office/site?done=saved")
	b.get("/office/site").has("Asks for two movements, looks for at most 16 seconds")
	send(all).to("/office/site?done=saved")
	b.get("/office/site").has("Asks for two movements, looks for at most 16 seconds")
	b.language = "zh-CN"
	b.get("/office/site").has("要求两个动作，镜头最多看 16 秒")
	b.get("/office/site/zone?name=main").has("一个动作，最多看 12 秒。", "请重新打印这个区域的标识")
	b.language = "en"
	send(all, "prompts", "0").to("/office/site?done=saved")
	if got := b.get("/office/site").words(); strings.Contains(got, "movement") {
		t.Errorf("still asks: %s", got)
	}
}

// TestZoneAsksMeanwhile: a form that somebody had open while somebody else turned
// movements and light off does not turn them on again.
func TestZoneAsksMeanwhile(t *testing.T) {
	r := newRig(t)
	b := r.owner()
	send := func(form answer, prompts string, more ...string) answer {
		pairs := []string{
			"version", form.value("version"), "zone", "main", "title-en", "Front", "was:title-en", form.value("was:title-en"), "title-zh-CN", "前门",
			"hours", "always", "method", "plain", "method", "face", "prompts", prompts, "was:prompts", form.value("was:prompts"), "was:light", form.value("was:light"),
		}
		return b.post("/office/site/zone", append(pairs, more...)...)
	}
	page := func() answer { return b.get("/office/site/zone?name=main").is(http.StatusOK) }
	send(page(), "2", "light", "yes").to("/office/site?done=saved")
	stale := page()
	send(page(), "0").to("/office/site?done=saved")
	again := send(stale, "3", "light", "yes").is(http.StatusConflict).has("Somebody else saved this page", "It is now: 0")
	if strings.Contains(again.Body.String(), `name="light" value="yes" checked`) {
		t.Error("the light is turned on again")
	}
}

package main

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/spec/vectors"
)

// bundles collects bundles and PINs.
type bundles struct {
	*world
	signer, nextSigner *ecdsa.PrivateKey
	stranger           *ecdsa.PrivateKey
	pepper             bundle.Pepper
	site               vectors.Site
	out                vectors.Bundles
}

func newBundles(w *world, site vectors.Site) *bundles {
	return &bundles{
		world: w, site: site, signer: key("bundle signing key"), nextSigner: key("bundle signing key of the year after"),
		stranger: key("bundle signing key that the door has not heard of"),
		pepper:   must(bundle.ImportPepper(bytesOf("pepper", 32))),
	}
}

// all makes the vectors of spec/bundle.md, but for what is relayed.
func (b *bundles) all() vectors.Bundles {
	b.out.Signers = []vectors.SigningKey{signingKey("signs the bundles", b.signer), signingKey("will sign those of the year after", b.nextSigner)}
	b.out.Strangers = []vectors.SigningKey{signingKey("not known to the door", b.stranger)}
	b.out.Pepper = b.pepper.Export()
	b.pins()
	b.accepted()
	b.refusedHeads()
	b.refusedFields()
	b.refusedParts()
	b.refusedHands()
	b.follows()
	return b.out
}

// full returns a bundle with everything in it.
func (b *bundles) full() *bundle.Bundle {
	out := b.least()
	out.Issuers = append(out.Issuers, &b.second.PublicKey)
	out.Signers = append(out.Signers, &b.nextSigner.PublicKey)
	out.Zones = []bundle.Zone{
		{
			Name: zone, Title: map[string]string{"zh": "正门", "en": "Front door"},
			Methods:   bundle.Plain | bundle.Face | bundle.PIN | bundle.Phone,
			Threshold: "fmr-3e-5", RequireLive: true, Budget: bundle.DefaultBudget,
			Hours: must(pass.ParseSchedule("daily 06:00-24:00")),
			PINs:  bundle.ObjectOf(b.out.PINs[0].Message),
		},
		{Name: "garden", Title: map[string]string{"zh": "花园", "en": "Garden"}, Methods: bundle.Plain},
	}
	for i, l := range b.site.StatusLists {
		out.Lists = append(out.Lists, bundle.List{Number: []uint32{0, shortList, lastList}[i], Object: bundle.ObjectOf(l.Token)})
	}
	for _, m := range []pass.ModelID{b.model, b.newer} {
		out.Models = append(out.Models, bundle.Model{ID: m, Until: end})
	}
	out.Refused = []pass.KeyID{b.lost.ID()}
	out.Notice = bundle.Notice{
		SHA256: [32]byte(sum([]byte("the text of a notice"))),
		Text:   map[string]string{"zh": "出示通行证后，摄像头才会看。", "en": "The camera looks only after a pass was shown.\nYou can always come in without your face."},
	}
	out.Checkpoint = statement(b.world.site)
	return out
}

// least returns a bundle with nothing that may be left out.
func (b *bundles) least() *bundle.Bundle {
	return &bundle.Bundle{
		Site: b.world.site, Number: 7, Issued: noon, Name: "Facelatch 向量", Timezone: "Asia/Shanghai",
		Issuers: []*ecdsa.PublicKey{&b.issuer.PublicKey}, Signers: []*ecdsa.PublicKey{&b.signer.PublicKey},
		FaceLife: bundle.DefaultFaceLife, PlainLife: bundle.DefaultPlainLife,
		Zones: []bundle.Zone{{Name: zone, Methods: bundle.Plain}},
	}
}

func (b *bundles) accept(name, text string, by *ecdsa.PrivateKey, of *bundle.Bundle, reqs ...string) {
	data := must(bundle.Sign(nil, by, of))
	read := must(bundle.Verify(data, must(of.SignerKeys()), of.Site))
	b.out.Bundles = append(b.out.Bundles, vectors.Bundle{Vector: about(name, text, reqs...), Message: data, Claims: bundleClaims(read)})
}

func (b *bundles) accepted() {
	b.accept("full", "everything that there can be, but for what is asked for", b.signer, b.full(),
		"B-1", "B-2", "B-3", "B-4", "B-10", "B-12", "B-13", "B-15", "B-16", "B-17", "B-18", "B-19", "B-20", "B-21", "B-22", "B-23", "B-24", "B-25", "B-26")
	b.accept("least", "nothing that may be left out", b.signer, b.least(), "B-10")
	next := b.full()
	next.Number = 8
	b.accept("next", "the next number, signed by the second of the signers", b.nextSigner, next, "B-15", "B-31")
	older := b.full()
	older.Number = 6
	b.accept("older", "the number before", b.signer, older, "B-12")
	fork := b.full()
	fork.Name = "Another"
	b.accept("fork", "the same number, another name", b.signer, fork, "B-12")
	demo := b.full()
	demo.Demo, demo.Number = true, 8
	b.accept("demo", "a site for trying out", b.signer, demo, "B-10")
	for n := 1; n <= bundle.MaxPrompts; n++ {
		asks := b.full()
		asks.Zones[0].Prompts, asks.Zones[0].Light = n, n == bundle.MaxPrompts
		b.accept("prompts-"+itoa(n), "a zone that asks for movements", b.signer, asks, "B-27")
	}
	last := b.least()
	last.Number, last.PlainLife, last.FaceLife = 1<<64-1, bundle.MaxLife, bundle.MaxLife
	last.Issued = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
	b.accept("largest-numbers", "the largest number, the longest lives and the last second", b.signer, last, "B-12", "B-16")
	texts := b.least()
	texts.Name = "住宅　A\u00a0B"
	texts.Zones[0].Title = map[string]string{"fa": "خانه\u200cها", "hi": "क्\u200dष", "en-GB": "👩\u200d🔧 & <b>"}
	b.accept("texts", "texts with wide spaces and joiners, and a tag with a region", b.signer, texts, "B-13")
	for _, m := range []bundle.Methods{bundle.PIN, bundle.Phone, bundle.Face | bundle.Phone} {
		one := b.full()
		one.Zones = one.Zones[:1]
		one.Zones[0].Methods = m
		if !m.Has(bundle.Face) {
			one.Zones[0].Threshold, one.Zones[0].RequireLive, one.Zones[0].Budget = "", false, 0
		}
		if !m.Has(bundle.PIN) {
			one.Zones[0].PINs = bundle.Object{}
		}
		b.accept("methods-"+m.String(), "a zone that accepts "+m.String(), b.signer, one, "B-18", "B-19", "B-21")
	}
}

func (b *bundles) follows() {
	add := func(name, text, held, next, err string, reqs ...string) {
		b.out.Follows = append(b.out.Follows, vectors.Follow{Vector: about(name, text, reqs...), Held: held, Next: next, Error: err})
	}
	add("newer", "the next number", "full", "next", "", "B-31", "B-33")
	add("again", "the same bundle once more", "full", "full", "", "B-33")
	add("skipped", "numbers in between were missed", "older", "next", "", "B-33")
	add("rollback", "a smaller number", "full", "older", "older", "B-33")
	add("fork", "the same number, other bytes", "full", "fork", "fork", "B-34")
	add("demo", "a real site becomes a demonstration", "full", "demo", "demo", "B-32")
	add("real", "a demonstration becomes real", "demo", "largest-numbers", "demo", "B-32")
}

func bundleClaims(b *bundle.Bundle) *vectors.BundleClaims {
	out := &vectors.BundleClaims{
		Site: b.Site.String(), Number: b.Number, Issued: b.Issued, Name: b.Name, Demo: b.Demo, Timezone: b.Timezone,
		Issuers: publicKeys(b.Issuers), Signers: publicKeys(b.Signers),
		FaceLife: int64(b.FaceLife / time.Second), PlainLife: int64(b.PlainLife / time.Second), Checkpoint: b.Checkpoint,
	}
	for _, z := range b.Zones {
		v := vectors.Zone{
			Name: z.Name, Title: z.Title, Methods: z.Methods.Names(),
			RequireLive: z.RequireLive, Threshold: z.Threshold, Budget: z.Budget, Prompts: z.Prompts, Light: z.Light,
		}
		for _, h := range z.Hours {
			v.Hours = append(v.Hours, vectors.Window{Days: uint8(h.Days), Start: h.Start, End: h.End})
		}
		if !z.PINs.IsZero() {
			v.PINs = &vectors.Object{SHA256: z.PINs.SHA256[:], Size: z.PINs.Size}
		}
		out.Zones = append(out.Zones, v)
	}
	for _, l := range b.Lists {
		out.Lists = append(out.Lists, vectors.ListObject{Number: l.Number, Object: vectors.Object{SHA256: l.SHA256[:], Size: l.Size}})
	}
	for _, m := range b.Models {
		out.Models = append(out.Models, vectors.ModelUntil{ID: m.ID[:], Until: m.Until})
	}
	for _, id := range b.Refused {
		out.Refused = append(out.Refused, id[:])
	}
	if b.Notice.SHA256 != ([sha256.Size]byte{}) {
		out.Notice = &vectors.Notice{SHA256: b.Notice.SHA256[:], Text: b.Notice.Text}
	}
	return out
}

func publicKeys(keys []*ecdsa.PublicKey) []vectors.PublicKey {
	var out []vectors.PublicKey
	for _, k := range keys {
		out = append(out, publicKey(k))
	}
	return out
}

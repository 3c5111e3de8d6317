package holder

import (
	"net/http"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/controller/public"
	"github.com/facelatch/facelatch/pass"
)

// hash reads the name of a consent from a path.
func (v *visit) hash() (h pass.Hash16, err error) {
	if err := h.UnmarshalText([]byte(v.r.PathValue("hash"))); err != nil {
		return h, acts.ErrNotFound
	}
	return h, nil
}

// find returns a consent of the holder. Another's is not found, as one that there
// is not.
func (s *server) find(v *visit) (acts.ConsentView, error) {
	hash, err := v.hash()
	if err != nil {
		return acts.ConsentView{}, err
	}
	view, err := s.Do.Holder(v.r.Context(), v.actor(), v.holder())
	if err != nil {
		return acts.ConsentView{}, err
	}
	for _, c := range view.Consents {
		if c.Hash == hash {
			return c, nil
		}
	}
	return acts.ConsentView{}, acts.ErrNotFound
}

// agreed is a consent with the text that was agreed to.
type agreed struct {
	consentRow
	Notice public.Notice
}

// notice returns the version of the notice that a consent names, or the zero
// NoticeVersion where it is not kept here.
func (s *server) notice(v *visit, hash [32]byte) (acts.NoticeVersion, error) {
	all, err := s.Site.Notices(v.r.Context())
	for _, n := range all {
		if n.Hash == hash {
			return n, err
		}
	}
	return acts.NoticeVersion{}, err
}

// consent shows what was agreed to.
func (s *server) consent(v *visit) error {
	found, err := s.find(v)
	if err != nil {
		return err
	}
	n, err := s.notice(v, found.Notice)
	if err != nil {
		return err
	}
	shown := agreed{consentRow: consentRow{found, consentStanding(found, s.Now())}}
	if len(n.Document) > 0 {
		shown.Notice.Since = n.Published
		if shown.Notice.Notice, err = consent.DecodeNotice(n.Document); err != nil {
			return err
		}
	}
	return s.show(v, http.StatusOK, "consent", shown)
}

// document hands out the notice as the file whose hash the receipt names.
func (s *server) document(v *visit) error {
	found, err := s.find(v)
	if err != nil {
		return err
	}
	n, err := s.notice(v, found.Notice)
	if err == nil && len(n.Document) == 0 {
		err = acts.ErrNotFound
	}
	if err != nil {
		return err
	}
	return v.download("application/json", "notice.json", n.Document)
}

// receipt hands out the receipt of a consent.
func (s *server) receipt(v *visit) error {
	found, err := s.find(v)
	if err != nil {
		return err
	}
	if len(found.Receipt) == 0 {
		return acts.ErrNotFound
	}
	return v.download("application/ld+json", "consent-"+found.Hash.String()+".json", found.Receipt)
}

// withdrawn is what came of taking a consent back.
type withdrawn struct {
	Revoked int
	// Offer is the pass in whose place a plain one can be had, or the zero ID.
	Offer pass.ID
}

// CanReplace says that a plain pass can be had.
func (w withdrawn) CanReplace() bool { return w.Offer != pass.ID{} }

// withdraw takes a consent back: one click, and no question why.
func (s *server) withdraw(v *visit) error {
	hash, err := v.hash()
	if err != nil {
		return err
	}
	done, err := s.Do.WithdrawConsent(v.r.Context(), v.actor(), hash)
	if err != nil {
		return err
	}
	return s.show(v, http.StatusOK, "withdrawn", withdrawn{len(done.Revoked), done.Offer})
}

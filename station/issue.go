package station

import (
	"context"
	"crypto/rand"

	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// Issue makes a pass of somebody with the station's controller, as
// [issue.Station.Issue] does, and for a face pass sees to it first that the doors
// that were approved here have the key that it is sealed with. Where ctx ends in
// between, the pass is abandoned.
func (s *Station) Issue(ctx context.Context, whose doorapi.Whose, r issue.Request, e issue.Enroller, out issue.Outlet) (pass.Claims, error) {
	maker := issue.Station{Office: s.Office().For(whose).during(ctx), Rand: rand.Reader, Now: s.now}
	if r.Consent != nil {
		var err error
		if maker.Key, err = s.sealingKey(ctx); err != nil {
			return pass.Claims{}, err
		}
		defer maker.Key.Wipe()
	}
	return maker.Issue(r, e, out)
}

// sealingKey holds the vault no longer than it has to: a controller that makes a
// pass takes nothing else from this station meanwhile.
func (s *Station) sealingKey(ctx context.Context) (pass.SealingKey, error) {
	vault, err := s.Vault(ctx)
	if err != nil {
		return pass.SealingKey{}, err
	}
	defer vault.Close()
	key, err := vault.SealingKey()
	if err != nil {
		return pass.SealingKey{}, err
	}
	if err := s.RelayAll(ctx, vault); err != nil {
		key.Wipe()
		return pass.SealingKey{}, err
	}
	return key, nil
}

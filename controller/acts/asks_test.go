package acts_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// doing is each act, done with arguments of which something is wrong, so that only
// the right to it is tried.
func doing(ctx context.Context, a *acts.Acts) map[acts.Act][]func(acts.Actor) error {
	one := func(f func(acts.Actor) error) []func(acts.Actor) error { return []func(acts.Actor) error{f} }
	return map[acts.Act][]func(acts.Actor) error{
		acts.ActHolderAdd:  one(func(who acts.Actor) error { _, err := a.AddHolder(ctx, who, acts.HolderInput{}); return err }),
		acts.ActHolderEdit: one(func(who acts.Actor) error { _, err := a.EditHolder(ctx, who, "x", 1, acts.HolderInput{}); return err }),
		acts.ActHolderList: {
			func(who acts.Actor) error { _, _, err := a.Holders(ctx, who, acts.Query{Limit: -1}); return err },
			func(who acts.Actor) error { _, err := a.Waiting(ctx, who); return err },
		},
		acts.ActHolderDelete: one(func(who acts.Actor) error { return a.DeleteHolder(ctx, who, "x") }),
		acts.ActHolderImport: one(func(who acts.Actor) error {
			_, err := a.ImportHolders(ctx, who, strings.NewReader(""), nil)
			return err
		}),
		acts.ActHolderExport: one(func(who acts.Actor) error { return a.ExportHolders(ctx, who, io.Discard) }),
		acts.ActHolderLink:   one(func(who acts.Actor) error { _, err := a.MakeLink(ctx, who, "x"); return err }),
		acts.ActHolderMeet: {
			func(who acts.Actor) error { _, _, err := a.OpenLinkAt(ctx, who, "x"); return err },
			func(who acts.Actor) error { _, err := a.Meet(ctx, who, "x"); return err },
		},
		acts.ActHolderKey: {
			func(who acts.Actor) error { return a.AddPasskey(ctx, who, acts.Passkey{}) },
			func(who acts.Actor) error { return a.RemovePasskey(ctx, who, []byte{1}) },
		},
		acts.ActHolderContact: one(func(who acts.Actor) error { _, err := a.CorrectContact(ctx, who, 1, "x"); return err }),
		acts.ActHolderAsk:     one(func(who acts.Actor) error { _, err := a.AskCorrection(ctx, who, ""); return err }),
		acts.ActHolderAnswer:  one(func(who acts.Actor) error { _, err := a.AnswerCorrection(ctx, who, "x", 1, ""); return err }),
		acts.ActHolderView: {
			func(who acts.Actor) error { _, err := a.Holder(ctx, who, "x"); return err },
			func(who acts.Actor) error { _, err := a.HolderExport(ctx, who, "x"); return err },
		},
		acts.ActConsentGive: {
			func(who acts.Actor) error { _, err := a.GiveConsent(ctx, who, "x", acts.ConsentInput{}); return err },
			func(who acts.Actor) error {
				_, err := a.DraftConsent(ctx, who, "x", acts.ConsentInput{}, nil)
				return err
			},
		},
		acts.ActConsentWithdraw: one(func(who acts.Actor) error { _, err := a.WithdrawConsent(ctx, who, pass.Hash16{1}); return err }),
		acts.ActPassFace: one(func(who acts.Actor) error {
			_, err := a.Prepare(ctx, who, "x", issue.Request{Consent: new(consent.Record)})
			return err
		}),
		acts.ActPassReplace: one(func(who acts.Actor) error { _, err := a.ReplacePass(ctx, who, pass.ID{1}); return err }),
		acts.ActPassRevoke:  one(func(who acts.Actor) error { return a.RevokePass(ctx, who, pass.ID{1}) }),
		acts.ActPassGuest:   one(func(who acts.Actor) error { _, err := a.Guest(ctx, who, acts.GuestInput{}); return err }),
		acts.ActNoticePublish: {
			func(who acts.Actor) error { _, err := a.PublishNotice(ctx, who, consent.Notice{}); return err },
			func(who acts.Actor) error {
				_, err := a.PublishDeskNotice(ctx, who, 0, map[string]string{"en": "x"})
				return err
			},
		},
		acts.ActSiteChange: one(func(who acts.Actor) error { _, err := a.ChangeSite(ctx, who, 99, acts.SiteConfig{}); return err }),
		acts.ActKeyRotate:  one(func(who acts.Actor) error { _, err := a.RotateKey(ctx, who, "x"); return err }),
		acts.ActDoorView:   one(func(who acts.Actor) error { _, err := a.Doors(ctx, who); return err }),
		acts.ActDoorAdd: {
			func(who acts.Actor) error { _, err := a.MakeJoinCode(ctx, who, site.KindDoor, "", ""); return err },
			func(who acts.Actor) error { _, err := a.MakeDeskCode(ctx, who, "", ""); return err },
		},
		acts.ActDeskView:  one(func(who acts.Actor) error { _, err := a.DeskList(ctx, who); return err }),
		acts.ActDeskCheck: one(func(who acts.Actor) error { _, err := a.OpenCounter(ctx, who, pass.DoorID{}); return err }),
		acts.ActPartyView: {
			func(who acts.Actor) error { _, err := a.Parties(ctx, who); return err },
			func(who acts.Actor) error { _, err := a.Party(ctx, who, "x"); return err },
		},
		acts.ActPartyAdd: one(func(who acts.Actor) error {
			_, _, err := a.AddParty(ctx, who, party.Party{}, site.KeepSecret)
			return err
		}),
		acts.ActPartyChange: one(func(who acts.Actor) error {
			_, _, err := a.ChangeParty(ctx, who, 1, party.Party{}, site.KeepSecret)
			return err
		}),
		acts.ActPartyRemove:    one(func(who acts.Actor) error { return a.RemoveParty(ctx, who, "x") }),
		acts.ActDoorRemove:     one(func(who acts.Actor) error { return a.RemoveDoor(ctx, who, pass.DoorID{}, false) }),
		acts.ActOperatorView:   one(func(who acts.Actor) error { _, err := a.Operators(ctx, who); return err }),
		acts.ActOperatorInvite: one(func(who acts.Actor) error { _, _, err := a.InviteOperator(ctx, who, acts.OperatorInput{}); return err }),
		acts.ActOperatorChange: one(func(who acts.Actor) error { _, err := a.ChangeRole(ctx, who, "x", 1, ""); return err }),
		acts.ActOperatorRemove: one(func(who acts.Actor) error { return a.RemoveOperator(ctx, who, "x") }),
		acts.ActTokenMake:      one(func(who acts.Actor) error { _, err := a.MakeToken(ctx, who, acts.TokenInput{}); return err }),
		acts.ActTokenView:      one(func(who acts.Actor) error { _, err := a.Tokens(ctx, who); return err }),
		acts.ActTokenRevoke:    one(func(who acts.Actor) error { return a.RevokeToken(ctx, who, "x") }),
	}
}

// TestEveryActAsks: each act is refused to each role that the table does not give
// it to, and to nobody else, and nothing is recorded of what was refused.
func TestEveryActAsks(t *testing.T) {
	onSQLite(t, func(t *testing.T, r *rig) {
		does := doing(t.Context(), r.Acts)
		for _, row := range acts.Rights() {
			if len(does[row.Act]) == 0 && !slices.Contains(elsewhere(), row.Act) {
				t.Errorf("%s is not tried", row.Act)
			}
			for _, role := range acts.AllRoles() {
				for i, do := range does[row.Act] {
					err := do(actorOf(role))
					if refused := errors.Is(err, acts.ErrForbidden); refused == slices.Contains(row.Roles, role) {
						t.Errorf("%s (%d) by %s: %v", row.Act, i, role, err)
					}
					if err := do(acts.Actor{Role: role}); !errors.Is(err, acts.ErrForbidden) {
						t.Errorf("%s (%d) by nobody: %v", row.Act, i, err)
					}
				}
			}
		}
		for _, e := range r.entries() {
			// That a door was removed again is nothing that acts record themselves.
			t.Errorf("recorded: %+v", e)
		}
	})
}

// elsewhere are acts that are tried by other tests, because who may is not all that
// is asked (plain passes are made by staff and, in another way, by stations; the
// auditor and the holder open different things), and those that pages ask about
// before they show something.
func elsewhere() []acts.Act {
	return []acts.Act{acts.ActPassIssue, acts.ActLedgerOpen, acts.ActPassView, acts.ActSiteView, acts.ActLedgerView, acts.ActOperatorOwn}
}

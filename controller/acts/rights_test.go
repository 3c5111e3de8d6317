package acts_test

import (
	"slices"
	"testing"

	"github.com/facelatch/facelatch/controller/acts"
)

// actorOf returns somebody with a role and nothing beside what belongs to it.
func actorOf(r acts.Role) acts.Actor {
	switch r {
	case acts.HolderRole:
		return acts.Actor{Role: r, Holder: "somebody"}
	case acts.StationRole:
		return acts.Actor{Role: r, Pseudonym: "0123456789abcdef"}
	}
	return acts.Actor{Role: r, Operator: "someone", Pseudonym: "op-abcd"}
}

// TestRightsTable: each act stands in the table once, with known roles and
// scopes, and May says what it says.
func TestRightsTable(t *testing.T) {
	seen := make(map[acts.Act]bool)
	for _, row := range acts.Rights() {
		if seen[row.Act] || row.Act == "" || len(row.Roles) == 0 || row.Takes && row.Reads {
			t.Errorf("%s: a row that cannot be", row.Act)
		}
		seen[row.Act] = true
		if row.Scope != "" && !slices.Contains(acts.Scopes(), row.Scope) {
			t.Errorf("%s: the scope %q is not listed", row.Act, row.Scope)
		}
		for _, role := range row.Roles {
			if !slices.Contains(acts.AllRoles(), role) {
				t.Errorf("%s: there is no role %q", row.Act, role)
			}
		}
		for _, role := range acts.AllRoles() {
			if got := actorOf(role).May(row.Act); got != slices.Contains(row.Roles, role) {
				t.Errorf("%s may %s: %t", role, row.Act, got)
			}
			checkScopes(t, row, role)
		}
		if (acts.Actor{}).May(row.Act) || (acts.Actor{Role: "root", Operator: "x", Pseudonym: "y"}).May(row.Act) {
			t.Errorf("nobody may %s", row.Act)
		}
	}
	if actorOf(acts.Owner).May("everything") {
		t.Error("an owner may do an act that there is not")
	}
}

// checkScopes: a token may what its scopes and its operator's role both allow.
func checkScopes(t *testing.T, row acts.Right, role acts.Role) {
	t.Helper()
	for _, scope := range append(acts.Scopes(), "") {
		actor := actorOf(role)
		actor.Scopes = []acts.Scope{scope}
		want := actor.Operator != "" && scope != "" && scope == row.Scope && slices.Contains(row.Roles, role)
		if actor.May(row.Act) != want {
			t.Errorf("a token of %s with the scope %q may %s: %t", role, scope, row.Act, !want)
		}
	}
	actor := actorOf(role)
	if actor.Scopes = []acts.Scope{}; actor.May(row.Act) {
		t.Errorf("a token without a scope may %s", row.Act)
	}
}

// TestPromise2OnlyTheHolderConsents: no operator, and no token of one, can give a
// consent; nobody but a station prepares a face pass.
func TestPromise2OnlyTheHolderConsents(t *testing.T) {
	for _, role := range acts.Roles() {
		for _, act := range []acts.Act{acts.ActConsentGive, acts.ActPassFace} {
			if actorOf(role).May(act) {
				t.Errorf("%s may %s", role, act)
			}
			actor := actorOf(role)
			if actor.Scopes = acts.Scopes(); actor.May(act) {
				t.Errorf("a token of %s may %s", role, act)
			}
		}
	}
	if actorOf(acts.HolderRole).May(acts.ActPassFace) {
		t.Error("a holder prepares a face pass")
	}
}

// TestAuditorReads: an auditor changes nothing, and sees nobody's label.
func TestAuditorReads(t *testing.T) {
	auditor := actorOf(acts.Auditor)
	for _, row := range acts.Rights() {
		if auditor.May(row.Act) && !row.Reads && row.Act != acts.ActOperatorOwn {
			t.Errorf("an auditor may %s", row.Act)
		}
	}
	for _, act := range []acts.Act{acts.ActHolderList, acts.ActHolderView, acts.ActHolderExport} {
		if auditor.May(act) {
			t.Errorf("an auditor may %s", act)
		}
	}
}

// TestCounterChecks: whoever is at a counter alone opens counters, signs in, and
// nothing else.
func TestCounterChecks(t *testing.T) {
	may := []acts.Act{acts.ActDeskView, acts.ActDeskCheck, acts.ActOperatorOwn}
	for _, row := range acts.Rights() {
		if got := actorOf(acts.CounterStaff).May(row.Act); got != slices.Contains(may, row.Act) {
			t.Errorf("who is at a counter may %s: %t", row.Act, got)
		}
	}
}

// TestWithdrawingIsAsEasyAsGiving: whoever can give can take back, and so can
// more.
func TestWithdrawingIsAsEasyAsGiving(t *testing.T) {
	for _, role := range acts.AllRoles() {
		if a := actorOf(role); a.May(acts.ActConsentGive) && !a.May(acts.ActConsentWithdraw) {
			t.Errorf("%s can give a consent and not take it back", role)
		}
		if a := actorOf(role); a.May(acts.ActPassIssue) && !a.May(acts.ActPassRevoke) && role != acts.StationRole {
			t.Errorf("%s can issue a pass and not revoke it", role)
		}
	}
}

// TestMixedActors: who has more than belongs to the role may do nothing.
func TestMixedActors(t *testing.T) {
	for _, a := range []acts.Actor{
		{Role: acts.Owner, Operator: "x", Pseudonym: "op-abcd", Holder: "y"},
		{Role: acts.Owner, Operator: "x"},
		{Role: acts.Owner},
		{Role: acts.HolderRole},
		{Role: acts.HolderRole, Holder: "y", Operator: "x"},
		{Role: acts.StationRole, Pseudonym: "x", Holder: "y"},
	} {
		for _, row := range acts.Rights() {
			if a.May(row.Act) {
				t.Errorf("%+v may %s", a, row.Act)
			}
		}
	}
}

package signintest

import (
	"context"
	"fmt"
	"sync"

	"github.com/facelatch/facelatch/controller/signin"
)

// Operators are operators in memory.
type Operators struct {
	mu sync.Mutex // guards what follows
	// Names and Roles are by id, Invitations by secret.
	Names, Roles, Invitations map[string]string
	known                     map[signin.Account]string
}

// NewOperators returns none.
func NewOperators() *Operators {
	return &Operators{
		Names: map[string]string{}, Roles: map[string]string{}, Invitations: map[string]string{}, known: map[signin.Account]string{},
	}
}

func (o *Operators) add(name, role string) string {
	id := fmt.Sprintf("operator%d", len(o.Roles)+1)
	o.Names[id], o.Roles[id] = name, role
	return id
}

// First is a method of [signin.Operators].
func (o *Operators) First(_ context.Context, name string) (string, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch len(o.Names) {
	case 0:
		return o.add(name, "owner"), nil
	case 1:
		return "operator1", nil
	}
	return "", signin.ErrSetUp
}

// Invite makes an invitation for an operator with a name.
func (o *Operators) Invite(secret, name, role string) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	id := o.add(name, role)
	o.Invitations[secret] = id
	return id
}

// Accept is a method of [signin.Operators].
func (o *Operators) Accept(_ context.Context, secret string) (string, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	id, ok := o.Invitations[secret]
	if !ok {
		return "", signin.ErrRefused
	}
	delete(o.Invitations, secret)
	return id, nil
}

// Known is a method of [signin.Operators].
func (o *Operators) Known(_ context.Context, a signin.Account, role string) (string, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	name := a.Name
	a.Name = ""
	id, ok := o.known[a]
	if !ok {
		id = o.add(name, role)
		o.known[a] = id
	}
	o.Roles[id] = role
	return id, nil
}

// Name is a method of [signin.Operators].
func (o *Operators) Name(_ context.Context, id string) (string, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	name, ok := o.Names[id]
	if !ok {
		return "", signin.ErrNotFound
	}
	return name, nil
}

// Remove removes an operator.
func (o *Operators) Remove(id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.Names, id)
}

// Role returns what an operator may do, "" for one who was removed.
func (o *Operators) Role(id string) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if _, there := o.Names[id]; !there {
		return ""
	}
	return o.Roles[id]
}

package demo

import (
	"context"
	"os"
	"path/filepath"
)

const (
	// deskName is what the demo's desk is called, and partyID the relying party that
	// checks are made for: nobody.
	deskName = "Demo desk"
	partyID  = "demo-shop"
)

// deskOrigin is where browsers find the desk.
func (d *demo) deskOrigin() string { return "https://" + d.ports.desk }

// startDesk starts the desk. The first time it joins the site, also that of a demo
// which had none, and somebody is registered for whom there can be checks.
func (d *demo) startDesk(ctx context.Context) error {
	if _, err := os.Stat(filepath.Join(d.folder.desk(), "desk.json")); err != nil {
		if err := d.joinDesk(ctx); err != nil {
			return err
		}
	}
	d.say("Starting the desk")
	return d.parts.start("desk", "ready:", nil, "desk", "serve", "--dir", d.folder.desk(), "--listen", d.ports.desk)
}

// joinDesk lets the desk join. What an interrupted first start left is made anew.
func (d *demo) joinDesk(ctx context.Context) error {
	if err := os.RemoveAll(d.folder.desk()); err != nil {
		return err
	}
	if err := d.addParty(ctx); err != nil {
		return err
	}
	var there []struct{ ID, Name string }
	if err := d.ask(ctx, &there, "controller", "desk", "list", "--site", d.folder.controller(), "--json"); err != nil {
		return err
	}
	for _, one := range there {
		if one.Name != deskName {
			continue
		}
		if _, err := d.command(ctx, "controller", "desk", "remove", one.ID, "--site", d.folder.controller()); err != nil {
			return err
		}
	}
	code, err := d.code(ctx, "desk", "--name", deskName, "--origin", d.deskOrigin())
	if err != nil {
		return err
	}
	_, err = d.command(ctx, "desk", "join", code, "--dir", d.folder.desk(), "--host", hostOf(d.ports.desk))
	return err
}

// addParty registers a relying party that has nowhere to get results at: whoever is at
// the counter saves them.
func (d *demo) addParty(ctx context.Context) error {
	var there []struct{ Party struct{ ID string } }
	if err := d.ask(ctx, &there, "controller", "relying", "list", "--site", d.folder.controller(), "--json"); err != nil {
		return err
	}
	for _, one := range there {
		if one.Party.ID == partyID {
			return nil
		}
	}
	_, err := d.command(ctx, "controller", "relying", "add", "--site", d.folder.controller(), "--id", partyID, "--name", "en=Demo shop", "--name", "zh-CN=演示商店",
		"--redirect", "https://shop.invalid/back", "--claim", "given_name", "--claim", "over_18")
	return err
}

// ticket is what a browser takes to the desk.
type ticket struct{ Address, Field, Ticket string }

// openCounter makes a ticket for the counter.
func (d *demo) openCounter(ctx context.Context) (t ticket, err error) {
	err = d.ask(ctx, &t, "controller", "desk", "open", deskName, "--site", d.folder.controller(), "--json")
	return t, err
}

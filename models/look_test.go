package models

import (
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
)

// pad returns the default set with one model for attacks, changed.
func pad(t *testing.T, change func(*Model)) (Manifest, string) {
	t.Helper()
	m := Default()
	for i := range m.Models {
		if m.Models[i].Role == PAD {
			change(&m.Models[i])
			return m, "models[" + string(rune('0'+i)) + "]"
		}
	}
	t.Fatal("no model for attacks")
	return m, ""
}

func TestLooks(t *testing.T) {
	m, _ := pad(t, func(m *Model) { m.Looks = nil })
	model, _ := m.Model(PAD)
	if got := model.AllLooks(); !reflect.DeepEqual(got, []Look{{Margin: 2.7}}) {
		t.Errorf("a model without looks has %v", got)
	}
	if got := m.Models[0].AllLooks(); got != nil {
		t.Errorf("a detector has looks %v", got)
	}
	for want, l := range map[string]Look{
		"whole": {}, "1.6": {Margin: 1.6}, "2 square": {Margin: 2, Square: true}, "whole mirrored": {Mirrored: true},
	} {
		if l.String() != want || l.Share() != 1 {
			t.Errorf("%+v is %q and counts %g", l, l, l.Share())
		}
	}
}

// TestManyPAD: a set may have several models for attacks, up to a bound.
func TestManyPAD(t *testing.T) {
	m := Default()
	one, _ := m.Model(PAD)
	for i := range maxPAD {
		one.File = string(rune('a'+i)) + ".onnx"
		m.Models = append(m.Models, one)
		if err := m.Check(); (err == nil) != (i+2 <= maxPAD) {
			t.Errorf("%d models: %v", i+2, err)
		}
	}
}

func TestBadLooks(t *testing.T) {
	for field, change := range map[string]func(*Model){
		".looks":           func(m *Model) { m.Looks = make([]Look, maxLooks+1) },
		".looks[1]":        func(m *Model) { m.Looks = []Look{{Margin: 2}, {Margin: 2, Weight: 3}} },
		".looks[0].margin": func(m *Model) { m.Looks = []Look{{Margin: 0.5}} },
		".looks[0].square": func(m *Model) { m.Looks = []Look{{Square: true}} },
		".looks[0].weight": func(m *Model) { m.Looks = []Look{{Weight: math.NaN()}} },
		".bona_fide":       func(m *Model) { m.BonaFide = -1 },
		".source.blocked":  func(m *Model) { m.Source.Blocked, m.Source.Mended = true, false },
	} {
		m, at := pad(t, change)
		if err := m.Check(); !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), " "+at+field+":") {
			t.Errorf("%s: %v", field, err)
		}
	}
	m := Default()
	m.Models[0].Looks = []Look{{}}
	if err := m.Check(); !errors.Is(err, ErrInvalid) {
		t.Errorf("a detector with looks: %v", err)
	}
}

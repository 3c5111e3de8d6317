package mrzreadtest

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/facelatch/facelatch/iddoc"
)

const (
	letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits  = "0123456789"
)

// Lines returns valid lines of a document that does not exist. Names are letters at
// random, so that nobody's is among them and no reader can guess.
func Lines(size iddoc.Size, r *rand.Rand) []string {
	number := some(r, letters, r.IntN(3)) + some(r, digits, 9)
	number = number[:9]
	if r.IntN(3) == 0 {
		number = some(r, letters+digits, 9)
	}
	birth := fmt.Sprintf("%02d%02d%02d", r.IntN(100), 1+r.IntN(12), 1+r.IntN(28))
	expiry := fmt.Sprintf("%02d%02d%02d", 26+r.IntN(10), 1+r.IntN(12), 1+r.IntN(28))
	nation, sex := some(r, letters, 3), string("MF<"[r.IntN(3)])
	switch size {
	case iddoc.TD1:
		first := some(r, "IAC", 1) + "<" + nation + checked(number) + padded(optional(r, 11), 15)
		dates := checked(birth) + sex + checked(expiry)
		second := dates + nation + padded(optional(r, 8), 11)
		whole := first[5:] + second[0:7] + second[8:15] + second[18:29]
		return []string{first, second + string(iddoc.CheckDigit(whole)), name(r, 30)}
	case iddoc.TD2:
		second := checked(number) + nation + checked(birth) + sex + checked(expiry) + padded(optional(r, 7), 7)
		whole := second[0:10] + second[13:20] + second[21:35]
		return []string{some(r, "IAC", 1) + "<" + nation + name(r, 31), second + string(iddoc.CheckDigit(whole))}
	case iddoc.TD3:
		second := checked(number) + nation + checked(birth) + sex + checked(expiry) + checked(padded(optional(r, 14), 14))
		whole := second[0:10] + second[13:20] + second[21:43]
		return []string{"P<" + nation + name(r, 39), second + string(iddoc.CheckDigit(whole))}
	}
	panic("no such size")
}

// name returns a name field: a surname, and mostly one to three given names.
func name(r *rand.Rand, width int) string {
	s := some(r, letters, 2+r.IntN(11))
	for i := range r.IntN(4) {
		s += [2]string{"<<", "<"}[min(i, 1)] + some(r, letters, 2+r.IntN(7))
	}
	return padded(s, width)
}

// optional returns what an issuer may fill in: mostly nothing.
func optional(r *rand.Rand, most int) string {
	if r.IntN(2) == 0 {
		return ""
	}
	return some(r, digits+letters, 1+r.IntN(most))
}

func checked(field string) string { return field + string(iddoc.CheckDigit(field)) }

func padded(s string, width int) string {
	return (s + strings.Repeat("<", width))[:width]
}

func some(r *rand.Rand, of string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = of[r.IntN(len(of))]
	}
	return string(b)
}

package eval

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// ErrTable is wrapped by errors in a table of groups; the message names the line.
var ErrTable = errors.New("not a table of groups")

// ReadGroups reads a table with comma-separated values and a first line that
// names its columns, and returns the group of each person. It is supplied by
// whoever measures; nothing here infers it. A person stands there once.
func ReadGroups(r io.Reader, person, group string) (map[string]string, error) {
	rows := csv.NewReader(r)
	head, err := rows.Read()
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrTable, err)
	}
	head[0] = strings.TrimPrefix(head[0], "\ufeff")
	who, which := slices.Index(head, person), slices.Index(head, group)
	for column, at := range map[string]int{person: who, group: which} {
		if at < 0 {
			return nil, fmt.Errorf("%w: line 1: no column %q, there are %q", ErrTable, column, head)
		}
	}
	groups := map[string]string{}
	for {
		row, err := rows.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %v", ErrTable, err)
		}
		line, _ := rows.FieldPos(0)
		name, in := strings.TrimSpace(row[who]), strings.TrimSpace(row[which])
		if name == "" || in == "" {
			return nil, fmt.Errorf("%w: line %d: a person or a group is empty", ErrTable, line)
		}
		if _, twice := groups[name]; twice {
			return nil, fmt.Errorf("%w: line %d: %q stands there twice", ErrTable, line, name)
		}
		groups[name] = in
	}
	if len(groups) == 0 {
		return nil, fmt.Errorf("%w: it is empty", ErrTable)
	}
	return groups, nil
}

// Arrange puts photographs with the people of a table, in the order of names.
// Photographs of people who are in no group are left out and listed, and so are
// people of whom there is no photograph. Most, if above 0, is how many
// photographs of a person are taken.
func Arrange(names []string, person func(string) string, groups map[string]string, most int) (people []Person, left []Bad) {
	of := map[string]*Person{}
	strangers := map[string]int{}
	slices.Sort(names)
	for _, n := range names {
		who := person(n)
		group, known := groups[who]
		if !known {
			strangers[who]++
			continue
		}
		p := of[who]
		if p == nil {
			p = &Person{Name: who, Group: group}
			of[who] = p
		}
		if most <= 0 || len(p.Photographs) < most {
			p.Photographs = append(p.Photographs, n)
		}
	}
	for who, count := range strangers {
		left = append(left, Bad{who, fmt.Sprintf("is in no group: %d photographs left out", count)})
	}
	for who := range groups {
		if of[who] == nil {
			left = append(left, Bad{who, "has no photograph"})
		} else {
			people = append(people, *of[who])
		}
	}
	slices.SortFunc(people, func(a, b Person) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(left, func(a, b Bad) int { return strings.Compare(a.What, b.What) })
	return people, left
}

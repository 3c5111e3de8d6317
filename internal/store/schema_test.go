package store

import (
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/internal/store/pgtest"
)

// allowed is why a column of a table may be there, and what it may hold: texts and
// bytes no longer than longest, which the schema has to say too. moment says that
// it holds a time.
type allowed struct {
	longest int
	moment  bool
	why     string
}

// text, number and moment are short forms.
func text(longest int, why string) allowed { return allowed{longest: longest, why: why} }
func num(why string) allowed               { return allowed{why: why} }
func moment(why string) allowed            { return allowed{moment: true, why: why} }

// liveColumn is one of the live schema.
type liveColumn struct {
	table, name string
	long        bool   // text or bytes
	rule        string // all that the schema says of its table's values
}

func (c liveColumn) String() string { return c.table + "." + c.name }

// columnsOf reads the live schema. schema_version is goose's own.
func columnsOf(t testing.TB, s *Store) (all []liveColumn) {
	t.Helper()
	query := `SELECT m.name, p.name, lower(p.type), m.sql FROM sqlite_master m JOIN pragma_table_xinfo(m.name) p
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> 'schema_version' ORDER BY m.name, p.cid`
	if s.dialect == postgresDialect {
		query = `SELECT c.table_name, c.column_name, c.data_type,
			(SELECT coalesce(string_agg(pg_get_constraintdef(k.oid), ' '), '') FROM pg_constraint k WHERE k.conrelid = (quote_ident(c.table_name))::regclass)
			FROM information_schema.columns c WHERE c.table_schema NOT IN ('pg_catalog', 'information_schema') AND c.table_name <> 'schema_version'
			ORDER BY c.table_name, c.ordinal_position`
	}
	must(t, s.Read(t.Context(), func(tx *Tx) (err error) {
		all, err = list(tx, func(row scanner) (c liveColumn, err error) {
			var kind string
			err = row.Scan(&c.table, &c.name, &kind, &c.rule)
			switch kind {
			case "integer", "bigint":
			case "text", "blob", "bytea":
				c.long = true
			default:
				err = fmt.Errorf("%s has the type %s", c, kind)
			}
			return c, err
		}, query)
		return err
	}))
	return all
}

// longest returns how long a text or bytes can be, by the schema, or -1 if it
// does not say. What refers to another table is as long as what is there.
func (c liveColumn) longest() int {
	name := `"?` + regexp.QuoteMeta(c.name) + `"?`
	for _, form := range []string{
		`octet_length\(` + name + `\) (?:<=|=) (\d+)`,
		`octet_length\(` + name + `\) BETWEEN \d+ AND (\d+)`,
	} {
		if found := regexp.MustCompile(form).FindStringSubmatch(c.rule); found != nil {
			n, _ := strconv.Atoi(found[1])
			return n
		}
	}
	for _, form := range []string{
		`CHECK \(` + name + ` IN \('`, `\(` + name + ` = ANY \(ARRAY\['`, // one of some words
		`\b` + name + ` +(?:BLOB|TEXT)(?: NOT NULL)?(?: PRIMARY KEY)? REFERENCES `, `FOREIGN KEY \(` + name + `\) REFERENCES `,
	} {
		if regexp.MustCompile(form).MatchString(c.rule) {
			return 0
		}
	}
	return -1
}

// suspicious are words of what is never kept. Every word of a name counts.
var suspicious = regexp.MustCompile(`(^|_)(image|picture|photo|portrait|frame|video|face|reference|template|probe|capture|score|` +
	`feature|vector|landmark|thumbnail|passage|visit|visitor|presence|entered|left|opened|unlocked|seen|attended|latch|gps|location|ip|address)s?($|_)`)

// places and moments: a table that has both could be a list of who was where.
var place = regexp.MustCompile(`(^|_)(zone|door|member|gate|latch|station)s?($|_)`)

// problems says what of a live schema has no leave to be there.
func problems(live []liveColumn, leave map[string]allowed, together map[string]string) (all []string) {
	say := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	places, moments := map[string]string{}, map[string]string{}
	for _, c := range live {
		a, known := leave[c.String()]
		switch {
		case !known:
			say("%s: nobody said why it is there", c)
		case a.why == "":
			say("%s: no reason is given", c)
		case c.long && (a.longest <= 0 && c.longest() != 0 || c.longest() > a.longest || c.longest() < 0):
			say("%s: the schema lets it be %d bytes long, and it may be %d", c, c.longest(), a.longest)
		}
		if suspicious.MatchString(c.name) && !strings.HasPrefix(a.why, "named so: ") {
			say("%s: its name is that of something that is never kept", c)
		}
		if place.MatchString(c.name) || c.table == "members" {
			places[c.table] = c.name
		}
		if a.moment || !known && !c.long {
			moments[c.table] = c.name
		}
	}
	for _, table := range slices.Sorted(maps.Keys(places)) {
		if name, both := moments[table]; both && together[table] == "" {
			say("%s: %s and %s together could be a passage", table, places[table], name)
		}
	}
	return all
}

// onLive runs a test on a live schema of each database.
func onLive(t *testing.T, test func(t *testing.T, s *Store)) {
	t.Run("sqlite", func(t *testing.T) { test(t, mustOpen(t, filepath.Join(t.TempDir(), "site.db"))) })
	t.Run("postgres", func(t *testing.T) { test(t, mustOpen(t, pgtest.Shared(t).Database())) })
}

// TestPromise1TheSchemaHasNoRoom: no column could hold an image, a reference or a
// passage. Each has a reason, and a length in the schema.
func TestPromise1TheSchemaHasNoRoom(t *testing.T) {
	onLive(t, func(t *testing.T, s *Store) {
		live := columnsOf(t, s)
		for _, p := range problems(live, leave(), placesWithTimes()) {
			t.Error(p)
		}
		for name := range leave() {
			if !slices.ContainsFunc(live, func(c liveColumn) bool { return c.String() == name }) {
				t.Errorf("%s has leave to be there, and is not", name)
			}
		}
	})
}

// TestPromise5NoTableHasRoomForPassages: the test that reads the schema finds a
// column or a table in which a passage, an image or a reference would fit.
func TestPromise5NoTableHasRoomForPassages(t *testing.T) {
	onLive(t, func(t *testing.T, s *Store) {
		for _, more := range []string{
			"ALTER TABLE dockets ADD COLUMN portrait BLOB;",
			"ALTER TABLE dockets ADD COLUMN notes TEXT CHECK (octet_length(notes) <= 100);",
			"ALTER TABLE members ADD COLUMN seen INTEGER;",
			"ALTER TABLE counts ADD COLUMN minute INTEGER;",
			"ALTER TABLE dockets ADD COLUMN salt2 BLOB;",
			"CREATE TABLE entries (\n pass BLOB NOT NULL CHECK (octet_length(pass) = 16),\n door BLOB NOT NULL CHECK (octet_length(door) = 8),\n at INTEGER NOT NULL\n) STRICT;",
			"CREATE TABLE files (\n name TEXT NOT NULL CHECK (octet_length(name) <= 9),\n body BLOB\n) STRICT;",
		} {
			before := len(problems(columnsOf(t, s), leave(), placesWithTimes()))
			change(t, s, func(tx *Tx) error { return tx.run(s.dialect.schema(more)) })
			if after := problems(columnsOf(t, s), leave(), placesWithTimes()); len(after) <= before {
				t.Errorf("%s was not found", more)
			}
		}
		wide := []liveColumn{{table: "dockets", name: "salt", long: true, rule: "octet_length(salt) <= 4096"}}
		if len(problems(wide, leave(), nil)) == 0 {
			t.Error("a column that has become longer was not found")
		}
	})
}

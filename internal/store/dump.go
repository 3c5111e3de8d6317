package store

import (
	"fmt"
	"slices"
	"strings"
)

// Table is the form of a table, for who copies the whole database.
type Table struct {
	Name    string
	Columns []Column
}

// Column is one column of a [Table].
type Column struct {
	Name string
	// Type is "integer" (64 bits), "text" or "blob".
	Type string
	// Key says that it belongs to the primary key.
	Key bool
}

// notCopied are tables that belong to one database and not to a site: which
// migrations it has had, and who works on it at the moment.
var notCopied = []string{"schema_version", "leases"}

// Schema returns the number of the schema that the database has.
func (tx *Tx) Schema() (int64, error) {
	return one(tx, value[int64], `SELECT max(version_id) FROM schema_version`)
}

// Tables returns the tables of a site, in an order in which each comes after
// those that it refers to.
func (tx *Tx) Tables() ([]Table, error) {
	names, err := list(tx, value[string], tx.dialect.tables())
	if err != nil {
		return nil, err
	}
	var found []Table
	after := make(map[string][]string)
	for _, name := range names {
		if slices.Contains(notCopied, name) {
			continue
		}
		columns, err := list(tx, column, tx.dialect.columns(), name)
		if err != nil {
			return nil, err
		}
		if after[name], err = list(tx, value[string], tx.dialect.references(), name); err != nil {
			return nil, err
		}
		found = append(found, Table{name, columns})
	}
	return inOrder(found, after)
}

func column(row scanner) (c Column, err error) {
	var key int64
	err = row.Scan(&c.Name, &c.Type, &key)
	switch c.Type {
	case "bigint":
		c.Type = "integer"
	case "bytea":
		c.Type = "blob"
	}
	c.Key = key != 0
	return c, err
}

// inOrder puts each table behind those that it refers to.
func inOrder(tables []Table, after map[string][]string) (sorted []Table, err error) {
	placed := func(name string) bool {
		return slices.ContainsFunc(sorted, func(t Table) bool { return t.Name == name })
	}
	for len(sorted) < len(tables) {
		before := len(sorted)
		for _, t := range tables {
			ready := !slices.ContainsFunc(after[t.Name], func(name string) bool { return name != t.Name && !placed(name) })
			if ready && !placed(t.Name) {
				sorted = append(sorted, t)
			}
		}
		if len(sorted) == before {
			return nil, fmt.Errorf("%w: its tables refer to each other in a circle", ErrDamaged)
		}
	}
	return sorted, nil
}

// Rows calls f with every row of a table, by its key: int64, string, []byte or nil
// for each column. f keeps none of it.
func (tx *Tx) Rows(t Table, f func(values []any) error) error {
	var names, keys []string
	for _, c := range t.Columns {
		names = append(names, quote(c.Name))
		if c.Key {
			keys = append(keys, quote(c.Name)+tx.dialect.byBytes(c.Type))
		}
	}
	query := "SELECT " + strings.Join(names, ", ") + " FROM " + quote(t.Name)
	if len(keys) > 0 {
		query += " ORDER BY " + strings.Join(keys, ", ")
	}
	values, into := make([]any, len(names)), make([]any, len(names))
	for i := range values {
		into[i] = &values[i]
	}
	return tx.each(func(row scanner) error {
		if err := row.Scan(into...); err != nil {
			return err
		}
		return f(values)
	}, query)
}

// Counter returns the last number that a table gave to a row by itself, and
// whether it gives any.
func (tx *Tx) Counter(t Table) (last int64, counts bool, err error) {
	column, err := tx.counterColumn(t)
	if err != nil || column == "" {
		return 0, false, err
	}
	query, args := tx.dialect.counter(), []any{t.Name}
	if tx.dialect == postgresDialect {
		args = append(args, column)
	}
	found, err := list(tx, value[*int64], query, args...)
	if err == nil && len(found) > 0 && found[0] != nil {
		last = *found[0]
	}
	return last, true, err
}

// counterColumn returns the column that the database numbers, or "".
func (tx *Tx) counterColumn(t Table) (string, error) {
	if tx.dialect == postgresDialect {
		found, err := list(tx, value[string], `SELECT column_name FROM information_schema.columns
			WHERE table_schema = current_schema() AND table_name = ? AND is_identity = 'YES'`, t.Name)
		if err != nil || len(found) == 0 {
			return "", err
		}
		return found[0], nil
	}
	made, err := one(tx, value[string], `SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?`, t.Name)
	if err != nil || !strings.Contains(strings.ToUpper(made), "AUTOINCREMENT") {
		return "", err
	}
	for _, c := range t.Columns {
		if c.Key {
			return c.Name, nil
		}
	}
	return "", nil
}

// quote makes an identifier of a name, whatever is in it.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// tables is a query for the names of all tables.
func (d dialect) tables() string {
	if d == postgresDialect {
		return `SELECT CAST(table_name AS text) FROM information_schema.tables
			WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY table_name COLLATE "C"`
	}
	return `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY name`
}

// columns is a query for a table's columns, in an order of their own.
func (d dialect) columns() string {
	if d == postgresDialect {
		return `SELECT CAST(c.column_name AS text), CAST(c.data_type AS text), (
				SELECT count(*) FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
				WHERE i.indisprimary AND i.indrelid = CAST(quote_ident(c.table_name) AS regclass) AND a.attname = c.column_name)
			FROM information_schema.columns c WHERE c.table_schema = current_schema() AND c.table_name = ? ORDER BY c.ordinal_position`
	}
	return `SELECT name, CASE type WHEN 'INTEGER' THEN 'bigint' WHEN 'BLOB' THEN 'bytea' ELSE lower(type) END, pk FROM pragma_table_info(?) ORDER BY cid`
}

// references is a query for the tables that a table refers to.
func (d dialect) references() string {
	if d == postgresDialect {
		return `SELECT DISTINCT CAST(r.relname AS text) FROM pg_constraint k JOIN pg_class r ON r.oid = k.confrelid
			WHERE k.contype = 'f' AND k.conrelid = CAST(quote_ident(?) AS regclass)`
	}
	return `SELECT DISTINCT "table" FROM pragma_foreign_key_list(?)`
}

// counter is a query for the last number that a table gave.
func (d dialect) counter() string {
	if d == postgresDialect {
		return `SELECT pg_sequence_last_value(CAST(pg_get_serial_sequence(quote_ident(?), ?) AS regclass))`
	}
	return `SELECT seq FROM sqlite_sequence WHERE name = ?`
}

// byBytes has text sorted as its bytes are.
func (d dialect) byBytes(kind string) string {
	if d == postgresDialect && kind == "text" {
		return ` COLLATE "C"`
	}
	return ""
}

package store

import "errors"

// CountRow is what doors of a zone counted on a day, together and rounded. Which
// of them counted what is not kept.
type CountRow struct {
	Day         string // as 2006-01-02
	Zone        string
	Reason      string
	Least, Most int64
}

// AddCount adds to what the doors of a zone counted on a day.
func (tx *Tx) AddCount(r CountRow) error {
	return tx.run(`INSERT INTO counts (day, zone, reason, least, most) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (day, zone, reason) DO UPDATE SET least = counts.least + excluded.least, most = counts.most + excluded.most`,
		r.Day, r.Zone, r.Reason, r.Least, r.Most)
}

// Counts returns the counts of some days, both included.
func (tx *Tx) Counts(first, last string) ([]CountRow, error) {
	return list(tx, func(row scanner) (r CountRow, err error) {
		err = row.Scan(&r.Day, &r.Zone, &r.Reason, &r.Least, &r.Most)
		return r, err
	}, `SELECT day, zone, reason, least, most FROM counts WHERE day >= ? AND day <= ? ORDER BY day, zone, reason`, first, last)
}

// Counted returns the last day of which a door has sent counts, or "".
func (tx *Tx) Counted(member [8]byte) (string, error) {
	day, err := one(tx, value[string], `SELECT day FROM counted WHERE member = ?`, member[:])
	if errors.Is(err, ErrNotFound) {
		return "", nil
	}
	return day, err
}

// SetCounted notes the last day of which a door has sent counts.
func (tx *Tx) SetCounted(member [8]byte, day string) error {
	return tx.run(`INSERT INTO counted (member, day) VALUES (?, ?) ON CONFLICT (member) DO UPDATE SET day = excluded.day`, member[:], day)
}

// ReportRow is what a door's machine said of itself.
type ReportRow struct {
	Kind  string
	Times int64
	Last  string // the day of the last report
}

// AddReport adds to what a door's machine said of itself, up to a largest number.
func (tx *Tx) AddReport(member [8]byte, r ReportRow, largest int64) error {
	if err := tx.run(`INSERT INTO reports (member, kind, times, last) VALUES (?, ?, ?, ?)
		ON CONFLICT (member, kind) DO UPDATE SET times = reports.times + excluded.times, last = excluded.last`,
		member[:], r.Kind, r.Times, r.Last); err != nil {
		return err
	}
	return tx.run(`UPDATE reports SET times = ? WHERE member = ? AND kind = ? AND times > ?`, largest, member[:], r.Kind, largest)
}

// Reports returns what a door's machine said of itself.
func (tx *Tx) Reports(member [8]byte) ([]ReportRow, error) {
	return list(tx, func(row scanner) (r ReportRow, err error) {
		err = row.Scan(&r.Kind, &r.Times, &r.Last)
		return r, err
	}, `SELECT kind, times, last FROM reports WHERE member = ? ORDER BY kind`, member[:])
}

// AllReports returns what the machines of all doors said of themselves.
func (tx *Tx) AllReports() (map[[8]byte][]ReportRow, error) {
	all := make(map[[8]byte][]ReportRow)
	err := tx.each(func(row scanner) error {
		var r ReportRow
		var member []byte
		if err := row.Scan(&member, &r.Kind, &r.Times, &r.Last); err != nil {
			return err
		}
		var id [8]byte
		if err := fill(id[:], member); err != nil {
			return err
		}
		all[id] = append(all[id], r)
		return nil
	}, `SELECT member, kind, times, last FROM reports ORDER BY member, kind`)
	return all, err
}

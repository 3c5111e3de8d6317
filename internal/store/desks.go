package store

// DeskCountRow is how checks at all desks of a site ended on a day, together and
// rounded. Which desk counted what is not kept, and nothing about whose they were.
type DeskCountRow struct {
	Day         string // as 2006-01-02
	Outcome     string
	Least, Most int64
}

// AddDeskCount adds to what desks counted on a day.
func (tx *Tx) AddDeskCount(r DeskCountRow) error {
	return tx.run(`INSERT INTO desk_counts (day, outcome, least, most) VALUES (?, ?, ?, ?)
		ON CONFLICT (day, outcome) DO UPDATE SET least = desk_counts.least + excluded.least, most = desk_counts.most + excluded.most`,
		r.Day, r.Outcome, r.Least, r.Most)
}

// DeskCounts returns the counts of some days, both included.
func (tx *Tx) DeskCounts(first, last string) ([]DeskCountRow, error) {
	return list(tx, func(row scanner) (r DeskCountRow, err error) {
		err = row.Scan(&r.Day, &r.Outcome, &r.Least, &r.Most)
		return r, err
	}, `SELECT day, outcome, least, most FROM desk_counts WHERE day >= ? AND day <= ? ORDER BY day, outcome`, first, last)
}

package store

// CorrectionRow is a row of corrections. Asked and Answered are days; Answered is 0
// while nobody has answered.
type CorrectionRow struct {
	Holder   string
	Version  int64
	Wish     string
	Asked    int64
	Answer   string
	Answered int64
}

const correctionColumns = `holder, version, wish, asked, answer, answered`

func scanCorrection(row scanner) (c CorrectionRow, err error) {
	err = row.Scan(&c.Holder, &c.Version, &c.Wish, &c.Asked, &c.Answer, &c.Answered)
	return c, err
}

// AskCorrection keeps what a holder says is wrong, in the place of what they said
// before.
func (tx *Tx) AskCorrection(c CorrectionRow) error {
	return tx.run(`INSERT INTO corrections (`+correctionColumns+`) VALUES (?, 1, ?, ?, '', 0)
		ON CONFLICT (holder) DO UPDATE SET version = corrections.version + 1, wish = excluded.wish, asked = excluded.asked, answer = '', answered = 0`,
		c.Holder, c.Wish, c.Asked)
}

// AnswerCorrection keeps what was answered. It fails with [ErrConflict] unless c has
// the newest version.
func (tx *Tx) AnswerCorrection(c CorrectionRow) error {
	return tx.runOne(`UPDATE corrections SET version = version + 1, answer = ?, answered = ? WHERE holder = ? AND version = ?`,
		c.Answer, c.Answered, c.Holder, c.Version)
}

// Correction returns a holder's, or [ErrNotFound].
func (tx *Tx) Correction(holder string) (CorrectionRow, error) {
	return one(tx, scanCorrection, `SELECT `+correctionColumns+` FROM corrections WHERE holder = ?`, holder)
}

// WaitingCorrections returns at most limit that nobody has answered, the oldest
// first.
func (tx *Tx) WaitingCorrections(limit int) ([]CorrectionRow, error) {
	return list(tx, scanCorrection, `SELECT `+correctionColumns+` FROM corrections WHERE answered = 0 ORDER BY asked, holder LIMIT ?`, limit)
}

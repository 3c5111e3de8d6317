package store

// NoticeRow is a row of notices.
type NoticeRow struct {
	Hash              []byte
	Rules             string
	Number, Published int64
	Document          string
}

const noticeColumns = `hash, rules, number, published, document`

func scanNotice(row scanner) (n NoticeRow, err error) {
	err = row.Scan(&n.Hash, &n.Rules, &n.Number, &n.Published, &n.Document)
	return n, err
}

// AddNotice adds a notice. It fails with [ErrConflict] if there is one with its
// hash, or its number for the same rules.
func (tx *Tx) AddNotice(n NoticeRow) error {
	return tx.run(`INSERT INTO notices (`+noticeColumns+`) VALUES (?, ?, ?, ?, ?)`, n.Hash, n.Rules, n.Number, n.Published, n.Document)
}

// Notice returns a notice by its hash, or [ErrNotFound].
func (tx *Tx) Notice(hash []byte) (NoticeRow, error) {
	return one(tx, scanNotice, `SELECT `+noticeColumns+` FROM notices WHERE hash = ?`, hash)
}

// CurrentNotice returns the newest for some rules, or [ErrNotFound].
func (tx *Tx) CurrentNotice(rules string) (NoticeRow, error) {
	return one(tx, scanNotice, `SELECT `+noticeColumns+` FROM notices WHERE rules = ? ORDER BY number DESC LIMIT 1`, rules)
}

// DeskNoticeRow is what people are told at desks from some time on, in the operator's
// own words.
type DeskNoticeRow struct {
	Number    int64 // counts them, from 1
	Hash      []byte
	Published int64
	Document  string
}

func scanDeskNotice(row scanner) (n DeskNoticeRow, err error) {
	err = row.Scan(&n.Number, &n.Hash, &n.Published, &n.Document)
	return n, err
}

const deskNoticeColumns = `number, hash, published, document`

// AddDeskNotice adds the next notice of desks. It fails with [ErrConflict] if there is
// one with its number.
func (tx *Tx) AddDeskNotice(n DeskNoticeRow) error {
	return tx.run(`INSERT INTO desk_notices (`+deskNoticeColumns+`) VALUES (?, ?, ?, ?)`, n.Number, n.Hash, n.Published, n.Document)
}

// DeskNotices returns all, the newest first.
func (tx *Tx) DeskNotices() ([]DeskNoticeRow, error) {
	return list(tx, scanDeskNotice, `SELECT `+deskNoticeColumns+` FROM desk_notices ORDER BY number DESC`)
}

// CurrentDeskNotice returns the newest, or [ErrNotFound].
func (tx *Tx) CurrentDeskNotice() (DeskNoticeRow, error) {
	return one(tx, scanDeskNotice, `SELECT `+deskNoticeColumns+` FROM desk_notices ORDER BY number DESC LIMIT 1`)
}

// Notices returns all, the newest first.
func (tx *Tx) Notices() ([]NoticeRow, error) {
	return list(tx, scanNotice, `SELECT `+noticeColumns+` FROM notices ORDER BY published DESC, rules, number DESC`)
}

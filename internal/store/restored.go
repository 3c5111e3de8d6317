package store

// DropAccess ends whatever lets somebody in without a key of their own: sessions,
// links, recovery codes, API tokens and join codes. A database that was put back
// would revive those that were used or ended since.
func (tx *Tx) DropAccess() error {
	for _, query := range []string{
		`DELETE FROM operator_sessions`, `DELETE FROM holder_sessions`, `DELETE FROM links`,
		`DELETE FROM operator_codes`, `DELETE FROM tokens`, `DELETE FROM join_codes`,
	} {
		if err := tx.run(query); err != nil {
			return err
		}
	}
	return nil
}

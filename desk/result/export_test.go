package result

// Digest is digest.
func Digest(disclosure string) string { return digest(disclosure) }

// Sign is Keys.sign.
func (k *Keys) Sign(typ string, payload []byte) (string, error) { return k.sign(typ, payload) }

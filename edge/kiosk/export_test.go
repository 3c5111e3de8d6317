package kiosk

// Redeem is what POST /pair does.
func Redeem(s *Server, code string, key []byte) (string, error) { return s.redeem(code, key) }

package vectors

// Agreement is what belongs to spec/consent.md: notices, and receipts of consents
// to them.
type Agreement struct {
	// Issuer is the key that receipts are signed with, a SubjectPublicKeyInfo.
	Issuer   Hex           `json:"issuer"`
	Notices  []AgreedTo    `json:"notices"`
	Receipts []ReceiptText `json:"receipts"`
}

// AgreedTo is a notice as somebody wrote it, its one form and the hash of that.
// Error is true for one that must be refused; then there is neither.
type AgreedTo struct {
	Vector
	JSON   string `json:"json"`
	Form   string `json:"form,omitempty"`
	SHA256 Hex    `json:"sha256,omitempty"`
	Error  bool   `json:"error,omitempty"`
}

// ReceiptText is a receipt, and the notice, by its name, that it is checked with.
// Error is true for one that is not good.
type ReceiptText struct {
	Vector
	Receipt   string `json:"receipt"`
	Notice    string `json:"notice"`
	Consent   Hex    `json:"consent,omitempty"`
	Withdrawn bool   `json:"withdrawn,omitempty"`
	Error     bool   `json:"error,omitempty"`
}

// TheAgreement returns the notices and receipts.
func TheAgreement() (Agreement, error) { return load[Agreement]("agreement.json") }

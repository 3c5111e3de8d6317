package bundle

// For fuzzing what is inside of a relay text.
var (
	DecodeSecrets = decodeSecrets
	EncodeSecrets = Secrets.encode
)

package pass

// For the tests that use the vectors, which import this package.
var (
	Encode45 = encode45
	Decode45 = decode45
)

// Encrypt is for the test that looks at the plaintext afterwards.
var Encrypt = encrypt

package desk

import (
	"crypto/sha256"

	"github.com/facelatch/facelatch/internal/doorapi"
)

// Notice is what a person is told before their face is compared at a desk, by
// language (BCP 47), where the operator has no text of their own.
func Notice() map[string]string { return doorapi.OwnNotice() }

// NoticeHash is the SHA-256 of [Notice], for [consent.Choice].
func NoticeHash() [sha256.Size]byte {
	all := Notice()
	return sha256.Sum256([]byte(all["en"] + "\n" + all["zh-CN"]))
}

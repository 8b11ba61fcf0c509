package archive

import (
	"crypto/sha256"
	"encoding/hex"
)

// Digest is "sha256:" and 64 lower-case hexadecimal digits, or "" where there
// is nothing to name.
type Digest string

// DigestOf returns the SHA-256 of b.
func DigestOf(b []byte) Digest {
	sum := sha256.Sum256(b)
	return Digest("sha256:" + hex.EncodeToString(sum[:]))
}

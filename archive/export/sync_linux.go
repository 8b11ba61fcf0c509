package export

import (
	"os"

	"golang.org/x/sys/unix"
)

// syncAll makes everything below dir durable: one call for the file system where
// a call for each of a hundred thousand files would take minutes.
func syncAll(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return unix.Syncfs(int(f.Fd()))
}

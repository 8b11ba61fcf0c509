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

// startSync asks the system to begin writing n bytes of f to the disk, and does not
// wait for it. It promises nothing: f is synced in the end.
func startSync(f *os.File, from, n int64) {
	unix.SyncFileRange(int(f.Fd()), from, n, unix.SYNC_FILE_RANGE_WRITE)
}

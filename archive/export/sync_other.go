//go:build !linux

package export

import (
	"errors"
	"os"
	"path/filepath"
)

// syncAll makes everything below dir durable.
func syncAll(dir string) error {
	return eachFile(dir, func(name string) error {
		f, err := os.OpenFile(filepath.Join(dir, filepath.FromSlash(name)), os.O_RDWR, 0)
		if err != nil {
			return err
		}
		return errors.Join(f.Sync(), f.Close())
	})
}

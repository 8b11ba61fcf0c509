package export

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
)

// publish writes the receipt and the bag's tag files, makes everything durable
// and puts it in place. Only then the cursor moves on.
func (r *run) publish(cur *cursor, held Archive) error {
	s, target := r.stage, r.path()
	files := slices.Clone(s.list())
	about := Receipt{Version: 1, Job: r.job, Archive: held, Records: r.report.Records, Files: files, Damaged: r.report.Damaged}
	text, err := about.text()
	if err != nil {
		return err
	}
	folder := r.to.folder(r.job)
	if folder || r.to.Receipt {
		name := receiptName
		if !folder {
			name = filepath.Base(target) + receiptSuffix
		}
		if _, err := s.write(name, text); err != nil {
			return err
		}
	}
	if r.to.Bag {
		if err := writeBag(s, slices.Clone(s.list()), about); err != nil {
			return err
		}
	}
	r.report.Files = slices.Clone(s.list())
	if folder {
		err = r.placeFolder(target)
	} else {
		err = r.placeFile(target)
	}
	if err != nil {
		return err
	}
	if err := cur.move(s); err != nil {
		return err
	}
	return s.remove()
}

// write makes a small file of the export.
func (s *stage) write(name string, text []byte) (File, error) {
	f, err := s.create(name)
	if err != nil {
		return File{}, err
	}
	if _, err := f.Write(text); err != nil {
		f.abandon()
		return File{}, err
	}
	return f.file(), f.Close()
}

// placeFolder puts the export where target is, in place of a former one.
func (r *run) placeFolder(target string) error {
	out, old := filepath.Join(r.stage.dir, outFolder), filepath.Join(r.stage.dir, "replaced")
	if err := syncFolders(out); err != nil {
		return err
	}
	switch err := os.Rename(target, old); {
	case err != nil && !errors.Is(err, os.ErrNotExist):
		return failure(target, err)
	}
	if err := os.Rename(out, target); err != nil {
		return failure(target, err)
	}
	return syncFolder(filepath.Dir(target))
}

// placeFile puts file and receipt in place. A receipt of what stood there is
// gone before the file is replaced: none is better than a wrong one.
func (r *run) placeFile(target string) error {
	receipt := target + receiptSuffix
	if err := os.Remove(receipt); err != nil && !errors.Is(err, os.ErrNotExist) {
		return failure(receipt, err)
	}
	from := r.stage.out(filepath.Base(target))
	if info, err := os.Stat(target); err == nil {
		if err := os.Chmod(from, info.Mode().Perm()); err != nil {
			return failure(target, err)
		}
	}
	if err := os.Rename(from, target); err != nil {
		return failure(target, err)
	}
	if r.to.Receipt {
		if err := os.Rename(from+receiptSuffix, receipt); err != nil {
			return failure(receipt, err)
		}
	}
	return syncFolder(filepath.Dir(target))
}

// syncFolders makes the names in dir, and below it, durable.
func syncFolders(dir string) error {
	return filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		return syncFolder(path)
	})
}

package export

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// publish writes the receipt and the bag's tag files, makes everything durable
// and puts it in place. Only then the cursor moves on.
func (r *run) publish(cur *cursor, held Archive) error {
	if err := r.forget(); err != nil {
		return err
	}
	s, target := r.stage, r.path()
	increment, err := r.increment()
	if err != nil {
		return err
	}
	about := Receipt{Version: 1, Job: r.job, Archive: held, Records: r.report.Records, Files: slices.Clone(s.list()), Damaged: r.report.Damaged, Increment: increment}
	folder := r.to.folder(r.job)
	if folder || r.to.Receipt || increment != nil {
		name := receiptName
		if !folder {
			name = filepath.Base(target) + receiptSuffix
		}
		if _, err := s.write(name, about.writeTo); err != nil {
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
		err = syncFolders(filepath.Join(s.dir, outFolder))
	}
	if err == nil && cur != nil {
		err = r.announce()
	}
	if err != nil {
		return err
	}
	if err = r.place(target); err == nil {
		err = cur.move(s)
	}
	if err != nil {
		return r.unended(err)
	}
	return s.remove()
}

// increment says behind what the export begins; nil: it has no cursor.
func (r *run) increment() (*Increment, error) {
	if r.to.Cursor == "" {
		return nil, nil
	}
	before, err := hashFile(r.to.Cursor)
	if errors.Is(err, fs.ErrNotExist) {
		return &Increment{}, nil
	}
	return &Increment{After: before.SHA256}, err
}

// place puts file or folder in place, unless another has come to stand there.
func (r *run) place(target string) error {
	if _, err := os.Lstat(r.placing()); err == nil {
		if err := r.vacant(target); err != nil {
			return err
		}
	}
	if r.to.folder(r.job) {
		return r.placeFolder(target)
	}
	return r.placeFile(target)
}

// placing is what is to stand at the target: there until it does.
func (r *run) placing() string {
	out := filepath.Join(stageOf(r.path()), outFolder)
	if r.to.folder(r.job) {
		return out
	}
	return filepath.Join(out, filepath.Base(r.path()))
}

// replacedReceipt is where the receipt of a former export is while the file that it
// is of is replaced.
func (r *run) replacedReceipt() string {
	return filepath.Join(stageOf(r.path()), replacedFolder+receiptSuffix)
}

// vacant says why the target, which was free or could be replaced when the export
// began, cannot be any more.
func (r *run) vacant(target string) error {
	if r.to.Cursor == "" {
		return r.checkTarget(false)
	}
	if _, err := os.Lstat(target); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("write %q: another has come to stand there since the export began: move it", r.to.Path)
	}
	return nil
}

// write makes a file of the export of what text writes.
func (s *stage) write(name string, text func(io.Writer) error) (File, error) {
	f, err := s.create(name)
	if err != nil {
		return File{}, err
	}
	if err := text(f); err != nil {
		f.abandon()
		return File{}, err
	}
	return f.file(), f.Close()
}

// placeFolder puts the export where target is, in place of a former one. It is
// there already where the stage has none.
func (r *run) placeFolder(target string) error {
	out, old := filepath.Join(r.stage.dir, outFolder), filepath.Join(r.stage.dir, replacedFolder)
	if _, err := os.Stat(out); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err := os.Rename(target, old); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return failure(target, err)
	}
	if err := os.Rename(out, target); err != nil {
		return errors.Join(failure(target, err), r.stage.putBack(target))
	}
	return syncFolder(filepath.Dir(target))
}

// putBack undoes or ends what was cut short between the two renames of
// placeFolder and its end: a former export stands at the target again where
// nothing else does, and goes where another has taken its place.
func (s *stage) putBack(target string) error {
	old := filepath.Join(s.dir, replacedFolder)
	if _, err := os.Lstat(old); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if _, err := os.Lstat(target); err == nil {
		return os.RemoveAll(old)
	}
	if err := os.Rename(old, target); err != nil {
		return failure(target, err)
	}
	return syncFolder(filepath.Dir(target))
}

// placeFile puts file and receipt in place, those that the stage still has. A
// receipt of what stood there goes into the stage before the file is replaced: none
// is better than a wrong one.
func (r *run) placeFile(target string) error {
	from, receipt := r.placing(), target+receiptSuffix
	if _, err := os.Stat(from); err == nil {
		if err := os.Rename(receipt, r.replacedReceipt()); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return failure(receipt, err)
		}
		if info, err := os.Stat(target); err == nil {
			if err := os.Chmod(from, info.Mode().Perm()); err != nil {
				return errors.Join(failure(target, err), r.keepReceipt(receipt))
			}
		}
		if err := os.Rename(from, target); err != nil {
			return errors.Join(failure(target, err), r.keepReceipt(receipt))
		}
	}
	if err := os.Rename(from+receiptSuffix, receipt); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return failure(receipt, err)
	}
	return syncFolder(filepath.Dir(target))
}

// keepReceipt puts the receipt of what stands at the target back.
func (r *run) keepReceipt(receipt string) error {
	if err := os.Rename(r.replacedReceipt(), receipt); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return failure(receipt, err)
	}
	return nil
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

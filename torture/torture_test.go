package torture_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"fangzhi/archive"
	"fangzhi/archive/sqlite"
	"fangzhi/torture"
)

// options build the real program; archives are kept in memory where there is a
// folder for that.
func options(t *testing.T) torture.Options {
	t.Helper()
	program := filepath.Join(t.TempDir(), "fangzhi")
	if out, err := exec.Command("go", "build", "-o", program, "fangzhi/cmd/fangzhi").CombinedOutput(); err != nil {
		t.Fatalf("build: %v: %s", err, out)
	}
	o := torture.Options{
		Program: program, Dir: torture.Memory(t.TempDir()), Seed: 1, Log: t.Output(),
		Open: func(ctx context.Context, spec string) (archive.Store, error) {
			path, _ := strings.CutPrefix(spec, "sqlite:")
			return sqlite.Open(ctx, path, sqlite.Options{})
		},
	}
	t.Cleanup(func() {
		if !t.Failed() {
			os.RemoveAll(o.Dir)
		}
	})
	return o
}

func hold(t *testing.T, f torture.Figures, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s: %d points, %d tried, %d visits reported, %d lost, %v", f.Name, f.Points, f.Tried, f.Acked, f.Lost, f.Took)
	for i, fault := range f.Faults {
		if t.Error(fault); i > 10 {
			t.Fatalf("and %d more", len(f.Faults)-i)
		}
	}
	if f.Lost > 0 || f.Tried == 0 {
		t.Errorf("%d lost, %d tried", f.Lost, f.Tried)
	}
}

func TestKills(t *testing.T) {
	o := options(t)
	f, err := torture.Kills(t.Context(), o, "sqlite:"+filepath.Join(o.Dir, "a.db"), 40, 8)
	hold(t, f, err)
}

func TestCrashes(t *testing.T) {
	if !torture.CanTrace() {
		t.Skip("calls can be traced on linux/amd64 alone")
	}
	o := options(t)
	o.Every = 31 // all of them: make torture
	f, err := torture.Crashes(t.Context(), o, 2)
	hold(t, f, err)
}

func TestFaults(t *testing.T) {
	if !torture.CanTrace() {
		t.Skip("calls can be traced on linux/amd64 alone")
	}
	o := options(t)
	o.Every = 41
	f, err := torture.Faults(t.Context(), o, 2)
	hold(t, f, err)
}

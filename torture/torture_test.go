package torture_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"fangzhi/archive"
	"fangzhi/archive/mongo"
	"fangzhi/archive/sqlite"
	"fangzhi/torture"
)

// options build the real program; archives are kept in memory where there is a
// folder for that.
func options(t *testing.T) torture.Options {
	t.Helper()
	program, err := build()
	if err != nil {
		t.Fatal(err)
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

var folder string

// build builds the program once.
var build = sync.OnceValues(func() (string, error) {
	program := filepath.Join(folder, "fangzhi")
	if out, err := exec.Command("go", "build", "-o", program, "fangzhi/cmd/fangzhi").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w: %s", err, out)
	}
	return program, nil
})

func TestMain(m *testing.M) {
	var err error
	if folder, err = os.MkdirTemp("", "fangzhi-torture-"); err != nil {
		panic(err)
	}
	code := m.Run()
	os.RemoveAll(folder)
	os.Exit(code)
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
	if f.Lost > 0 || f.Tried == 0 || f.Acked == 0 {
		t.Errorf("%d lost, %d tried, %d reported", f.Lost, f.Tried, f.Acked)
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

// A report that the archive does not bear out is found.
func TestFindsLoss(t *testing.T) {
	o := options(t)
	store, err := o.Open(t.Context(), "sqlite:"+filepath.Join(o.Dir, "a.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	lost, faults, err := torture.Sound(t.Context(), store, map[string]int{"http://127.0.0.1:1/": 2})
	if err != nil || lost != 2 || len(faults) != 0 {
		t.Errorf("%d lost, %v, %v; want 2", lost, faults, err)
	}
}

// Messages to a MongoDB server, of a crawl that is small enough for a test.
func TestLines(t *testing.T) {
	uri := os.Getenv("FANGZHI_TEST_MONGODB")
	if uri == "" {
		t.Skip("FANGZHI_TEST_MONGODB is not set")
	}
	o := options(t)
	o.Every = 29
	o.Drop, o.Empty = mongo.Drop, mongo.Empty
	o.Open = func(ctx context.Context, spec string) (archive.Store, error) {
		return mongo.Open(ctx, spec, mongo.Options{})
	}
	f, err := torture.Lines(t.Context(), o, uri, 1)
	hold(t, f, err)
}

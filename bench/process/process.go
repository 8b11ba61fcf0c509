// Package process builds the programs that benchmarks measure, and asks the
// operating system about them, and about the process of a test.
//
//	process.go   building, and whether the machine is free for it
//	usage_*.go   memory and processor time
package process

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
)

// Build builds the program of a package into file.
func Build(ctx context.Context, file, pkg string, notes io.Writer) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-o", file, pkg)
	cmd.Stderr = notes
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("build %s: %w", pkg, err)
	}
	return nil
}

// WarnBusy notes that the machine is busy, where it is and the system tells, and
// what that does to the figures.
func WarnBusy(notes io.Writer, effect string) {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return
	}
	var load float64 // processes that ran or waited to run over the last minute
	if _, err := fmt.Sscan(string(text), &load); err != nil || load <= float64(runtime.NumCPU())/2 {
		return
	}
	fmt.Fprintf(notes, "bench: the machine is busy (load %.1f on %d processors): %s\n", load, runtime.NumCPU(), effect)
}

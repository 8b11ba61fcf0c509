package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"fangzhi/archive"
)

const checkpointHelp = `Seal every entry that is recorded, and write a checkpoint of the archive's log:
the number of entries, and a hash over all of them. Keep it where the archive's
keeper cannot change it (print it, mail it, have it time-stamped): with it
"fangzhi verify --checkpoint FILE" tells later whether any entry that was sealed
by then has been changed or taken away since.

A file that is there is never written over: an earlier checkpoint is evidence. One
that has this very checkpoint, of an archive that has not grown, stays as it is.`

func checkpointCommand(a *app) *cobra.Command {
	var output string
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "checkpoint",
		Short:   "Write a checkpoint of the log",
		Long:    checkpointHelp,
		Example: "  fangzhi checkpoint -o 2026-03-01.checkpoint",
		Args:    needs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			held, err := heldCheckpoint(output)
			if err != nil {
				return err
			}
			store, err := a.open(cmd.Context(), update)
			if err != nil {
				return err
			}
			defer store.Close()
			c, err := store.Seal(cmd.Context(), a.now())
			if err != nil {
				return err
			}
			if c.Size == 0 {
				return errors.New("checkpoint: nothing is recorded in the archive yet")
			}
			switch {
			case held != nil && held.Size == c.Size && held.Root == c.Root:
				a.hint("%s has this checkpoint, made at %s: nothing was recorded since", output, moment(held.At))
				return nil
			case held != nil:
				return fmt.Errorf("write %q: holds another checkpoint, of %s, made at %s, which is evidence and stays: name another file", output, plural(held.Size, "entry"), moment(held.At))
			}
			text := []byte(c.String())
			if asJSON {
				if text, err = json.Marshal(checkpointJSON{c.Size, c.Root.String(), c.At}); err != nil {
					return err
				}
				text = append(text, '\n')
			}
			return a.writeOut(output, text)
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "-", "write to `FILE`; - is standard output")
	cmd.Flags().BoolVar(&asJSON, "json", false, "JSON")
	return cmd
}

// checkpointJSON is a checkpoint as scripts read it.
type checkpointJSON struct {
	Size int64     `json:"size"`
	Root string    `json:"root"`
	At   time.Time `json:"at"`
}

// heldCheckpoint returns the checkpoint that stands where one is to be written, nil
// where nothing does. Whatever else stands there is an error.
func heldCheckpoint(path string) (*archive.Checkpoint, error) {
	info, err := os.Stat(path)
	if path == "-" || err != nil || !info.Mode().IsRegular() || info.Size() == 0 {
		return nil, nil // what cannot be written tells so then
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	c, err := archive.ParseCheckpoint(string(b))
	if err != nil {
		return nil, fmt.Errorf("write %q: is there, and a checkpoint replaces nothing: name another file", path)
	}
	return &c, nil
}

// readCheckpoint reads a checkpoint from a file.
func readCheckpoint(path string) (c archive.Checkpoint, err error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return c, err
	}
	if c, err = archive.ParseCheckpoint(string(b)); err != nil {
		return c, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

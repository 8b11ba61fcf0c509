package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"fangzhi/archive"
	"fangzhi/archive/proof"
)

const proveHelp = `Write a proof that an entry is in the archive's log: what was recorded of one
visit, with the version that it cut, and the hashes that lead from there to a
checkpoint. "fangzhi verify --proof FILE" checks it without the archive.

Without @VERSION the latest version is proved; of a page without versions, and
with --at, a visit. The proof leads to a checkpoint of now or, with
--checkpoint, to one that was made earlier: who holds that one since then knows
by the proof that the entry was there at that time. A file that is there is
never written over.`

func proveCommand(a *app) *cobra.Command {
	var site, at, checkpoint, output string
	cmd := &cobra.Command{
		Use:     "prove URL[@VERSION]",
		Short:   "Prove that an entry is in the log",
		Long:    proveHelp,
		Example: "  fangzhi prove https://www.example.gov.cn/art/1.html@2 -o art1.proof\n  fangzhi verify --proof art1.proof",
		Args:    needs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			var c archive.Checkpoint
			if checkpoint != "" {
				var err error
				if c, err = readCheckpoint(checkpoint); err != nil {
					return err
				}
			}
			store, err := a.open(ctx, update)
			if err != nil {
				return err
			}
			defer store.Close()
			url, version := cutVersion(args[0])
			page, err := onePage(ctx, store, site, url)
			if err != nil {
				return err
			}
			visit, err := a.visitOf(ctx, store, page, version, at)
			if err != nil {
				return err
			}
			now, err := store.Seal(ctx, a.now())
			if err != nil {
				return err
			}
			if checkpoint == "" {
				c = now
			}
			p, err := prove(ctx, store, visit, c)
			if err != nil {
				return err
			}
			return a.writeOut(output, p.Append(nil))
		},
	}
	cmd.Flags().StringVar(&site, "site", "", "the `SITE`, where several have the page")
	cmd.Flags().StringVar(&at, "at", "", "the visit at this `TIME`, as fangzhi log --json prints it")
	cmd.Flags().StringVar(&checkpoint, "checkpoint", "", "lead to the checkpoint in `FILE`")
	cmd.Flags().StringVarP(&output, "output", "o", "-", "write to `FILE`; - is standard output")
	return cmd
}

// visitOf returns the visit that cut a version of a page, or the one at a time.
// Without either it is that of the latest version, or the last visit where
// there is no version.
func (a *app) visitOf(ctx context.Context, store archive.Store, p archive.Page, version int, at string) (archive.Visit, error) {
	if version > p.Versions {
		return archive.Visit{}, fmt.Errorf("page %q: there is no version %d; it has %d", p.URL, version, p.Versions)
	}
	if version == 0 {
		version = p.Versions
	}
	when, err := instant(at, a.now())
	if err != nil {
		return archive.Visit{}, usage("--at: %w", err)
	}
	var last archive.Visit
	for visit, err := range store.Visits(ctx, archive.Filter{Site: p.Site, URL: p.URL}) {
		switch {
		case err != nil:
			return visit, err
		case at != "" && visit.At.Equal(when), at == "" && version > 0 && visit.Cuts() && visit.Version == version:
			return visit, nil
		}
		last = visit
	}
	if at == "" && version == 0 && p.Visits > 0 {
		return last, nil
	}
	return last, fmt.Errorf("page %q: there is no such visit; fangzhi log %s shows those that there are", p.URL, p.URL)
}

func prove(ctx context.Context, store archive.Store, visit archive.Visit, c archive.Checkpoint) (p proof.Proof, err error) {
	n, err := store.Sealed(ctx, visit.Site, visit.URL, visit.At)
	if err != nil {
		return p, err
	}
	for leaf, err := range store.Leaves(ctx, n) {
		if err != nil {
			return p, err
		}
		if leaf.N == n {
			return proof.Of(ctx, store, leaf, c)
		}
		break
	}
	return p, fmt.Errorf("leaf %d: %w", n, archive.ErrCorrupt)
}

// checkProof checks the proof in a file, without an archive, and says what it
// proves.
func (a *app) checkProof(path, checkpoint, payload string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return exit{exitUnreadable, err}
	}
	p, err := proof.Parse(b)
	if err == nil {
		err = p.Check()
	}
	if err != nil {
		return exit{exitDamaged, fmt.Errorf("%s: %w", path, err)}
	}
	trusted := "by itself this does not tell whose log that is, nor since when the entry is in it: --checkpoint FILE, with a checkpoint that you have from elsewhere, does"
	if checkpoint != "" {
		c, err := readCheckpoint(checkpoint)
		switch {
		case err != nil:
			return exit{exitUnreadable, err}
		case c.Size != p.Checkpoint.Size:
			return fmt.Errorf("%s leads to a checkpoint of %d entries, %s is one of %d: fangzhi prove --checkpoint %s makes one that leads there",
				path, p.Checkpoint.Size, checkpoint, c.Size, checkpoint)
		case c.Root != p.Checkpoint.Root:
			return exit{exitDamaged, fmt.Errorf("%s leads to the root %s, the checkpoint in %s has %s: the proof is not of that archive", path, p.Checkpoint.Root, checkpoint, c.Root)}
		}
		trusted = fmt.Sprintf("that is the checkpoint in %s, made at %s: by then the entry was recorded as it stands here", checkpoint, moment(c.At))
	}
	fields, _ := archive.ParseLeaf(p.Leaf)
	if payload != "" {
		if err := checkPayload(payload, fields); err != nil {
			return err
		}
		trusted += fmt.Sprintf("\nthe bytes in %s are those that were served", payload)
	}
	fmt.Fprintf(a.stdout, "proved: this entry is number %d of %d in the log whose root is %s\n", p.N+1, p.Checkpoint.Size, p.Checkpoint.Root)
	for _, f := range fields {
		switch f.Name {
		case "visit.url", "visit.site", "visit.at", "visit.outcome", "visit.reason", "visit.status", "visit.payload", "visit.version",
			"article.title", "article.published", "article.source":
			fmt.Fprintf(a.stdout, "  %s: %s\n", f.Name, safe(f.Value))
		case "article.body":
			fmt.Fprintf(a.stdout, "  %s: %d characters, in %s\n", f.Name, len([]rune(f.Value)), path)
		}
	}
	fmt.Fprintln(a.stdout, trusted)
	return nil
}

// checkPayload holds the bytes in a file against the digest in a leaf.
func checkPayload(path string, fields []archive.LeafField) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return exit{exitUnreadable, err}
	}
	for _, f := range fields {
		if f.Name != "visit.payload" {
			continue
		}
		if got := archive.DigestOf(b); string(got) != f.Value {
			return exit{exitDamaged, fmt.Errorf("%s: its digest is %s, the entry says %s: these are not the bytes that were served", path, got, f.Value)}
		}
		return nil
	}
	return errors.New("the entry names no payload: its visit brought none, or the same as before")
}

package archive

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math/bits"
	"strings"
	"time"
)

// VerifyOptions says how much Verify reads. The zero value reads everything.
type VerifyOptions struct {
	// Part of Parts, counted from 1, is the share of payloads to read and hash
	// again: they are parted by their digests, so Parts verifications, each of
	// another part, read all of them. So it is with the words for search. Parts 0:
	// all.
	Part, Parts int
	// Checkpoint, where set, is one of this archive's that was kept elsewhere.
	Checkpoint *Checkpoint
	// Observe, where set, is called now and then with what was done so far.
	Observe func(VerifyReport)
}

// VerifyReport counts what Verify looked at.
type VerifyReport struct {
	Step         string     `json:"step,omitempty"` // what is looked at: database, pages, readings, log, runs, lessons, payloads; "" in the end
	Part         int        `json:"part,omitempty"`
	Parts        int        `json:"parts,omitempty"`
	Pages        int        `json:"pages"`
	Snapshots    int        `json:"snapshots"`
	Visits       int        `json:"visits"`
	Runs         int        `json:"runs"`
	Payloads     int        `json:"payloads"`      // held
	PayloadsRead int        `json:"payloads_read"` // read and hashed again
	Bytes        int64      `json:"bytes"`
	Leaves       int64      `json:"leaves"`
	Unsealed     int        `json:"unsealed"` // visits that are recorded and not in the log yet
	Root         string     `json:"root,omitempty"`
	Checkpoint   Checkpoint `json:"-"`                 // the one that the archive kept, of size 0: none
	PartOf       *Copying   `json:"part_of,omitempty"` // of a copy that has not come to its end: of what
	Faults       int        `json:"faults"`
}

// Fault is one thing that is not as the archive promises.
type Fault struct {
	Object  string    `json:"object"` // what is damaged, for people: "payload sha256:…", "page URL", …
	Text    string    `json:"text"`   // what is wrong with it
	Site    string    `json:"site,omitempty"`
	URL     string    `json:"url,omitempty"`
	Version int       `json:"version,omitempty"`
	At      time.Time `json:"at,omitzero"`       // of the visit
	Payload Digest    `json:"payload,omitempty"` // that is damaged, or not there
}

// Verify checks an archive against its own promises: the database is sound;
// each page agrees with its visits and versions; the log is that of the visits,
// and has grown out of its checkpoints; every reference leads somewhere; every
// payload matches its digest. It calls fault for each thing that is not so, and
// goes on where it can.
//
// The archive may be written meanwhile: what looks wrong is read once more
// before it is told. Memory does not grow with the archive. An error means that
// it could not be read to its end; damage that keeps a listing from its end is a
// fault.
func Verify(ctx context.Context, s Store, o VerifyOptions, fault func(Fault)) (VerifyReport, error) {
	v := verifier{store: s, options: o, tell: fault}
	v.report.Part, v.report.Parts = o.Part, o.Parts
	// That this is damaged is told with what was learnt.
	if c, err := CopyingOf(ctx, s); err == nil && c.Part() {
		v.report.PartOf = &c
	} else if err != nil && !errors.Is(err, ErrCorrupt) {
		return v.report, fmt.Errorf("verify: %w", err)
	}
	for _, step := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"database", v.database}, {"pages", v.pages}, {"readings", v.readings}, {"log", v.log}, {"runs", v.runs}, {"lessons", v.lessons},
		{"payloads", v.payloads},
	} {
		v.report.Step = step.name
		v.observe()
		err := step.do(ctx)
		if errors.Is(err, ErrCorrupt) {
			v.fault(Fault{Object: step.name, Text: fmt.Sprintf("could not be read to the end: %v", err)})
			err = nil
		}
		if err != nil {
			return v.report, fmt.Errorf("verify: %w", err)
		}
	}
	v.report.Step = ""
	return v.report, nil
}

type verifier struct {
	store   Store
	options VerifyOptions
	report  VerifyReport
	tell    func(Fault)
	runIDs  map[string]bool // of runs known to be there, the last few
	strayed [2]string       // the last site and URL that a version or a visit without a page named
}

func (v *verifier) fault(f Fault) {
	v.report.Faults++
	v.tell(f)
}

func (v *verifier) observe() {
	if v.options.Observe != nil {
		v.options.Observe(v.report)
	}
}

func (v *verifier) database(ctx context.Context) error {
	for line, err := range v.store.Check(ctx, v.options.Part, v.options.Parts) {
		if err != nil {
			return err
		}
		v.fault(Fault{Object: "database", Text: line})
	}
	return nil
}

// OtherWords is the line of Store.Check for an index for search that has other words
// than so many of the latest versions, the first of them that of url.
func OtherWords(versions int, url string) string {
	which := "the latest version of " + url
	if versions > 1 {
		which = fmt.Sprintf("%d versions (the first of them that of %s)", versions, url)
	}
	return fmt.Sprintf("the index for search has not the words of %s: a search may miss it; fangzhi verify --repair makes it anew", which)
}

// runs checks that at most one run of a site is open, and that those that ended
// say when.
func (v *verifier) runs(ctx context.Context) error {
	open := map[string]string{}
	for r, err := range v.store.Runs(ctx, Filter{}) {
		if err != nil {
			return err
		}
		v.report.Runs++
		object := Fault{Object: "run " + r.ID, Site: r.Site}
		if r.Damaged {
			object.Text = "what it says is not what was written, by its checksum"
			v.fault(object)
		}
		switch r.State {
		case RunRunning:
			if other := open[r.Site]; other != "" {
				object.Text = fmt.Sprintf("is open, and so is run %s of the same site", other)
				v.fault(object)
			}
			open[r.Site] = r.ID
		case RunDone, RunFailed, RunInterrupted:
			if r.Ended.IsZero() {
				object.Text = fmt.Sprintf("is %s, but has no time at which it ended", r.State)
				v.fault(object)
			}
		case RunSkipped, RunMissed:
		default:
			object.Text = fmt.Sprintf("is in the state %q, which there is not", r.State)
			v.fault(object)
		}
	}
	return nil
}

// payloads reads the payloads of the part that was asked for.
func (v *verifier) payloads(ctx context.Context) error {
	for d, err := range v.store.Payloads(ctx) {
		if err != nil {
			return err
		}
		v.report.Payloads++
		if v.options.Parts > 1 && PartOf(d, v.options.Parts) != v.options.Part {
			continue
		}
		b, err := v.store.Payload(ctx, d)
		switch {
		case errors.Is(err, ErrCorrupt), errors.Is(err, ErrNotFound):
			v.fault(Fault{Object: "payload " + string(d), Text: err.Error(), Payload: d})
		case err != nil:
			return err
		}
		v.report.PayloadsRead++
		v.report.Bytes += int64(len(b))
		v.observe()
	}
	return nil
}

// PartOf says into which of so many parts, counted from 1, a payload falls.
func PartOf(d Digest, parts int) int {
	_, digits, _ := strings.Cut(string(d), ":")
	b, err := hex.DecodeString(digits)
	if err != nil || len(b) < 8 {
		return 1
	}
	part, _ := bits.Mul64(binary.BigEndian.Uint64(b), uint64(parts))
	return int(part) + 1
}

package archive

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"iter"
	"math/rand/v2"
)

// VerifyOptions says how much Verify reads.
type VerifyOptions struct {
	// Subset is the share of payloads to read and hash again, drawn at random:
	// more than 0, up to 1.
	Subset float64
	// Observe, where set, is called now and then with what was done so far.
	Observe func(VerifyReport)
}

// VerifyReport counts what Verify looked at.
type VerifyReport struct {
	Pages, Snapshots, Visits, Runs int
	Payloads                       int // held
	PayloadsRead                   int // read and hashed again
	Bytes                          int64
	Orphans                        int // payloads that nothing refers to: harmless
	Faults                         int
}

// Fault is one thing that is not as the archive promises.
type Fault struct {
	Object string `json:"object"` // what is damaged: "payload sha256:…", "page URL", …
	Text   string `json:"text"`
}

// Verify checks an archive against its own promises: the database is sound,
// every payload matches its digest, every reference leads somewhere, versions
// count from 1 without a gap, fingerprints are those of their articles, and
// the pages agree with the ledger. It calls fault for each thing that is not
// so and goes on; an error means that the archive could not be read to its
// end. Memory grows by some 50 bytes a page and a payload.
func Verify(ctx context.Context, s Store, o VerifyOptions, fault func(Fault)) (VerifyReport, error) {
	v := verifier{store: s, options: o, payloads: map[uint64]bool{}, visits: map[uint64]int{}}
	v.fault = func(object, format string, args ...any) {
		v.report.Faults++
		fault(Fault{Object: object, Text: fmt.Sprintf(format, args...)})
	}
	for _, step := range []func(context.Context) error{v.database, v.readPayloads, v.ledger, v.pages, v.runs} {
		if err := step(ctx); err != nil {
			return v.report, fmt.Errorf("verify: %w", err)
		}
	}
	for _, used := range v.payloads {
		if !used {
			v.report.Orphans++
		}
	}
	return v.report, nil
}

type verifier struct {
	store    Store
	options  VerifyOptions
	report   VerifyReport
	fault    func(object, format string, args ...any)
	payloads map[uint64]bool // held, by key: is it referred to
	visits   map[uint64]int  // by page key
}

func (v *verifier) database(ctx context.Context) error {
	for line, err := range v.store.Check(ctx) {
		if err != nil {
			return err
		}
		v.fault("database", "%s", line)
	}
	return nil
}

func (v *verifier) readPayloads(ctx context.Context) error {
	for d, err := range v.store.Payloads(ctx) {
		if err != nil {
			return err
		}
		v.report.Payloads++
		v.payloads[key(string(d))] = false
		if v.options.Subset < 1 && rand.Float64() >= v.options.Subset {
			continue
		}
		b, err := v.store.Payload(ctx, d)
		switch {
		case errors.Is(err, ErrCorrupt), errors.Is(err, ErrNotFound):
			v.fault("payload "+string(d), "%v", err)
		case err != nil:
			return err
		}
		v.report.PayloadsRead++
		v.report.Bytes += int64(len(b))
		v.observe()
	}
	return nil
}

func (v *verifier) ledger(ctx context.Context) error {
	for visit, err := range v.store.Visits(ctx, Filter{}) {
		if err != nil {
			return err
		}
		v.report.Visits++
		v.visits[key(visit.Site, visit.URL)]++
		v.refer(visit.Payload, fmt.Sprintf("visit of %s at %s", visit.URL, visit.At.Format("2006-01-02T15:04:05.000Z")))
		v.observe()
	}
	return nil
}

// pages walks pages and snapshots side by side: both come by (Site, URL).
func (v *verifier) pages(ctx context.Context) error {
	next, stop := iter.Pull2(v.store.Snapshots(ctx, Filter{}))
	defer stop()
	snapshot, err, more := next()
	for page, perr := range v.store.Pages(ctx, Filter{}) {
		if perr != nil {
			return perr
		}
		v.report.Pages++
		object := "page " + page.URL
		var last Snapshot
		for more && err == nil && !after(snapshot, page) {
			if snapshot.Site != page.Site || snapshot.URL != page.URL {
				v.fault("version of "+snapshot.URL, "has no page")
			} else {
				v.snapshot(snapshot, last.Version+1)
				last = snapshot
			}
			snapshot, err, more = next()
		}
		if err != nil {
			return err
		}
		if last.Version != page.Versions {
			v.fault(object, "counts %d versions, the archive holds %d", page.Versions, last.Version)
		} else if last.Fingerprint != page.Fingerprint {
			v.fault(object, "has not the fingerprint of its latest version")
		}
		if n := v.visits[key(page.Site, page.URL)]; n != page.Visits {
			v.fault(object, "counts %d visits, the ledger has %d", page.Visits, n)
		}
		v.refer(page.Payload, object)
		v.observe()
	}
	for ; more && err == nil; snapshot, err, more = next() {
		v.fault("version of "+snapshot.URL, "has no page")
	}
	return err
}

func after(s Snapshot, p Page) bool {
	return s.Site > p.Site || s.Site == p.Site && s.URL > p.URL
}

func (v *verifier) snapshot(s Snapshot, wanted int) {
	v.report.Snapshots++
	object := fmt.Sprintf("version %d of %s", s.Version, s.URL)
	if s.Version != wanted {
		v.fault(object, "should be version %d", wanted)
	}
	if s.Payload == "" {
		v.fault(object, "names no payload")
	}
	v.refer(s.Payload, object)
	for _, part := range s.Parts {
		v.refer(part.Payload, object)
	}
	if s.Kind == KindArticle && FingerprintOf(s.Article) != s.Fingerprint {
		v.fault(object, "has not the fingerprint of its article")
	}
}

func (v *verifier) runs(ctx context.Context) error {
	for _, err := range v.store.Runs(ctx, Filter{}) {
		if err != nil {
			return err
		}
		v.report.Runs++
	}
	return nil
}

// refer notes that object refers to payload d.
func (v *verifier) refer(d Digest, object string) {
	if d == "" {
		return
	}
	k := key(string(d))
	if _, held := v.payloads[k]; !held {
		v.fault(object, "refers to payload %s, which is not there", d)
		return
	}
	v.payloads[k] = true
}

func (v *verifier) observe() {
	if v.options.Observe != nil {
		v.options.Observe(v.report)
	}
}

// key stands for a name in the tables of a verification: with a million names
// two of them share a key once in forty million verifications.
func key(parts ...string) uint64 {
	h := fnv.New64a()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return mix(h.Sum64())
}

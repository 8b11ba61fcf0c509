package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"fangzhi/archive"
)

// Record adds entries of one run in one transaction. What costs time and needs
// no lock, packing and encoding, comes before it.
func (s *Store) Record(ctx context.Context, run string, batch []archive.Entry) error {
	done, err := s.use()
	if err != nil {
		return err
	}
	defer done()
	what := fmt.Sprintf("record entries of run %s", run)
	drafts := make([]draft, len(batch))
	for i := range batch {
		if drafts[i], err = draftOf(&batch[i]); err != nil {
			return s.fault(ctx, what, err)
		}
	}
	if err := s.pack(ctx, drafts); err != nil {
		return s.fault(ctx, what, err)
	}
	var learnt []name
	err = s.write(ctx, what, func(w *writer) error {
		key, err := w.openRun(run)
		if err != nil {
			return err
		}
		t := &recording{writer: w, known: s.known, run: run, runKey: key}
		if t.log, err = w.logEnd(); err != nil {
			return err
		}
		for i := range drafts {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := t.add(&drafts[i]); err != nil {
				return fmt.Errorf("%s: %w", batch[i].Visit.URL, err)
			}
		}
		learnt, w.grown = t.learnt, t.log
		return nil
	})
	if err != nil {
		return err
	}
	s.known.add(learnt)
	s.foldSketches(ctx)
	return nil
}

// A draft is an entry with its parts as the columns hold them.
type draft struct {
	*archive.Entry
	lastDigest, pagePayload, pageFingerprint, readAs, visitPayload any
	payload, fingerprint, rules, parts                             any
	article                                                        string
	sums                                                           archive.PageSums
	header, request, absence                                       any // of the visit
	asked, feeds                                                   any
	leaf                                                           archive.Hash
	coding                                                         string
	packed                                                         []byte // nil: no payload to store
}

func draftOf(e *archive.Entry) (d draft, err error) {
	d.Entry = e
	if e.Visit.Site != e.Page.Site || e.Visit.URL != e.Page.URL {
		return d, fmt.Errorf("the visit of %q is not one of the page %q", e.Visit.URL, e.Page.URL)
	}
	for _, digest := range []struct {
		to   *any
		from archive.Digest
	}{
		{&d.lastDigest, e.Page.LastDigest}, {&d.pagePayload, e.Page.Payload},
		{&d.pageFingerprint, e.Page.Fingerprint}, {&d.readAs, e.Page.ReadAs}, {&d.visitPayload, e.Visit.Payload},
	} {
		if *digest.to, err = bytesOf(digest.from); err != nil {
			return d, err
		}
	}
	d.header, d.request = lines(e.Visit.Header), lines(e.Visit.Request)
	if e.Visit.Absence != nil {
		if d.absence, err = encode(e.Visit.Absence); err != nil {
			return d, err
		}
	}
	if d.asked, d.feeds, err = asking(&e.Page); err != nil {
		return d, err
	}
	d.sums = e.Page.Sums()
	if e.Payload != nil && d.visitPayload == nil {
		return d, fmt.Errorf("%s: a payload without a digest", e.Visit.URL)
	}
	d.leaf = archive.LeafHash(archive.LeafOf(e.Visit, e.Snapshot))
	return d, d.draftSnapshot()
}

// pack packs the payloads that the archive does not hold, each once.
func (s *Store) pack(ctx context.Context, drafts []draft) error {
	var digests []any
	for i := range drafts {
		if drafts[i].Payload != nil {
			digests = append(digests, drafts[i].visitPayload)
		}
	}
	held := map[string]bool{}
	for chunk := range slices.Chunk(digests, askChunk) {
		found, err := scan(one[[]byte])(s.prepared(ctx, `SELECT digest FROM payloads WHERE digest IN `+askFor, filled(chunk)...))
		if err != nil {
			return err
		}
		for _, digest := range found {
			held[string(digest)] = true
		}
	}
	for i := range drafts {
		d := &drafts[i]
		if d.Payload == nil || held[string(d.visitPayload.([]byte))] {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		held[string(d.visitPayload.([]byte))] = true
		d.coding, d.packed = s.codec.pack(d.Payload)
	}
	return nil
}

// askChunk is how many keys are asked for at once, in one statement that is
// kept.
const askChunk = 64

var askFor = `(?` + strings.Repeat(", ?", askChunk-1) + `)`

// filled are keys as the arguments of askFor, the last one repeated.
func filled(keys []any) []any {
	args := slices.Clone(keys)
	for len(args) < askChunk {
		args = append(args, keys[len(keys)-1])
	}
	return args
}

func (d *draft) draftSnapshot() (err error) {
	cut := d.Snapshot
	if cut == nil {
		return nil
	}
	if cut.Site != d.Page.Site || cut.URL != d.Page.URL {
		return fmt.Errorf("the snapshot of %q is not one of the page %q", cut.URL, d.Page.URL)
	}
	if d.payload, err = bytesOf(cut.Payload); err != nil {
		return err
	}
	if d.fingerprint, err = bytesOf(cut.Fingerprint); err != nil {
		return err
	}
	if d.rules, err = bytesOf(cut.Rules); err != nil {
		return err
	}
	if len(cut.Parts) > 0 {
		if d.parts, err = encode(cut.Parts); err != nil {
			return err
		}
	}
	d.article, err = encode(cut.Article)
	return err
}

// encode is v as JSON, with the characters of HTML as they are.
func encode(v any) (string, error) {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return "", err
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

// A recording is what one call of Record does within its transaction.
type recording struct {
	*writer
	known  *known
	run    string
	runKey int64
	log    archive.Tree
	learnt []name // pages that are in the archive once this is committed

	seeding bool // visits that a wrong clock dated do not count
}

const (
	findPage = `SELECT id, coalesce(last_visit, -9223372036854775808) FROM pages WHERE site = ? AND url = ?`

	updatePage = `UPDATE pages SET "column" = ?, kind = ?, state = ?, found_on = ?, anchor = ?, listed_day = ?,
		depth = ?, moved_to = ?, first_seen = ?, last_visit = ?, last_seen = ?, last_change = ?, due = ?,
		etag = ?, last_modified = ?, last_digest = ?, payload = ?, title = ?, fingerprint = ?, read_as = ?, parts = ?,
		versions = ?, visits = ?, failures = ?, asked = ?, feeds = ?, gone_since = ?, restored_at = ?, item = ?,
		sum = ?, sum_title = ?, sum_asked = ? WHERE id = ?`

	insertPage = `INSERT INTO pages ("column", kind, state, found_on, anchor, listed_day,
		depth, moved_to, first_seen, last_visit, last_seen, last_change, due,
		etag, last_modified, last_digest, payload, title, fingerprint, read_as, parts,
		versions, visits, failures, asked, feeds, gone_since, restored_at, item, sum, sum_title, sum_asked,
		sum_also, also, site, url)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`

	findVisit = `SELECT 1 FROM visits WHERE page = ? AND at = ?`

	insertVisit = `INSERT INTO visits (page, run, at, took, "column", kind, outcome, reason, status,
		attempts, bytes, version, moved_to, truncated, payload, header, request, address, protocol,
		trust, security, absence)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

	updateVisit = `UPDATE visits SET page = ?, run = ?, at = ?, took = ?, "column" = ?, kind = ?, outcome = ?, reason = ?, status = ?,
		attempts = ?, bytes = ?, version = ?, moved_to = ?, truncated = ?, payload = ?, header = ?, request = ?, address = ?, protocol = ?,
		trust = ?, security = ?, absence = ? WHERE id = ?`

	insertSnapshot = `INSERT INTO snapshots (page, version, "column", kind, taken_at, prior_seen, status,
		trust, payload, fingerprint, rules, reader, parts, story, sketch, article) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

	insertPayload = `INSERT INTO payloads (digest, size, coding, bytes) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`
)

// add adds an entry. A visit that is held already tells that all of the entry
// is: they are one transaction.
func (t *recording) add(d *draft) error {
	id, held, err := t.addPage(d)
	if err != nil || held {
		return err
	}
	if err := t.addVisit(id, d); err != nil {
		return err
	}
	if d.packed != nil {
		if _, err := t.exec(insertPayload, d.visitPayload, len(d.Payload), d.coding, d.packed); err != nil {
			return fmt.Errorf("payload: %w", err)
		}
	}
	if d.Snapshot != nil {
		if err := t.addSnapshot(id, d); err != nil {
			return fmt.Errorf("version %d: %w", d.Snapshot.Version, err)
		}
	}
	for i := range d.Discovered {
		if err := t.discover(&d.Discovered[i], d.Visit.At); err != nil {
			return fmt.Errorf("discovered page %s: %w", d.Discovered[i].URL, err)
		}
	}
	return nil
}

// pageValues are the columns of the page that updatePage sets.
func (d *draft) pageValues() []any {
	p := &d.Page
	return []any{
		p.Column, string(p.Kind), string(p.State), p.FoundOn, p.Anchor, p.ListedDay,
		p.Depth, p.MovedTo, millis(p.FirstSeen), millis(p.LastVisit), millis(p.LastSeen), millis(p.LastChange), millis(p.Due),
		p.ETag, p.LastModified, d.lastDigest, d.pagePayload, p.Title, d.pageFingerprint, d.readAs, p.Parts,
		p.Versions, p.Visits, p.Failures, d.asked, d.feeds, millis(p.GoneSince), millis(p.RestoredAt), itemOf(p),
		int64(d.sums.History), int64(d.sums.Title), int64(d.sums.Request),
	}
}

// addPage sets the page, unless it was visited later than the entry tells, and
// returns its id.
func (t *recording) addPage(d *draft) (id int64, held bool, err error) {
	p, values := &d.Page, d.pageValues()
	var visited int64
	found, err := t.row(findPage, []any{p.Site, p.URL}, &id, &visited)
	if err != nil {
		return 0, false, err
	}
	if !found {
		t.learnt = append(t.learnt, nameOf(p.Site, p.URL))
		also, err := alsoOf(p)
		if err == nil {
			id, err = t.insert(insertPage, append(values, int64(d.sums.Also), also, p.Site, p.URL)...)
		}
		return id, false, err
	}
	if at := d.Visit.At.UnixMilli(); at <= visited {
		var one int
		if held, err = t.row(findVisit, []any{id, at}, &one); err != nil || held || at < visited && p.LastVisit.UnixMilli() != visited {
			return id, held, err
		}
	}
	_, err = t.exec(updatePage, append(values, id)...)
	return id, false, err
}

func (t *recording) addVisit(page int64, d *draft) error {
	v := &d.Visit
	run := t.runKey
	if v.Run != t.run {
		found, err := t.row(`SELECT key FROM runs WHERE id = ?`, []any{v.Run}, &run)
		if err != nil {
			return err
		}
		if !found {
			return fmt.Errorf("run %q: %w", v.Run, archive.ErrNotFound)
		}
	}
	visit, err := t.insert(insertVisit, d.visitValues(page, run)...)
	if err != nil {
		return err
	}
	version := 0
	if d.Snapshot != nil {
		version = d.Snapshot.Version
	}
	return t.seal(&t.log, visit, version, d.leaf)
}

// visitValues are the columns of the visit that insertVisit and updateVisit set.
func (d *draft) visitValues(page, run int64) []any {
	v := &d.Visit
	return []any{
		page, run, v.At.UnixMilli(), int64(v.Took), v.Column, string(v.Kind), string(v.Outcome), v.Reason,
		v.Status, v.Attempts, v.Bytes, v.Version, v.MovedTo, v.Truncated, d.visitPayload, d.header, d.request, v.Address, v.Protocol,
		string(v.Trust), v.Security, d.absence,
	}
}

func (w *writer) addSnapshot(page int64, d *draft) error {
	cut := d.Snapshot
	_, err := w.exec(insertSnapshot, page, cut.Version, cut.Column, string(cut.Kind), cut.TakenAt.UnixMilli(), millis(cut.PriorSeen),
		cut.Status, string(cut.Trust), d.payload, d.fingerprint, d.rules, cut.Reader, d.parts, cut.Story, packSketch(cut.Sketch), d.article)
	return err
}

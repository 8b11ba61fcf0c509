package mongo

import (
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fangzhi/archive"
)

// pageDoc is a page as it is stored.
type pageDoc struct {
	Site         string         `bson:"site"`
	URL          string         `bson:"url"`
	Column       string         `bson:"column,omitempty"`
	Kind         archive.Kind   `bson:"kind"`
	State        archive.State  `bson:"state"`
	FoundOn      string         `bson:"found_on,omitempty"`
	Anchor       text           `bson:"anchor,omitempty"`
	ListedDay    string         `bson:"listed_day,omitempty"`
	Depth        int            `bson:"depth"`
	MovedTo      text           `bson:"moved_to,omitempty"`
	FirstSeen    bson.DateTime  `bson:"first_seen,omitempty"`
	LastVisit    bson.DateTime  `bson:"last_visit,omitempty"`
	LastSeen     bson.DateTime  `bson:"last_seen,omitempty"`
	LastChange   bson.DateTime  `bson:"last_change,omitempty"`
	Due          bson.DateTime  `bson:"due,omitempty"`
	ETag         text           `bson:"etag,omitempty"`
	LastModified text           `bson:"last_modified,omitempty"`
	LastDigest   archive.Digest `bson:"last_digest,omitempty"`
	Payload      archive.Digest `bson:"payload,omitempty"`
	Title        text           `bson:"title,omitempty"`
	Fingerprint  archive.Digest `bson:"fingerprint,omitempty"`
	ReadAs       archive.Digest `bson:"read_as,omitempty"`
	Parts        int            `bson:"parts,omitempty"`
	Versions     int            `bson:"versions"`
	Visits       int            `bson:"visits"`
	Failures     int            `bson:"failures"`
	Asked        *requestDoc    `bson:"asked,omitempty"`
	Feeds        []string       `bson:"feeds,omitempty"`
	Item         int64          `bson:"item,omitempty"`
	Also         []string       `bson:"also,omitempty"`
	GoneSince    bson.DateTime  `bson:"gone_since,omitempty"`
	RestoredAt   bson.DateTime  `bson:"restored_at,omitempty"`
	Sum          archive.Sum    `bson:"sum,omitempty"` // these four are its archive.PageSums
	SumTitle     archive.Sum    `bson:"sum_title,omitempty"`
	SumAsked     archive.Sum    `bson:"sum_asked,omitempty"`
	SumAlso      archive.Sum    `bson:"sum_also,omitempty"`
	Seq          int            `bson:"seq,omitempty"`    // of its last visit committed
	Claim        bson.ObjectID  `bson:"claim,omitempty"`  // see Store.clear
	Behind       bool           `bson:"behind,omitempty"` // its latest version may have been read again since: see Store.pagesOf
	torn         bool           // see lenient
}

func pageDocOf(p archive.Page) pageDoc {
	sums := p.Sums()
	return pageDoc{
		Site: p.Site, URL: p.URL, Column: p.Column, Kind: p.Kind, State: p.State, FoundOn: p.FoundOn,
		Anchor: text(p.Anchor), ListedDay: p.ListedDay, Depth: p.Depth, MovedTo: text(p.MovedTo),
		FirstSeen: dateOf(p.FirstSeen), LastVisit: dateOf(p.LastVisit), LastSeen: dateOf(p.LastSeen),
		LastChange: dateOf(p.LastChange), Due: dateOf(p.Due),
		ETag: text(p.ETag), LastModified: text(p.LastModified), LastDigest: p.LastDigest, Payload: p.Payload,
		Title: text(p.Title), Fingerprint: p.Fingerprint, ReadAs: p.ReadAs, Parts: p.Parts, Versions: p.Versions, Visits: p.Visits, Failures: p.Failures,
		Asked: requestDocOf(p.Request), Feeds: p.Feeds,
		Item: p.Item, Also: p.Also,
		GoneSince: dateOf(p.GoneSince), RestoredAt: dateOf(p.RestoredAt),
		Sum: sums.History, SumTitle: sums.Title, SumAsked: sums.Request, SumAlso: sums.Also,
	}
}

func (d pageDoc) page() archive.Page {
	p := archive.Page{
		Site: d.Site, URL: d.URL, Column: d.Column, Kind: d.Kind, State: d.State, FoundOn: d.FoundOn,
		Anchor: string(d.Anchor), ListedDay: d.ListedDay, Depth: d.Depth, MovedTo: string(d.MovedTo),
		FirstSeen: timeOf(d.FirstSeen), LastVisit: timeOf(d.LastVisit), LastSeen: timeOf(d.LastSeen),
		LastChange: timeOf(d.LastChange), Due: timeOf(d.Due),
		ETag: string(d.ETag), LastModified: string(d.LastModified), LastDigest: d.LastDigest, Payload: d.Payload,
		Title: string(d.Title), Fingerprint: d.Fingerprint, ReadAs: d.ReadAs, Parts: d.Parts, Versions: d.Versions, Visits: d.Visits, Failures: d.Failures,
		Request: d.Asked.request(), Feeds: d.Feeds,
		Item: d.Item, Also: d.Also,
		GoneSince: timeOf(d.GoneSince), RestoredAt: timeOf(d.RestoredAt),
	}
	p.Compare(archive.PageSums{History: d.Sum, Title: d.SumTitle, Request: d.SumAsked, Also: d.SumAlso})
	if d.torn && p.Damaged == 0 { // in what no sum is of
		p.Damaged = archive.DamagedHistory
	}
	return p
}

func (d *pageDoc) tear() { d.torn = true }

// requestDoc is how a page is asked for, as it is stored.
type requestDoc struct {
	Method string            `bson:"method,omitempty"`
	URL    string            `bson:"url"`
	Body   text              `bson:"body,omitempty"`
	Header map[string]string `bson:"header,omitempty"`
	Family string            `bson:"family,omitempty"`
	Hint   string            `bson:"hint,omitempty"`
}

func requestDocOf(r *archive.Request) *requestDoc {
	if r == nil {
		return nil
	}
	return &requestDoc{Method: r.Method, URL: r.URL, Body: text(r.Body), Header: r.Header, Family: r.Family, Hint: r.Hint}
}

func (d *requestDoc) request() *archive.Request {
	if d == nil {
		return nil
	}
	return &archive.Request{Method: d.Method, URL: d.URL, Body: string(d.Body), Header: d.Header, Family: d.Family, Hint: d.Hint}
}

// visitDoc is a visit as it is stored.
type visitDoc struct {
	ID        bson.ObjectID   `bson:"_id"`
	Run       string          `bson:"run"`
	Site      string          `bson:"site"`
	URL       string          `bson:"url"`
	Column    string          `bson:"column,omitempty"`
	Kind      archive.Kind    `bson:"kind"`
	At        bson.DateTime   `bson:"at"`
	Took      int64           `bson:"took_ns"`
	Outcome   archive.Outcome `bson:"outcome"`
	Reason    text            `bson:"reason"`
	Status    int             `bson:"status,omitempty"`
	Attempts  int             `bson:"attempts,omitempty"`
	Bytes     int64           `bson:"bytes"`
	Version   int             `bson:"version,omitempty"`
	MovedTo   text            `bson:"moved_to,omitempty"`
	Truncated string          `bson:"truncated,omitempty"`
	Payload   archive.Digest  `bson:"payload,omitempty"`
	Header    []field         `bson:"header,omitempty"`
	Request   []field         `bson:"request,omitempty"`
	Address   string          `bson:"address,omitempty"`
	Protocol  string          `bson:"protocol,omitempty"`
	Trust     archive.Trust   `bson:"trust,omitempty"`
	Security  text            `bson:"security,omitempty"`
	Absence   *absenceDoc     `bson:"absence,omitempty"`
	Seq       int             `bson:"seq"`                // counts a page's visits from 1, without a gap
	Cut       int             `bson:"cut,omitempty"`      // the version that it cut
	Leaf      []byte          `bson:"leaf,omitempty"`     // the hash to seal; absent: of an older fangzhi
	Unsealed  bool            `bson:"unsealed,omitempty"` // has no document in collection log yet
}

func visitDocOf(v archive.Visit) visitDoc {
	return visitDoc{
		ID: bson.NewObjectID(), Unsealed: true,
		Run: v.Run, Site: v.Site, URL: v.URL, Column: v.Column, Kind: v.Kind,
		At: dateOf(v.At), Took: int64(v.Took), Outcome: v.Outcome, Reason: text(v.Reason), Status: v.Status,
		Attempts: v.Attempts, Bytes: v.Bytes, Version: v.Version, MovedTo: text(v.MovedTo), Truncated: v.Truncated,
		Payload: v.Payload, Header: fieldsOf(v.Header), Request: fieldsOf(v.Request), Address: v.Address, Protocol: v.Protocol,
		Trust: v.Trust, Security: text(v.Security), Absence: absenceDocOf(v.Absence),
	}
}

func (d visitDoc) visit() archive.Visit {
	return archive.Visit{
		Run: d.Run, Site: d.Site, URL: d.URL, Column: d.Column, Kind: d.Kind,
		At: timeOf(d.At), Took: time.Duration(d.Took), Outcome: d.Outcome, Reason: string(d.Reason), Status: d.Status,
		Attempts: d.Attempts, Bytes: d.Bytes, Version: d.Version, MovedTo: string(d.MovedTo), Truncated: d.Truncated,
		Payload: d.Payload, Header: headerOf(d.Header), Request: headerOf(d.Request), Address: d.Address, Protocol: d.Protocol,
		Trust: d.Trust, Security: string(d.Security), Absence: d.Absence.absence(),
	}
}

// runDoc is a run as it is stored.
type runDoc struct {
	ID         string           `bson:"_id"`
	Begin      bson.ObjectID    `bson:"begin,omitempty"` // the call that began it
	Site       string           `bson:"site"`
	Planned    bson.DateTime    `bson:"planned"`
	Trigger    archive.Trigger  `bson:"trigger"`
	State      archive.RunState `bson:"state"`
	Reason     text             `bson:"reason,omitempty"`
	Full       bool             `bson:"full,omitempty"`
	FullSince  bson.DateTime    `bson:"full_since,omitempty"`
	Walk       bool             `bson:"walk,omitempty"`
	Owner      string           `bson:"owner,omitempty"`
	Lease      bson.DateTime    `bson:"lease,omitempty"`
	Started    bson.DateTime    `bson:"started,omitempty"`
	Ended      bson.DateTime    `bson:"ended,omitempty"`
	Articles   archive.Tally    `bson:"articles,omitempty"`
	Lists      archive.Tally    `bson:"lists,omitempty"`
	Requisites archive.Tally    `bson:"requisites,omitempty"`
	Discovered int              `bson:"discovered"`
	Requests   int              `bson:"requests"`
	Bytes      int64            `bson:"bytes"`
	Notes      []text           `bson:"notes,omitempty"`
	Columns    []archive.Yield  `bson:"columns,omitempty"`
	Sum        archive.Sum      `bson:"sum"`
	torn       bool             // see lenient
}

func runDocOf(r archive.Run) runDoc {
	d := runDoc{
		ID: r.ID, Site: r.Site, Planned: dateOf(r.Planned), Trigger: r.Trigger, State: r.State, Reason: text(r.Reason),
		Full: r.Full, FullSince: dateOf(r.FullSince), Walk: r.Walk, Owner: r.Owner, Lease: dateOf(r.Lease),
		Started: dateOf(r.Started), Ended: dateOf(r.Ended), Articles: r.Articles, Lists: r.Lists, Requisites: r.Requisites,
		Discovered: r.Discovered, Requests: r.Requests, Bytes: r.Bytes, Columns: r.Columns, Sum: r.Sum(),
	}
	for _, n := range r.Notes {
		d.Notes = append(d.Notes, text(n))
	}
	return d
}

func (d runDoc) run() archive.Run {
	r := archive.Run{
		ID: d.ID, Site: d.Site, Planned: timeOf(d.Planned), Trigger: d.Trigger, State: d.State, Reason: string(d.Reason),
		Full: d.Full, FullSince: timeOf(d.FullSince), Walk: d.Walk, Owner: d.Owner, Lease: timeOf(d.Lease),
		Started: timeOf(d.Started), Ended: timeOf(d.Ended), Articles: d.Articles, Lists: d.Lists, Requisites: d.Requisites,
		Discovered: d.Discovered, Requests: d.Requests, Bytes: d.Bytes, Columns: d.Columns,
	}
	for _, n := range d.Notes {
		r.Notes = append(r.Notes, string(n))
	}
	r.Compare(d.Sum)
	r.Damaged = r.Damaged || d.torn
	return r
}

func (d *runDoc) tear() { d.torn = true }

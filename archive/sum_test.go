package archive_test

import (
	"reflect"
	"testing"
	"time"

	"fangzhi/archive"
)

// altered sets field v to another value.
func altered(t *testing.T, v reflect.Value) {
	t.Helper()
	switch to := v.Addr().Interface().(type) {
	case *time.Time:
		*to = to.Add(time.Millisecond)
		return
	case **archive.Request:
		*to = &archive.Request{URL: "https://a.example/list.do"}
		return
	case *archive.Tally:
		*to = archive.Tally{archive.New: 1}
		return
	case *[]archive.Yield:
		*to = []archive.Yield{{Column: "要闻"}}
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(v.String() + "x")
	case reflect.Int, reflect.Int64:
		v.SetInt(v.Int() + 1)
	case reflect.Uint8:
		v.SetUint(v.Uint() + 1)
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Slice:
		v.Set(reflect.Append(v, reflect.Zero(v.Type().Elem())))
	case reflect.Uint32:
		v.SetUint(v.Uint() + 1)
	case reflect.Struct:
		altered(t, v.Field(0))
	default:
		t.Fatalf("a field of type %s: this test has to learn it", v.Type())
	}
}

// each calls do with every field of the record at p, altered and then put back.
func each(t *testing.T, p any, do func(field string)) {
	t.Helper()
	record := reflect.ValueOf(p).Elem()
	for i := range record.NumField() {
		was := reflect.ValueOf(record.Field(i).Interface())
		altered(t, record.Field(i))
		do(record.Type().Field(i).Name)
		record.Field(i).Set(was)
	}
}

// A field that is added has to be in a sum, or here with the reason why not.
func TestSumsTellEachField(t *testing.T) {
	now := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	p := archive.Page{Site: "a", URL: "https://a.example/", Title: "标题", Also: []string{"公告"}, FirstSeen: now, Feeds: []string{"https://a.example/1"}}
	p.LastVisit, p.LastSeen, p.LastChange, p.GoneSince, p.RestoredAt, p.Due = now, now, now, now, now, now
	page := p.Sums()
	each(t, &p, func(field string) {
		untold := field == "Kind" || field == "Due" || field == "Kept" // words far apart, what changes by itself, and sums
		if got := p.Sums() == page; got != untold {
			t.Errorf("page: %s: untold %v, want %v", field, got, untold)
		}
	})
	r := archive.Run{ID: "a@", Planned: now, FullSince: now, Started: now, Ended: now, Lease: now}
	run := r.Sum()
	each(t, &r, func(field string) {
		untold := field == "Lease" || field == "Kept" // moved while it is open
		if got := r.Sum() == run; got != untold {
			t.Errorf("run: %s: untold %v, want %v", field, got, untold)
		}
	})
	l := archive.Lesson{Site: "a", Name: "furniture", Data: []byte{1}}
	lesson := l.Sum()
	each(t, &l, func(field string) {
		if untold := field == "Kept"; (l.Sum() == lesson) != untold {
			t.Errorf("lesson: %s: untold %v, want %v", field, !untold, untold)
		}
	})
	s := archive.Snapshot{Site: "a", URL: "https://a.example/", Version: 1, ReadAt: now, Article: archive.Article{Title: "标题"}}
	s.Fingerprint = archive.FingerprintOf(s.Article)
	again := archive.Again{Site: s.Site, URL: s.URL, Version: 1, At: now, Article: s.Article}
	kept := again.Sum()
	if s.Compare(kept); s.Damaged {
		t.Error("a reading is damaged that is as it was given")
	}
	for _, field := range []string{"Site", "URL", "Version", "ReadAt", "Fingerprint", "Rules", "Reader"} { // the rest is sealed in the log
		was := s
		altered(t, reflect.ValueOf(&s).Elem().FieldByName(field))
		if s.Compare(kept); !s.Damaged {
			t.Errorf("reading: %s is untold", field)
		}
		s = was
	}
	e := archive.Earlier{Site: s.Site, URL: s.URL, Version: 1, ReadAt: now, Fingerprint: s.Fingerprint, Article: s.Article}
	if e.Compare(kept); e.Damaged {
		t.Error("what a version read before is damaged that is as it was given")
	}
	e.Article.Editor = "x"
	if e.Compare(kept); !e.Damaged {
		t.Error("earlier reading: Article is untold")
	}
}

// What is damaged stays so when it is read and written again, and what is new is
// not.
func TestDamageIsCarried(t *testing.T) {
	p := archive.Page{Site: "a", URL: "https://a.example/", FoundOn: "https://a.example/1", Title: "标题"}
	kept := p.Sums()
	p.FoundOn = "https://a.example/3"
	if p.Compare(kept); p.Damaged != archive.DamagedHistory {
		t.Fatalf("damaged: %b", p.Damaged)
	}
	written := kept
	if kept = p.Sums(); kept != written {
		t.Errorf("written again with the sums %v, want those of what was written: %v", kept, written)
	}
	if p.Compare(kept); p.Damaged != archive.DamagedHistory {
		t.Errorf("damaged: %b after it was written again", p.Damaged)
	}
	p.Damaged |= archive.DamagedTitle
	c := archive.Capture{URL: p.URL, At: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC), Status: 200, Payload: []byte("a")}
	reading := &archive.Reading{Kind: archive.KindArticle, Article: archive.Article{Title: "标题", Body: "正文"}}
	if e := archive.Settle("a@", p, c, reading, archive.Judge(p, c, reading)); e.Page.Damaged != archive.DamagedHistory {
		t.Errorf("damaged: %b after a visit that cut a version", e.Page.Damaged)
	}
}

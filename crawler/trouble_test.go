package crawler_test

import (
	"fmt"
	"strings"
	"testing"

	"fangzhi/archive"
	"fangzhi/crawler/portaltest"
)

// What stands for a page under a status of 200 is kept once in a row, however
// its bytes differ, so that a wrong verdict can be read again.
func TestKeepsTroubleOnce(t *testing.T) {
	for name, fault := range map[string]portaltest.Fault{
		"soft 404": portaltest.Soft404(), "firewall": portaltest.WAF(), "login": portaltest.Login(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, path := oneArticle(portaltest.Options{Codings: []string{}})
			r := newRig(t, p)
			url := r.base + path
			r.run()
			for round := range 2 {
				for n := range 3 {
					p.Mend(path)
					p.Break(path, 0, fault)
					p.Break(path, 0, portaltest.Filled("</body>", func(int) string { return fmt.Sprintf("<!-- %d %d --></body>", round, n) }))
					r.run()
				}
				p.Mend(path)
				r.run()
			}
			kept := 0
			for _, v := range r.visits(url) {
				if isTrouble := v.Outcome == archive.Gone || v.Outcome == archive.Withdrawn || v.Outcome.Failed(); !isTrouble || v.Payload == "" {
					continue
				}
				kept++
				b, err := r.store.Payload(t.Context(), v.Payload)
				if err != nil || int64(len(b)) != v.Bytes || !strings.Contains(string(b), "</html>") || len(v.Header) == 0 {
					t.Errorf("%d of %d bytes kept, %v, header %v", len(b), v.Bytes, err, v.Header)
				}
			}
			if kept != 2 || r.page(url).Versions != 1 {
				t.Errorf("%d answers kept, %d versions; want 2 and 1", kept, r.page(url).Versions)
			}
			if _, err := archive.Verify(t.Context(), r.store, archive.VerifyOptions{}, func(f archive.Fault) { t.Errorf("verify: %+v", f) }); err != nil {
				t.Error(err)
			}
		})
	}
}

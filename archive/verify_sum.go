package archive

import (
	"context"
	"fmt"
)

// readings checks how versions read before they were read again.
func (v *verifier) readings(ctx context.Context) error {
	for e, err := range v.store.Earlier(ctx, Filter{}) {
		if err != nil {
			return err
		}
		object := Fault{Object: fmt.Sprintf("version %d of %s", e.Version, e.URL), Site: e.Site, URL: e.URL, Version: e.Version}
		if e.Damaged {
			object.Text = fmt.Sprintf("how it was read at %s is not what was written, by its checksum", stamp(e.ReadAt))
			v.fault(object)
		}
		v.observe()
	}
	return nil
}

// lessons checks what was learnt.
func (v *verifier) lessons(ctx context.Context) error {
	for l, err := range v.store.Lessons(ctx) {
		if err != nil {
			return err
		}
		if l.Damaged {
			what := "of site " + l.Site
			if l.Site == "" {
				what = "of hosts or the archive"
			}
			v.fault(Fault{Object: fmt.Sprintf("what was learnt %s as %q", what, l.Name), Site: l.Site, Text: "is not what was written, by its checksum"})
		}
	}
	return nil
}

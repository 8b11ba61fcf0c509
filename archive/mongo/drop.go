package mongo

import (
	"context"
	"fmt"
	"strings"
)

// scratch begins the names of databases that may be dropped.
const scratch = "fangzhi_torture_"

// Drop takes away the archive of uri with all that is in it, where its name says
// that it was made for that: it begins with fangzhi_torture_.
func Drop(ctx context.Context, uri string) error {
	a, err := parseURI(uri)
	if err != nil {
		return fmt.Errorf("drop archive: %w", err)
	}
	if !strings.HasPrefix(a.database, scratch) {
		return fmt.Errorf("drop archive %s: its name does not begin with %s: it is not one to be thrown away", a, scratch)
	}
	s, err := Open(ctx, uri, Options{})
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.client.Database(a.database).Drop(ctx); err != nil {
		return fmt.Errorf("drop archive %s: %w", a, a.discreet(err))
	}
	return nil
}

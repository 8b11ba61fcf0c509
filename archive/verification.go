package archive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Verification is how it went when an archive was verified by the process that
// serves it.
type Verification struct {
	Started time.Time    `json:"started"`
	Ended   time.Time    `json:"ended"`
	Report  VerifyReport `json:"report"`
	Faults  []Fault      `json:"faults,omitempty"`  // the first of them
	Failure string       `json:"failure,omitempty"` // why the archive could not be read to its end
}

// verification is the name under which the last one is kept. What is known of
// the archive itself is learnt of no site.
const verification = "verification"

// maxKeptFaults is how many faults of a verification are kept.
const maxKeptFaults = 100

// VerifyPart verifies s with the part of the payloads whose turn it is, of so
// many, and keeps in s how it went.
func VerifyPart(ctx context.Context, s Store, parts int, now func() time.Time) (Verification, error) {
	last, err := LastVerification(ctx, s)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return last, err
	}
	v := Verification{Started: now().UTC()}
	o := VerifyOptions{Part: last.Report.Part%parts + 1, Parts: parts}
	v.Report, err = Verify(ctx, s, o, func(f Fault) {
		if len(v.Faults) < maxKeptFaults {
			v.Faults = append(v.Faults, f)
		}
	})
	if ctx.Err() != nil {
		return v, ctx.Err()
	}
	if err != nil {
		v.Failure = err.Error()
	}
	v.Ended = now().UTC()
	b, err := json.Marshal(v)
	if err == nil {
		err = s.Import(ctx, Import{Lessons: []Lesson{{Name: verification, Data: b}}})
	}
	return v, err
}

// LastVerification returns how the last VerifyPart went, ErrNotFound where there
// was none.
func LastVerification(ctx context.Context, s interface {
	Learnt(ctx context.Context, site, name string) ([]byte, error)
}) (v Verification, err error) {
	b, err := s.Learnt(ctx, "", verification)
	if err == nil {
		err = json.Unmarshal(b, &v)
	}
	if err != nil {
		return v, fmt.Errorf("last verification: %w", err)
	}
	return v, nil
}

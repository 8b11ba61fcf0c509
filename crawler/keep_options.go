package crawler

import (
	"fmt"
	"time"

	"fangzhi/extract"
)

// Keep says what is captured of a page besides its own bytes. A zero number
// takes the value of DefaultKeep.
type Keep struct {
	Attachments bool          // documents that articles link or embed
	Requisites  bool          // what pages need to look as they did: styles, scripts, pictures, fonts
	Size        int64         // bytes of one of them, as sent; what is longer is not kept
	PerPage     int           // the most of one page, attachments and requisites each
	PerRun      int           // the most that one run begins with; what is beyond it is due a day later
	Revisit     time.Duration // how long a requisite is not asked for again at the least; see keptRest
}

// DefaultKeep keeps nothing, and has the numbers that hold where none are given.
var DefaultKeep = Keep{Size: 32 << 20, PerPage: 200, PerRun: 20_000, Revisit: 24 * time.Hour}

// MaxKept is the largest Keep.Size: a document is held in memory while it is
// fetched and recorded.
const MaxKept = 512 << 20

func (k Keep) filled() Keep {
	fill(&k.Size, DefaultKeep.Size)
	fill(&k.PerPage, DefaultKeep.PerPage)
	fill(&k.PerRun, DefaultKeep.PerRun)
	fill(&k.Revisit, DefaultKeep.Revisit)
	return k
}

func (k Keep) validate(problems *Problems) {
	if k.Size < 0 || k.Size > MaxKept {
		problems.add("keep.max_size", fmt.Sprint(k.Size), fmt.Sprintf("must be 1 to %d bytes", MaxKept))
	}
	if k.PerPage < 0 || k.PerPage > extract.MaxRequisites {
		problems.add("keep.per_page", fmt.Sprint(k.PerPage), fmt.Sprintf("must be 1 to %d", extract.MaxRequisites))
	}
	if k.PerRun < 0 {
		problems.add("keep.per_run", fmt.Sprint(k.PerRun), "must be 1 or more")
	}
	if k.Revisit < 0 {
		problems.add("keep.revisit", k.Revisit.String(), "must not be negative")
	}
}

package archive

import (
	"fmt"
	"net/http"
)

// JudgeRequisite is Judge for a requisite: it has no versions, and is new,
// changed or unchanged by its bytes. r is what was read where a page of HTML
// came, else nil.
func JudgeRequisite(p Page, c Capture, r *Reading) Verdict {
	v, done := judgeKept(p, c, r)
	switch {
	case done:
		return v
	case r != nil:
		return Verdict{Outcome: Unreadable, Reason: "a page of HTML in place of a requisite: " + r.Signature, Keep: keepTrouble(p, c)}
	case p.State.Gone():
		return Verdict{Outcome: Restored, Reason: "a requisite, there again", Keep: true}
	case p.Payload == "":
		return Verdict{Outcome: New, Reason: "a requisite, had for the first time", Keep: true}
	}
	return Verdict{Outcome: Changed, Reason: "a requisite, other bytes than last time", Keep: true}
}

// JudgeDocument is Judge for a document that an article attaches, of which r was
// read: a version is cut on its bytes, and a page of HTML is none of it.
func JudgeDocument(p Page, c Capture, r *Reading) Verdict {
	v, done := judgeKept(p, c, r)
	switch {
	case done:
		return v
	case r == nil:
		return Verdict{Outcome: Unreadable, Reason: "an answer without a byte in place of a document"}
	case r.Kind != KindAttachment:
		return Verdict{Outcome: Unreadable, Reason: fmt.Sprintf("no document: reads as %s (%s)", r.Kind, r.Signature), Keep: keepTrouble(p, c)}
	}
	return judgeContent(p, DigestOf(c.Payload), "")
}

// judgeKept decides what is the same for requisites and documents. They are kept
// whole or not at all; a redirect is, for a replay follows it.
func judgeKept(p Page, c Capture, r *Reading) (v Verdict, done bool) {
	if c.Status == 0 {
		return Verdict{Outcome: Unreachable, Reason: c.Failure}, true
	}
	if r != nil && r.Trouble == TroubleChallenge {
		return Verdict{Outcome: Challenged, Reason: fmt.Sprintf("status %d: %s", c.Status, r.Signature), Keep: keepTrouble(p, c)}, true
	}
	if v, ok := judgeStatus(p, c, r); ok {
		if v.Outcome == Gone && c.brokeOff() {
			return Verdict{Outcome: Truncated, Reason: v.Reason + ": " + truncation(c) + ": not kept"}, true
		}
		v.Keep = v.Outcome == Moved
		return v, true
	}
	if c.Truncated != "" {
		return Verdict{Outcome: Truncated, Reason: truncation(c) + ": not kept"}, true
	}
	if p.LastDigest != "" && DigestOf(c.Payload) == p.LastDigest {
		return here(p, "same bytes"), true
	}
	if r != nil && c.Status == http.StatusOK {
		return judgeTrouble(p, c, r)
	}
	return Verdict{}, false
}

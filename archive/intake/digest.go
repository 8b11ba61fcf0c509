package intake

import "fangzhi/archive/warc"

// checks are the digests that a record's header gives.
type checks struct {
	block, payload       warc.Check
	hasBlock, hasPayload bool
	spelled              string // the payload's digest, in one spelling
	unproven             bool   // of an algorithm that is not known
}

func checksOf(h *warc.Header) (c checks) {
	if d := h.Get("WARC-Block-Digest"); d != "" {
		c.block, c.hasBlock = warc.NewCheck(d)
		c.unproven = !c.hasBlock
	}
	if d := h.Get("WARC-Payload-Digest"); d != "" {
		c.payload, c.hasPayload = warc.NewCheck(d)
		c.unproven = c.unproven || !c.hasPayload
		c.spelled = c.payload.Name()
	}
	return c
}

// payload checks the digest of a payload: it may be of the body with its transfer
// coding, as some tools have it. Where the block's own digest was right the
// bytes are as they were written, whatever another tool hashed.
func (s *scanner) payload(h *warc.Header, c checks, bodies ...[]byte) error {
	if !c.hasPayload || h.Get("WARC-Truncated") != "" {
		return nil
	}
	for _, b := range bodies {
		if c.payload.Matches(b) {
			return nil
		}
	}
	if c.hasBlock {
		s.remark("digests of payloads that are of other bytes than the payload, while those of the blocks are right")
		return nil
	}
	return fault(h, "its payload does not match WARC-Payload-Digest %s: it is damaged", h.Get("WARC-Payload-Digest"))
}

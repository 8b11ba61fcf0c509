package archive

// Trouble names what a page is in place of what was asked for.
type Trouble string

// The kinds of trouble that a page's own bytes can tell.
const (
	TroubleNone       Trouble = ""
	TroubleChallenge  Trouble = "challenge"  // a WAF's or bot wall's page
	TroubleSoft404    Trouble = "soft_404"   // "the page does not exist", under a status of 200
	TroubleLogin      Trouble = "login"      // a form in place of the page
	TroubleError      Trouble = "error"      // an error page of the portal's software
	TroubleUnreadable Trouble = "unreadable" // not HTML that can be parsed
)

// Reading is what was read from one capture.
type Reading struct {
	Kind      Kind      `json:"kind"`
	Trouble   Trouble   `json:"trouble,omitempty"`
	Signature string    `json:"signature"`         // the text, tag or header that told Kind or Trouble
	Article   Article   `json:"article"`           // empty for a list; only Title is set then
	Missing   []Missing `json:"missing,omitempty"` // the parts of an article that could not be read
	Rules     Digest    `json:"rules,omitempty"`   // of the rules that read it
	Reader    int       `json:"reader,omitempty"`  // version of the reader that read it
	Charset   string    `json:"charset,omitempty"` // what the bytes were decoded as
	Damaged   int       `json:"damaged,omitempty"` // characters that could not be decoded
}

// Missing is a field that a page does not give, or that could not be read.
type Missing struct {
	Field string `json:"field"`
	Tried string `json:"tried"` // the methods that found nothing
}

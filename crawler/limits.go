package crawler

import "time"

// Limits bound what a server can make the crawler do. A zero field takes the
// value of DefaultLimits; a negative one has no bound, or repeats nothing.
type Limits struct {
	Size    int64         // bytes of payload, as sent; what exceeds it is cut, and marked
	Header  int64         // bytes of an answer's header
	Connect time.Duration // for a connection, and again for TLS
	Answer  time.Duration // from the request to the end of the answer's header
	Idle    time.Duration // without a byte of payload
	Total   time.Duration // for the whole answer
	Hung    time.Duration // from the end of one of these to where a request is left that net/http does not give back
	Rate    int64         // bytes of payload a second, on the average of an answer that takes longer than Idle

	Repeats int           // requests after the first when the network or the server fails
	Backoff time.Duration // before the first repeat, doubled before each further one; and a host's first added delay
	Wait    time.Duration // the longest Retry-After that is waited out
	Delay   time.Duration // the longest Crawl-delay of a robots.txt that is honoured
}

// DefaultLimits suit portals on slow lines with large attachments.
var DefaultLimits = Limits{
	Size: 32 << 20, Header: 256 << 10,
	Connect: 15 * time.Second, Answer: 30 * time.Second, Idle: 30 * time.Second, Total: 10 * time.Minute, Hung: 10 * time.Second, Rate: 512,
	Repeats: 2, Backoff: time.Second, Wait: 2 * time.Minute, Delay: 30 * time.Second,
}

// filled returns l with its zero fields filled.
func (l Limits) filled() Limits {
	d := DefaultLimits
	fill(&l.Size, d.Size)
	fill(&l.Header, d.Header)
	fill(&l.Connect, d.Connect)
	fill(&l.Answer, d.Answer)
	fill(&l.Idle, d.Idle)
	fill(&l.Total, d.Total)
	fill(&l.Hung, d.Hung)
	fill(&l.Rate, d.Rate)
	fill(&l.Repeats, d.Repeats)
	fill(&l.Backoff, d.Backoff)
	fill(&l.Wait, d.Wait)
	fill(&l.Delay, d.Delay)
	l.Backoff = max(l.Backoff, 0)
	return l
}

func fill[T ~int | ~int64](field *T, value T) {
	if *field == 0 {
		*field = value
	}
}

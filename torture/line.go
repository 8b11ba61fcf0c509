package torture

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"runtime"
	"sync"
	"time"

	"fangzhi/crawler/portaltest"
)

// what may become of a message to the server.
const (
	passed  = ""
	unsent  = "cut before the server has it"
	unheard = "cut before the answer"
	late    = "late"
	twice   = "sent twice"
	killed  = "the process killed before the server has it"
)

var mishaps = []string{unsent, unheard, late, twice, killed}

// Lines crawls into a MongoDB archive as often as the crawl sends messages about
// data, and has something happen to another of them each time. The program may
// come through, or fail; the archive as it is then is verified, crawled again,
// and held against the portal. The server is the one of uri.
func Lines(ctx context.Context, o Options, uri string, articles int) (f Figures, err error) {
	began := time.Now()
	f.Name = "MongoDB: every message cut, late, sent twice"
	defer func() { f.Took = time.Since(began) }()
	p, base, stop, err := newPortal(articles, 1, 0, portaltest.Options{})
	if err != nil {
		return f, err
	}
	defer stop()
	atOnce := 3 * runtime.GOMAXPROCS(0) // a crawl mostly waits for the server here
	made := newDatabases(o, uri, atOnce)
	defer func() { err = errors.Join(err, made.drop(context.WithoutCancel(ctx))) }() // interrupted or not
	// one crawls, and has something happen to message n.
	one := func(ctx context.Context, spec string, n int, mishap string) (l *line, f Figures, err error) {
		if l, err = newLine(spec, n, mishap); err != nil {
			return nil, f, err
		}
		defer l.close()
		reported := reports{}
		bounded, cancel := context.WithTimeout(ctx, 2*time.Minute)
		defer cancel()
		said, _, err := o.kill(bounded, base, l.uri, false, mortal{meet: l.meet})
		if err != nil && mishap == passed {
			return nil, f, err
		}
		reported.hear(said.text.Bytes())
		f.Acked = reported.total()
		if bounded.Err() != nil && ctx.Err() == nil {
			f.Faults = append(f.Faults, "the crawl did not end within two minutes")
		}
		lost, faults, err := o.held(ctx, spec, p, base, false, reported)
		f.Lost, f.Faults = lost, append(f.Faults, faults...)
		if lost > 0 {
			f.Faults = append(f.Faults, fmt.Sprintf("%d reported visits are lost", lost))
		}
		if err == nil && len(f.Faults) == 0 {
			err = made.giveBack(ctx, spec)
		}
		return l, f, err
	}
	var points []point
	for _, fresh := range []bool{true, false} {
		spec, err := made.take(fresh)
		if err != nil {
			return f, err
		}
		l, whole, err := one(ctx, spec, 0, passed)
		if err != nil || len(whole.Faults) > 0 {
			return f, fmt.Errorf("a crawl whose line is whole: %v, %w", whole.Faults, err)
		}
		points = append(points, l.points(fresh)...)
	}
	f.Points = len(points)
	o.logf("%d messages, %d mishaps", f.Points, f.Points*len(mishaps))
	var mu sync.Mutex
	err = spread(ctx, f.Points*len(mishaps), atOnce, func(ctx context.Context, i int) error {
		at, mishap := points[i/len(mishaps)], mishaps[i%len(mishaps)]
		if o.skips(i/len(mishaps) + 1) {
			return nil
		}
		spec, err := made.take(at.fresh)
		if err != nil {
			return err
		}
		l, one, err := one(ctx, spec, at.n, mishap)
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		if l.hit {
			f.Tried++
		}
		f.Acked += one.Acked
		f.Lost += one.Lost
		for _, fault := range one.Faults {
			f.Faults = append(f.Faults, fmt.Sprintf("message %d, %s: %s", at.n, mishap, fault))
		}
		if f.Tried%50 == 0 {
			o.logf("%d mishaps", f.Tried)
		}
		return nil
	})
	return f, err
}

// line stands between the program and a server of MongoDB.
type line struct {
	uri      string
	target   string
	listener net.Listener
	at       int
	mishap   string

	mu     sync.Mutex
	n      int
	making int // the last message that made a collection or an index
	hit    bool
	conns  map[net.Conn]bool
	kill   func() // ends the program
	done   sync.WaitGroup
}

// meet tells the line how the program is killed.
func (l *line) meet(kill func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.kill = kill
}

func newLine(spec string, at int, mishap string) (*line, error) {
	u, err := url.Parse(spec)
	if err != nil {
		return nil, err
	}
	l := &line{target: u.Host, at: at, mishap: mishap, conns: map[net.Conn]bool{}}
	if u.Port() == "" {
		l.target = net.JoinHostPort(u.Hostname(), "27017")
	}
	if l.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, err
	}
	u.Host = l.listener.Addr().String()
	q := u.Query()
	q.Set("directConnection", "true") // not round the line to a replica set's own addresses
	u.RawQuery = q.Encode()
	l.uri = u.String()
	l.done.Go(func() {
		for {
			client, err := l.listener.Accept()
			if err != nil {
				return
			}
			l.done.Go(func() { l.serve(client) })
		}
	})
	return l, nil
}

func (l *line) close() {
	l.listener.Close()
	l.cut()
	l.done.Wait()
}

// cut ends every connection; new ones may be made.
func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.conns {
		c.Close()
	}
}

// A point is a message of a crawl into a new database, or into an emptied one.
type point struct {
	fresh bool
	n     int
}

// points are those of a crawl that came through: of one into a new database the
// messages that make it, of another all that follow.
func (l *line) points(fresh bool) (all []point) {
	from, to := 1, l.making
	if !fresh {
		from, to = l.making+1, l.n
	}
	for n := from; n <= to; n++ {
		all = append(all, point{fresh, n})
	}
	return all
}

func (l *line) serve(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", l.target)
	if err != nil {
		return
	}
	defer server.Close()
	l.mu.Lock()
	l.conns[client], l.conns[server] = true, true
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		delete(l.conns, client)
		delete(l.conns, server)
		l.mu.Unlock()
	}()
	for {
		request, err := message(client)
		if err != nil {
			return
		}
		mishap := l.judge(request)
		switch mishap {
		case killed:
			l.mu.Lock()
			l.kill()
			l.mu.Unlock()
			return
		case unsent:
			l.cut()
			return
		case late:
			time.Sleep(300 * time.Millisecond)
		case twice:
			if _, err := server.Write(request); err != nil {
				return
			}
			if _, err := message(server); err != nil {
				return
			}
		}
		if _, err := server.Write(request); err != nil {
			return
		}
		if binary.LittleEndian.Uint32(request[12:]) == opMsg && request[16]&2 != 0 {
			continue // no answer is expected
		}
		answer, err := message(server)
		if err != nil {
			return
		}
		if mishap == unheard {
			l.cut()
			return
		}
		if _, err := client.Write(answer); err != nil {
			return
		}
	}
}

const opMsg = 2013

// judge counts a message about data, and says what becomes of it.
func (l *line) judge(m []byte) string {
	command := commandOf(m)
	switch command {
	case "insert", "update", "delete", "find", "aggregate", "getMore", "findAndModify", "createIndexes", "create", "count", "distinct":
	default:
		return passed
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.n++
	if command == "create" || command == "createIndexes" {
		l.making = l.n
	}
	if l.n != l.at {
		return passed
	}
	l.hit = l.mishap != passed
	return l.mishap
}

// commandOf is the name of an OP_MSG's command: the first key of its section of
// kind 0.
func commandOf(m []byte) string {
	if len(m) < 27 || binary.LittleEndian.Uint32(m[12:]) != opMsg {
		return ""
	}
	for rest := m[20:]; len(rest) > 6; {
		size := int(binary.LittleEndian.Uint32(rest[1:]))
		if rest[0] == 0 {
			if end := bytes.IndexByte(rest[6:], 0); end >= 0 {
				return string(rest[6 : 6+end])
			}
			return ""
		}
		if size+1 > len(rest) {
			return ""
		}
		rest = rest[1+size:]
	}
	return ""
}

// message reads one message of MongoDB's wire protocol.
func message(r io.Reader) ([]byte, error) {
	head := make([]byte, 16)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, err
	}
	size := binary.LittleEndian.Uint32(head)
	if size < 16 || size > 64<<20 {
		return nil, fmt.Errorf("a message of %d bytes", size)
	}
	m := make([]byte, size)
	copy(m, head)
	_, err := io.ReadFull(r, m[16:])
	return m, err
}

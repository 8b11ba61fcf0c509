package mongo_test

import (
	"encoding/binary"
	"io"
	"net"
	"net/url"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// proxy stands between a store and the server, reads the commands that pass
// (OP_MSG of MongoDB's wire protocol), and does to one of them what a test
// wants.
type proxy struct {
	t      *testing.T
	target string
	uri    string

	mu       sync.Mutex
	conns    map[net.Conn]bool
	down     bool
	round    int        // counts resets
	commands []bson.Raw // of data, since the last reset
	on       func(n int, command bson.Raw) fate
	then     func() // called when the line was cut
}

// fate is what becomes of a command.
type fate int

const (
	pass    fate = iota
	unsent       // the line is cut before the server has it
	unheard      // the server has done it, the line is cut before the answer
	broken       // likewise, but the line can be had again at once
)

// newProxy returns a proxy before the server of uri; it closes with the test.
func newProxy(t *testing.T, uri string) *proxy {
	t.Helper()
	u, err := url.Parse(uri)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{t: t, target: u.Host, conns: map[net.Conn]bool{}}
	if u.Port() == "" {
		p.target = net.JoinHostPort(u.Hostname(), "27017")
	}
	u.Host = listener.Addr().String()
	q := u.Query()
	q.Set("directConnection", "true") // not round the proxy to a replica set's own addresses
	u.RawQuery = q.Encode()
	p.uri = u.String()

	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { p.serve(client) })
		}
	})
	t.Cleanup(func() {
		listener.Close()
		p.cut(p.round, true)
		serving.Wait()
	})
	return p
}

// cut ends all connections and, where the line is to stay down, lets none be
// made; unless it has been repaired since that round.
func (p *proxy) cut(round int, down bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.round != round {
		return
	}
	p.down = down
	for c := range p.conns {
		c.Close()
	}
	if p.then != nil {
		p.then()
	}
}

// cutFrom repairs the line for n-1 commands; those from the nth on it ends by how, and
// then is called when it did.
func (p *proxy) cutFrom(n int, how fate, then func()) {
	p.reset(func(i int, _ bson.Raw) fate {
		if i < n {
			return pass
		}
		return how
	}, then)
}

// reset repairs the line; on decides on every command from now on, counted
// from 1, and then is called when it had the line cut.
func (p *proxy) reset(on func(n int, command bson.Raw) fate, then func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down, p.commands, p.on, p.then = false, nil, on, then
	p.round++
}

func (p *proxy) seen() []bson.Raw {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.commands
}

func (p *proxy) serve(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", p.target)
	if err != nil {
		p.t.Error(err)
		return
	}
	defer server.Close()
	if !p.admit(client, server) {
		return
	}
	for {
		request, err := message(client)
		if err != nil {
			return
		}
		fate, round := p.judge(request)
		if fate == unsent {
			p.cut(round, true)
			return
		}
		if _, err := server.Write(request); err != nil {
			return
		}
		if expectsNone(request) {
			continue
		}
		answer, err := message(server)
		if err != nil {
			return
		}
		if fate != pass {
			p.cut(round, fate == unheard)
			return
		}
		if _, err := client.Write(answer); err != nil {
			return
		}
	}
}

func (p *proxy) admit(conns ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		p.conns[c] = true
	}
	return !p.down
}

// judge counts the commands that concern data, and asks on about them.
func (p *proxy) judge(message []byte) (f fate, round int) {
	command := commandIn(message)
	switch name(command) {
	case "insert", "update", "delete", "find", "aggregate", "getMore":
	default:
		return pass, 0
	}
	p.mu.Lock()
	p.commands = append(p.commands, command)
	n, on, round := len(p.commands), p.on, p.round
	p.mu.Unlock()
	if on == nil {
		return pass, round
	}
	return on(n, command), round
}

// name is that of a command: its first key.
func name(command bson.Raw) string {
	elements, err := command.Elements()
	if err != nil || len(elements) == 0 {
		return ""
	}
	return elements[0].Key()
}

// collection is what a command works on.
func collection(command bson.Raw) string {
	elements, err := command.Elements()
	if err != nil || len(elements) == 0 {
		return ""
	}
	s, _ := elements[0].Value().StringValueOK()
	return s
}

const opMsg = 2013

// expectsNone tells a request with the flag moreToCome.
func expectsNone(m []byte) bool {
	return binary.LittleEndian.Uint32(m[12:]) == opMsg && binary.LittleEndian.Uint32(m[16:])&2 != 0
}

// commandIn returns the section of kind 0 of an OP_MSG, which holds the
// command without its documents.
func commandIn(m []byte) bson.Raw {
	if binary.LittleEndian.Uint32(m[12:]) != opMsg {
		return nil
	}
	for rest := m[20:]; len(rest) > 5; {
		size := int(binary.LittleEndian.Uint32(rest[1:]))
		if rest[0] == 0 {
			return bson.Raw(rest[1 : 1+size])
		}
		rest = rest[1+size:]
	}
	return nil
}

// message reads one message of the wire protocol.
func message(r io.Reader) ([]byte, error) {
	head := make([]byte, 16)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, err
	}
	m := make([]byte, binary.LittleEndian.Uint32(head))
	copy(m, head)
	_, err := io.ReadFull(r, m[16:])
	return m, err
}

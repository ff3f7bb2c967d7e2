package load

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"spoor/load/traffic"
)

// Clock is where time comes from: time.Now and time.After outside tests.
type Clock struct {
	Now   func() time.Time
	After func(time.Duration) <-chan time.Time
}

// Target is the node that is driven.
type Target struct {
	Host  string                                  // host:port, for the Host field
	Dial  func(context.Context) (net.Conn, error) // makes a connection to it
	Clock Clock
	Token string // of an Authorization: Bearer field; "" for none
	// Timeout is how long an answer may take before the connection is given up.
	// 0 is 30 s.
	Timeout time.Duration
}

// Limits on what a node answers.
const (
	maxHead = 64 << 10
	maxBody = 16 << 20
)

// client is one connection over which one message after the other is sent. It
// writes and reads HTTP/1.1 (RFC 9112) by hand: net/http costs the driver more
// than the node has for a payment.
type client struct {
	target *Target
	maker  *traffic.Maker
	net    net.Conn // nil when there is none
	head   []byte   // of every request, up to its length
	out    []byte
	in     []byte // read and not yet used
	body   []byte // of a chunked answer
	uetrs  [][]byte
	answer []Answer
}

func newClient(t *Target, m *traffic.Maker) *client {
	c := &client{target: t, maker: m, answer: make([]Answer, m.Batch()), in: make([]byte, 0, 8<<10)}
	c.head = fmt.Appendf(nil, "POST /api/messages HTTP/1.1\r\nHost: %s\r\nContent-Type: application/xml\r\n", t.Host)
	if t.Token != "" {
		c.head = fmt.Appendf(c.head, "Authorization: Bearer %s\r\n", t.Token)
	}
	c.head = append(c.head, "Content-Length: "...)
	for range m.Batch() {
		c.uetrs = append(c.uetrs, nil)
	}
	return c
}

// lengthDigits is what is left free for the length: the message is written
// behind it at once. White space before a field's value is allowed.
const lengthDigits = 8

// prepare writes the request for message n.
func (c *client) prepare(n uint64) {
	c.out = append(c.out[:0], c.head...)
	at := len(c.out)
	c.out = append(c.out, "        \r\n\r\n"...)
	body := len(c.out)
	c.out = c.maker.Append(c.out, n)
	var digits [20]byte
	length := strconv.AppendInt(digits[:0], int64(len(c.out)-body), 10)
	copy(c.out[at+lengthDigits-len(length):], length)
	for i := range c.uetrs {
		c.uetrs[i] = c.maker.AppendUETR(c.uetrs[i][:0], n*uint64(c.maker.Batch())+uint64(i))
	}
}

// busy is a node that asks to be left alone for some time.
type busy struct{ wait time.Duration }

func (b busy) Error() string { return fmt.Sprintf("busy, wait %v", b.wait) }

// refusal is an answer other than 200.
type refusal struct {
	status int
	said   string
}

func (r refusal) Error() string { return fmt.Sprintf("%d: %s", r.status, r.said) }

// broken is a connection that could not be made or ended before the answer.
type broken struct {
	unsent bool
	err    error
}

func (b broken) Error() string { return b.err.Error() }
func (b broken) Unwrap() error { return b.err }

// ask sends the prepared request and leaves the answers in c.answer.
func (c *client) ask(ctx context.Context) error {
	if c.net == nil {
		conn, err := c.target.Dial(ctx)
		if err != nil {
			return broken{unsent: true, err: err}
		}
		c.net, c.in = conn, c.in[:0]
	}
	deadline := c.target.Clock.Now().Add(c.target.Timeout)
	if err := c.net.SetDeadline(deadline); err != nil {
		return c.fail(err)
	}
	if _, err := c.net.Write(c.out); err != nil {
		return c.fail(err)
	}
	res, err := c.read()
	if err != nil {
		return c.fail(err)
	}
	if res.last {
		c.close()
	}
	switch res.status {
	case 200:
		return readAnswers(res.body, c.uetrs, c.answer)
	case 429, 503:
		return busy{res.retryAfter}
	}
	return refusal{res.status, firstLine(res.body)}
}

func (c *client) fail(err error) error {
	c.close()
	return broken{err: err}
}

func (c *client) close() {
	if c.net != nil {
		c.net.Close()
		c.net = nil
	}
}

// firstLine cuts what a node says of a refusal to what fits in a report.
func firstLine(b []byte) string {
	s, _, _ := strings.Cut(strings.TrimSpace(string(b[:min(len(b), 300)])), "\n")
	return strings.Join(strings.Fields(strings.ToValidUTF8(s, "?")), " ")
}

// response is the part of an HTTP answer that matters here.
type response struct {
	status     int
	body       []byte
	retryAfter time.Duration
	last       bool // the connection ends with it
	length     int  // -1 where it is not given
	chunked    bool
}

var errAnswerTooLong = errors.New("answer too long")

// read reads one answer. Its body stays valid until the next.
func (c *client) read() (*response, error) {
	end, err := c.until("\r\n\r\n", maxHead)
	if err != nil {
		return nil, err
	}
	res, err := readHead(c.in[:end])
	if err != nil {
		return nil, err
	}
	c.take(end + 4)
	switch {
	case res.chunked:
		res.body, err = c.chunks()
	case res.length >= 0:
		if err = c.fill(res.length); err == nil {
			// The next read may move what is behind it, not this.
			c.body = append(c.body[:0], c.in[:res.length]...)
			res.body = c.body
			c.take(res.length)
		}
	default:
		err = errors.New("answer without Content-Length")
	}
	return res, err
}

// readHead reads the status line and the fields of an answer's head.
func readHead(head []byte) (*response, error) {
	line, fields, _ := bytes.Cut(head, []byte("\r\n"))
	res := &response{length: -1}
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.")) || line[8] != ' ' {
		return nil, fmt.Errorf("no HTTP/1.1 answer: %.40q", line)
	}
	var err error
	if res.status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return nil, fmt.Errorf("no HTTP status: %.40q", line)
	}
	res.last = line[7] == '0'
	for len(fields) > 0 {
		line, fields, _ = bytes.Cut(fields, []byte("\r\n"))
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimSpace(value)
		switch {
		case bytes.EqualFold(name, []byte("Content-Length")):
			if res.length, err = strconv.Atoi(string(value)); err != nil || res.length < 0 || res.length > maxBody {
				return nil, fmt.Errorf("Content-Length %.20q: want 0 to %d", value, maxBody)
			}
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			res.chunked = bytes.EqualFold(value, []byte("chunked"))
		case bytes.EqualFold(name, []byte("Connection")):
			res.last = res.last || bytes.EqualFold(value, []byte("close"))
		case bytes.EqualFold(name, []byte("Retry-After")):
			// Seconds only; a date leaves it to us.
			if s, err := strconv.Atoi(string(value)); err == nil && s > 0 {
				res.retryAfter = time.Duration(min(s, 3600)) * time.Second
			}
		}
	}
	return res, nil
}

// chunks reads a body in chunks (RFC 9112, 7.1).
func (c *client) chunks() ([]byte, error) {
	c.body = c.body[:0]
	for {
		end, err := c.until("\r\n", maxHead)
		if err != nil {
			return nil, err
		}
		size, _, _ := strings.Cut(string(c.in[:end]), ";")
		n, err := strconv.ParseUint(strings.TrimSpace(size), 16, 32)
		if err != nil {
			return nil, fmt.Errorf("chunk of size %.20q", size)
		}
		c.take(end + 2)
		if len(c.body)+int(n) > maxBody {
			return nil, errAnswerTooLong
		}
		if n == 0 {
			return c.body, c.trailer()
		}
		if err := c.fill(int(n) + 2); err != nil {
			return nil, err
		}
		c.body = append(c.body, c.in[:n]...)
		c.take(int(n) + 2)
	}
}

// trailer passes over what follows the last chunk.
func (c *client) trailer() error {
	for {
		end, err := c.until("\r\n", maxHead)
		if err != nil {
			return err
		}
		c.take(end + 2)
		if end == 0 {
			return nil
		}
	}
}

// until reads until mark and gives where it stands.
func (c *client) until(mark string, limit int) (int, error) {
	from := 0
	for {
		if i := bytes.Index(c.in[from:], []byte(mark)); i >= 0 {
			return from + i, nil
		}
		if len(c.in) > limit {
			return 0, errAnswerTooLong
		}
		from = max(len(c.in)-len(mark)+1, 0)
		if err := c.more(); err != nil {
			return 0, err
		}
	}
}

// fill reads until at least n bytes are there.
func (c *client) fill(n int) error {
	for len(c.in) < n {
		if err := c.more(); err != nil {
			return err
		}
	}
	return nil
}

func (c *client) more() error {
	if cap(c.in)-len(c.in) < 1<<10 {
		c.in = append(c.in, make([]byte, max(4<<10, len(c.in)))...)[:len(c.in)]
	}
	n, err := c.net.Read(c.in[len(c.in):cap(c.in)])
	c.in = c.in[:len(c.in)+n]
	if n > 0 {
		return nil
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// take drops the first n bytes read.
func (c *client) take(n int) { c.in = append(c.in[:0], c.in[n:]...) }

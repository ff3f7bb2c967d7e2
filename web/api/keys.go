package api

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
	"golang.org/x/time/rate"

	"spoor/gate/book"
)

// Right is one thing that a caller may do.
type Right string

// The rights. None includes another.
const (
	Pay   Right = "pay"   // send payments and recalls, and ask for what was decided on one's own
	Desk  Right = "desk"  // enter, confirm and lift orders, release holds, see alerts and decisions
	Audit Right = "audit" // read the journal
)

// Caller is who a request comes from.
type Caller struct {
	Name string   // a person's or an institution's; orders and releases carry it
	BIC  string   // of a bank: it may send payments in this name only; "" for any
	May  []Right  //
	Rate *limiter // nil: no limit
}

type limiter = rate.Limiter

func (c *Caller) may(r Right) bool { return slices.Contains(c.May, r) }

// Keys are the callers that a node knows, by the SHA-256 of their bearer token.
// Tokens themselves are not kept.
type Keys struct{ byHash map[[sha256.Size]byte]*Caller }

var bic = regexp.MustCompile(`^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$`)

// mostKeys is how many bytes a key file may have.
const mostKeys = 1 << 20

// LoadKeys reads a key file (TOML):
//
//	[[key]]
//	name   = "Anna Bianchi"
//	sha256 = "…"             # of the token, in hex: printf %s TOKEN | sha256sum
//	may    = ["desk"]
//
//	[[key]]
//	name   = "Banca Uno"
//	bic    = "UNOOITMM"
//	sha256 = "…"
//	may    = ["pay"]
//	rate   = 2000            # payments a second; 0 or absent: no limit
func LoadKeys(r io.Reader) (*Keys, error) {
	var file struct {
		Key []struct {
			Name   string
			BIC    string
			SHA256 string
			May    []Right
			Rate   float64
		}
	}
	raw, err := io.ReadAll(io.LimitReader(r, mostKeys+1))
	if err != nil {
		return nil, err
	}
	if len(raw) > mostKeys {
		return nil, fmt.Errorf("more than %d bytes", mostKeys)
	}
	meta, err := toml.Decode(string(raw), &file)
	if err != nil {
		return nil, err
	}
	if extra := meta.Undecoded(); len(extra) > 0 {
		return nil, fmt.Errorf("unknown entry %q", extra[0])
	}
	k, names := &Keys{byHash: map[[sha256.Size]byte]*Caller{}}, []string(nil)
	for i, f := range file.Key {
		wrong := func(why string) (*Keys, error) { return nil, fmt.Errorf("key %d (%s): %s", i+1, f.Name, why) }
		var hash [sha256.Size]byte
		if n, err := hex.Decode(hash[:], []byte(f.SHA256)); err != nil || n != len(hash) || len(f.SHA256) != 2*len(hash) {
			return wrong("sha256 is not the 64 hex digits of a SHA-256")
		}
		switch {
		case strings.TrimSpace(f.Name) == "":
			return wrong("it has no name")
		case slices.ContainsFunc(names, func(n string) bool { return book.SamePerson(n, f.Name) }):
			return wrong("its name is taken: four eyes need names that differ")
		case k.byHash[hash] != nil:
			return wrong("another key has the same token")
		case len(f.May) == 0:
			return wrong("it may do nothing: give may = [\"pay\"], \"desk\" or \"audit\"")
		case f.Rate < 0 || math.IsNaN(f.Rate) || f.Rate > 1e6:
			return wrong("its rate is none: want payments a second, up to a million")
		case f.BIC != "" && !bic.MatchString(strings.ToUpper(f.BIC)):
			return wrong("its bic is none: want eight or eleven characters (ISO 9362)")
		}
		for _, m := range f.May {
			if m != Pay && m != Desk && m != Audit {
				return wrong(fmt.Sprintf("unknown right %q: want pay, desk or audit", m))
			}
		}
		names = append(names, f.Name)
		c := &Caller{Name: f.Name, BIC: strings.ToUpper(f.BIC), May: f.May}
		if f.Rate > 0 {
			c.Rate = rate.NewLimiter(rate.Limit(f.Rate), max(1, int(f.Rate)))
		}
		k.byHash[hash] = c
	}
	if len(k.byHash) == 0 {
		return nil, errors.New("no [[key]] in it")
	}
	return k, nil
}

// find gives the caller of a token. The look-up is by hash, so that how long it
// takes tells nothing about tokens.
func (k *Keys) find(token string) *Caller {
	hash := sha256.Sum256([]byte(token))
	for known, c := range k.byHash {
		if subtle.ConstantTimeCompare(known[:], hash[:]) == 1 {
			return c
		}
	}
	return nil
}

// Loopback reports whether an address can be reached from this machine only.
func Loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// asHeader names the person in development, where there are no keys.
const asHeader = "Spoor-As"

var errNoKey = errors.New("no valid key: send Authorization: Bearer TOKEN")

// caller says who sends a request. Without keys (development, on loopback
// only) it is whoever the header Spoor-As names, and may do everything.
func (s *server) caller(r *http.Request) (*Caller, error) {
	if s.o.Keys == nil {
		name := r.Header.Get(asHeader)
		if name == "" {
			name = "developer"
		}
		if len(name) > 140 {
			return nil, fmt.Errorf("%s of more than 140 bytes", asHeader)
		}
		return &Caller{Name: name, May: []Right{Pay, Desk, Audit}}, nil
	}
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return nil, errNoKey
	}
	if c := s.o.Keys.find(token); c != nil {
		return c, nil
	}
	return nil, errNoKey
}

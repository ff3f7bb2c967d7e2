package journal

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"fmt"
	"log/slog"
	"math"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// What a client of Options.Listen may do, and nothing else.
const (
	IntakeSubject = "spoor.payments" // publish and request
	StatusSubject = "spoor.status.>" // subscribe
)

const (
	startWait = 30 * time.Second
	// syncEvery bounds what a power failure costs under promise Process. The
	// server's own default is two minutes.
	syncEvery = 10 * time.Second
)

// link is how the journal and its caller talk to NATS: two connections that see
// nothing of each other, and the server itself when it is embedded.
type link struct {
	srv    *server.Server // nil when external
	own    *nats.Conn     // the journal's
	intake *nats.Conn     // the caller's
}

// connect starts the embedded server, or dials the external one.
func connect(o *Options, key []byte) (link, error) {
	if o.URL != "" {
		return dial(o)
	}
	return embed(o, key)
}

func dial(o *Options) (link, error) {
	opts := []nats.Option{nats.Name("spoor journal " + o.Name), nats.MaxReconnects(-1)}
	if o.Credentials != "" {
		opts = append(opts, nats.UserCredentials(o.Credentials))
	}
	own, err := nats.Connect(o.URL, opts...)
	if err != nil {
		return link{}, fmt.Errorf("connecting to %s: %w", o.URL, err)
	}
	intake, err := nats.Connect(o.URL, append(opts, nats.Name("spoor intake "+o.Name))...)
	if err != nil {
		own.Close()
		return link{}, fmt.Errorf("connecting to %s: %w", o.URL, err)
	}
	return link{own: own, intake: intake}, nil
}

// embed starts a server in this process. The journal has an account to itself;
// the intake and its clients live in another, which has no JetStream: no
// permission has to be right for the journal to be out of their reach.
func embed(o *Options, key []byte) (link, error) {
	journal, intake := server.NewAccount("journal"), server.NewAccount("intake")
	secret := rand.Text()
	so := &server.Options{
		ServerName: "spoor-" + o.Name,
		DontListen: o.Listen == "",
		NoLog:      true, NoSigs: true, DisableJetStreamBanner: true,
		JetStream: true, StoreDir: filepath.Join(o.Dir, "nats"),
		SyncAlways: o.Promise == Disk, SyncInterval: syncEvery,
		JetStreamKey: string(key), JetStreamCipher: server.AES,
		// Not a share of the disk as it was at the start: what is refused is
		// decided by Options.MaxBytes and by the disk.
		JetStreamMaxStore: math.MaxInt64 / 2, JetStreamMaxMemory: 64 << 20,
		Accounts: []*server.Account{journal, intake},
		Users: []*server.User{
			{Username: "journal", Password: secret, Account: journal},
			{Username: "intake", Password: secret, Account: intake},
		},
	}
	if err := listen(o, so, intake); err != nil {
		return link{}, err
	}
	srv, err := server.NewServer(so)
	if err != nil {
		return link{}, fmt.Errorf("the embedded server: %w", err)
	}
	srv.SetLoggerV2(serverLog{o.Logger, o.Password == ""}, false, false, false)
	l := link{srv: srv}
	srv.Start()
	if err := l.join(secret); err != nil {
		l.close()
		return link{}, fmt.Errorf("the embedded server: %w", err)
	}
	return l, nil
}

// join waits for the embedded server and connects to it within the process.
func (l *link) join(secret string) error {
	if !l.srv.ReadyForConnections(startWait) {
		return fmt.Errorf("not ready within %s: is the address to listen on free, and the disk in order?", startWait)
	}
	acc, err := l.srv.LookupAccount("journal")
	if err != nil {
		return err
	}
	if err := acc.EnableJetStream(nil, nil); err != nil {
		return err
	}
	if l.own, err = nats.Connect("", nats.InProcessServer(l.srv), nats.UserInfo("journal", secret)); err != nil {
		return err
	}
	l.intake, err = nats.Connect("", nats.InProcessServer(l.srv), nats.UserInfo("intake", secret))
	return err
}

// listen opens the server to clients from outside, if the options say so.
func listen(o *Options, so *server.Options, intake *server.Account) error {
	if o.Listen == "" {
		return nil
	}
	host, port, err := net.SplitHostPort(o.Listen)
	if err != nil {
		return fmt.Errorf("listen %q: want host:port: %w", o.Listen, err)
	}
	if so.Port, err = strconv.Atoi(port); err != nil {
		return fmt.Errorf("listen %q: want a port number", o.Listen)
	}
	if so.Port == 0 {
		so.Port = server.RANDOM_PORT
	}
	so.Host = host
	probe, err := net.Listen("tcp", o.Listen) // of a taken address the server only logs
	if err != nil {
		return err
	}
	probe.Close()
	if so.TLSConfig = o.TLS; o.TLS != nil {
		so.TLS, so.TLSTimeout = true, 5
	}
	ip := net.ParseIP(host)
	if loopback := host == "localhost" || ip != nil && ip.IsLoopback(); !loopback && o.Password == "" {
		return fmt.Errorf("listen %q: others can reach this address: set a user and a password", o.Listen)
	}
	if o.User == "journal" || o.User == "intake" {
		return fmt.Errorf("user %q is taken by the node itself: choose another name", o.User)
	}
	client := &server.User{
		Username: cmp.Or(o.User, "client"), Password: o.Password, Account: intake,
		Permissions: &server.Permissions{
			Publish:   &server.SubjectPermission{Allow: []string{IntakeSubject}},
			Subscribe: &server.SubjectPermission{Allow: []string{StatusSubject, "_INBOX.>"}},
		},
	}
	if o.Password == "" {
		so.NoAuthUser = client.Username
	}
	so.Users = append(so.Users, client)
	return nil
}

// readKey reads the key that encrypts all that is kept; nil without a file.
func readKey(name string) ([]byte, error) {
	if name == "" {
		return nil, nil
	}
	b, err := os.ReadFile(name)
	if b = bytes.TrimSpace(b); err == nil && len(b) < 32 {
		err = fmt.Errorf("%s: %d characters, want a key of at least 32, such as from: openssl rand -hex 32", name, len(b))
	}
	return b, err
}

// close ends connections and server, which writes what it still holds.
func (l *link) close() {
	for _, c := range []*nats.Conn{l.intake, l.own} {
		if c != nil {
			_ = c.FlushTimeout(time.Second) // what the caller published last
			c.Close()
		}
	}
	if l.srv != nil {
		l.srv.Shutdown()
		l.srv.WaitForShutdown()
	}
}

// serverLog hands the server's log on.
type serverLog struct {
	*slog.Logger
	ours bool // all passwords are ours: made for this process, which they never leave
}

func (l serverLog) Noticef(f string, v ...any) { l.Debug("nats: " + fmt.Sprintf(f, v...)) }
func (l serverLog) Warnf(f string, v ...any) {
	if l.ours && strings.Contains(f, "Plaintext passwords") {
		return
	}
	l.Warn("nats: " + fmt.Sprintf(f, v...))
}
func (l serverLog) Errorf(f string, v ...any) { l.Error("nats: " + fmt.Sprintf(f, v...)) }
func (l serverLog) Fatalf(f string, v ...any) { l.Error("nats: " + fmt.Sprintf(f, v...)) }
func (l serverLog) Debugf(f string, v ...any) { l.Debug("nats: " + fmt.Sprintf(f, v...)) }
func (l serverLog) Tracef(f string, v ...any) { l.Debug("nats: " + fmt.Sprintf(f, v...)) }

package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"spoor"
	"spoor/detect"
	"spoor/gate"
	"spoor/journal"
	"spoor/node"
	"spoor/node/engine"
	"spoor/score"
	"spoor/web/api"
)

type serveCmd struct {
	Data       string        `help:"The node's folder: its journal and snapshots." required:"" placeholder:"DIR"`
	Member     string        `help:"Member state whose law and calendar apply; default that of the policy." placeholder:"IT"`
	Listen     string        `help:"Where HTTP is served." default:"127.0.0.1:8700"`
	Lists      string        `help:"Folder of sanctions lists, looked at again every minute." type:"existingdir" placeholder:"DIR"`
	Promise    string        `help:"What an answered decision survives: process (kill -9) or disk (power loss)." enum:"process,disk" default:"disk"`
	Policy     string        `help:"The gate's policy (TOML); default the one inside the program (spoor gate --show)." type:"existingfile" placeholder:"FILE"`
	Model      string        `help:"Learned risk: a file that train wrote, default for the model inside the program, or none." default:"default" placeholder:"FILE|default|none"`
	Parameters string        `help:"A member's own parameters of the typologies (TOML)." type:"existingfile" placeholder:"FILE"`
	Rates      string        `help:"Exchange rates; default yearly averages inside the program." type:"existingfile" placeholder:"FILE"`
	Window     time.Duration `help:"How much of the past the engines see." default:"720h"`
	Keys       string        `help:"Callers and their rights (TOML). Without it everyone on this machine may do everything." type:"existingfile" placeholder:"FILE"`
	TLSCert    string        `name:"tls-cert" help:"Certificate (PEM) for HTTPS." type:"existingfile" placeholder:"FILE"`
	TLSKey     string        `name:"tls-key" help:"Its key (PEM)." type:"existingfile" placeholder:"FILE"`
	NATS       string        `name:"nats" help:"Take payments over NATS too, at this address." placeholder:"ADDR"`
	NATSUser   string        `name:"nats-user" help:"User that NATS clients sign in as; needed unless --nats is on this machine." placeholder:"NAME"`
	NATSSecret string        `name:"nats-password-file" help:"File with that user's password, or its bcrypt hash." type:"existingfile" placeholder:"FILE"`
	Cluster    string        `help:"Keep the journal on this NATS server or cluster instead of inside the process." placeholder:"URL"`
	Creds      string        `help:"Credentials for --cluster." type:"existingfile" placeholder:"FILE"`
	Replicas   int           `help:"Copies of the journal on --cluster." default:"1"`
	KeyFile    string        `help:"Key that encrypts the journal and its snapshots on disk." type:"existingfile" placeholder:"FILE"`
}

// listsEvery is how often the folder of lists is looked at.
const listsEvery = time.Minute

func (c *serveCmd) Run(e *env) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	return c.serve(ctx, e)
}

// service is a node with everything around it.
type service struct {
	c       *serveCmd
	log     *slog.Logger
	member  spoor.Country
	journal *journal.Journal
	node    *node.Node
	api     *api.API
	lists   *listFolder // nil: nobody is screened
	changes chan node.Change
}

func (c *serveCmd) serve(ctx context.Context, e *env) error {
	keys, err := c.check()
	if err != nil {
		return err
	}
	s := &service{c: c, log: slog.New(slog.NewJSONHandler(e.stderr, nil)), changes: make(chan node.Change, 1024)}
	l, err := s.listener() // before anything is written
	if err != nil {
		return err
	}
	defer l.Close()
	if err := s.open(ctx); err != nil {
		return err
	}
	defer s.journal.Close()
	metrics := prometheus.NewRegistry()
	metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	s.node.Register(metrics)
	s.api = api.New(s.node, api.Options{Keys: keys, Metrics: metrics, Log: s.log, Version: software(), Now: time.Now, NewID: newID})
	go s.publish()
	defer close(s.changes) // after the journal has told the last of them
	err = s.run(ctx, l, e.stdout)
	return errors.Join(err, s.node.Close(), s.journal.Close())
}

// check refuses what would be unsafe.
func (c *serveCmd) check() (*api.Keys, error) {
	open := !api.Loopback(c.Listen)
	switch {
	case open && c.Keys == "":
		return nil, usage(fmt.Sprintf("--listen %s can be reached from other machines: give --keys, or listen on 127.0.0.1", c.Listen))
	case open && c.TLSCert == "":
		return nil, usage(fmt.Sprintf("--listen %s can be reached from other machines: give --tls-cert and --tls-key, or listen on 127.0.0.1 behind a proxy", c.Listen))
	case (c.TLSCert == "") != (c.TLSKey == ""):
		return nil, usage("--tls-cert and --tls-key go together")
	case c.NATS != "" && c.Cluster != "":
		return nil, usage("--nats is for the server inside the process; with --cluster, clients connect to the cluster")
	}
	if c.Keys == "" {
		return nil, nil
	}
	f, err := os.Open(c.Keys)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	keys, err := api.LoadKeys(f)
	if err != nil {
		return nil, &spoor.Problem{File: c.Keys, Reason: err.Error(), Fatal: true}
	}
	return keys, nil
}

// open reads everything that the node works by, then its journal.
func (s *service) open(ctx context.Context) error {
	policy, err := loadPolicy(s.c.Policy, s.c.Member)
	if err != nil {
		return err
	}
	params, err := parameters(s.c.Parameters)
	if err != nil {
		return err
	}
	table, err := (&reading{Rates: s.c.Rates}).table()
	if err != nil {
		return err
	}
	versions := map[string]string{"rules": detect.Rules, "parameters": params.Version, "rates": table.Version}
	var model *score.Model
	if s.c.Model != "none" {
		if model, err = loadModel(s.c.Model); err != nil {
			return err
		}
		versions["model"] = model.Version()
	}
	s.member = policy.Member
	var index *node.Lists
	if s.c.Lists == "" {
		s.log.Warn("no sanctions lists: nobody is screened; give --lists DIR")
	} else {
		s.lists = &listFolder{dir: s.c.Lists, good: filepath.Join(s.c.Data, "lists"), log: s.log}
		if index, err = s.lists.start(); err != nil {
			return err
		}
	}
	if s.journal, err = s.openJournal(policy.Member.String()); err != nil {
		return err
	}
	s.node, err = node.Open(ctx, node.Options{
		Member: policy.Member, Software: software(), Journal: s.journal, Policy: policy, Lists: index, Versions: versions,
		Engines: engine.Options{Window: spoor.Instant(s.c.Window / time.Second), Parameters: params, Rates: table, Model: model},
		Now:     time.Now, Log: s.log, Changed: s.changed,
	})
	if err != nil {
		return errors.Join(err, s.journal.Close())
	}
	return nil
}

func (s *service) openJournal(member string) (*journal.Journal, error) {
	o := journal.Options{
		Dir: s.c.Data, Name: member, URL: s.c.Cluster, Credentials: s.c.Creds, Replicas: s.c.Replicas,
		Listen: s.c.NATS, User: s.c.NATSUser, KeyFile: s.c.KeyFile, Logger: s.log, Promise: journal.Promise(s.c.Promise),
	}
	if s.c.NATSSecret != "" {
		b, err := os.ReadFile(s.c.NATSSecret)
		if err != nil {
			return nil, err
		}
		o.Password = strings.TrimRight(string(b), "\r\n")
	}
	return journal.Open(o)
}

func (s *service) listener() (net.Listener, error) {
	l, err := net.Listen("tcp", s.c.Listen)
	if err != nil || s.c.TLSCert == "" {
		return l, err
	}
	cert, err := tls.LoadX509KeyPair(s.c.TLSCert, s.c.TLSKey)
	if err != nil {
		l.Close()
		return nil, err
	}
	return tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS13, NextProtos: []string{"h2", "http/1.1"}}), nil
}

// run serves until the context ends, then lets what is in hand finish. It ends
// with an error when the node can no longer decide.
func (s *service) run(ctx context.Context, l net.Listener, out io.Writer) error {
	server := &http.Server{
		Handler: s.api, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 5 * time.Minute,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
	scheme := "http"
	if s.c.TLSCert != "" {
		scheme = "https"
	}
	if conn := s.journal.Conn(); s.c.NATS != "" && conn != nil {
		intake, err := s.api.Listen(conn, &api.Caller{Name: "NATS " + s.c.NATSUser, May: []api.Right{api.Pay}})
		if err != nil {
			return err
		}
		defer intake.Close()
	}
	fmt.Fprintf(out, "Spoor, node of %s: %s://%s  (API: /api, metrics: /metrics)\n", s.member, scheme, l.Addr())
	if s.c.Keys == "" {
		fmt.Fprintln(out, "DEVELOPMENT: no --keys, so everyone on this machine may do everything, in any name (header Spoor-As).")
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	tick := time.NewTicker(listsEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if s.lists != nil {
				if l, _ := s.lists.read(); l != nil {
					s.node.SetLists(l)
				}
			}
		case err := <-failed:
			return err
		case <-s.node.Failed():
			return s.node.Ready()
		case <-ctx.Done():
			s.log.Info("stopping")
			end, cancel := context.WithTimeout(context.Background(), 20*time.Second)
			defer cancel()
			return server.Shutdown(end)
		}
	}
}

// publish tells clients on NATS what became of held payments. Who misses it
// can ask for the decision.
func (s *service) publish() {
	for c := range s.changes {
		s.log.Info("a hold ended", "entry", c.Entry, "outcome", c.Outcome.String())
		if conn := s.journal.Conn(); conn != nil {
			if err := s.api.Publish(conn, c); err != nil {
				s.log.Warn("what became of a held payment could not be published", "entry", c.Entry, "error", err)
			}
		}
	}
}

// changed hands a change to publish. It runs in the journal's goroutine and so
// never waits.
func (s *service) changed(c node.Change) {
	select {
	case s.changes <- c:
	default:
		s.log.Warn("what became of a held payment was not published: too many at once", "entry", c.Entry)
	}
}

func newID() string {
	var b [12]byte
	rand.Read(b[:])
	return "SPOOR-" + hex.EncodeToString(b[:])
}

// software is the version of this program, for the journal.
func software() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "spoor"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return "spoor " + s.Value[:min(12, len(s.Value))]
		}
	}
	return "spoor " + info.Main.Version
}

// loadPolicy reads a policy, for a member where that is given.
func loadPolicy(file, member string) (*gate.Policy, error) {
	text := gate.DefaultPolicyText()
	if file != "" {
		b, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		text = b
	}
	p, err := gate.LoadPolicy(text)
	if err != nil {
		return nil, inFile(file, err)
	}
	if member != "" {
		c, ok := spoor.ParseCountry(member)
		if !ok {
			return nil, usage(fmt.Sprintf("--member %s: want two letters, such as IT", member))
		}
		p.Member = c
	}
	return p, nil
}

// inFile names the file in problems that do not know it.
func inFile(file string, err error) error {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		var out []error
		for _, e := range many.Unwrap() {
			out = append(out, inFile(file, e))
		}
		return errors.Join(out...)
	}
	if p := new(spoor.Problem); errors.As(err, &p) {
		p.File = file
		return p
	}
	return &spoor.Problem{File: file, Reason: err.Error(), Fatal: true}
}

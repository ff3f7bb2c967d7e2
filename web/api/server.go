// Package api puts a node on HTTP and NATS: payments in, answers out, and the
// desk's orders, holds and alerts. It decides nothing.
//
//	a := api.New(n, api.Options{Keys: keys, Now: time.Now, Log: log})
//	http.Server{Handler: a}.Serve(listener)
//	intake, err := a.Listen(natsConnection, caller)
//
// Payments come as ISO 20022 messages at /api/messages, answered by pacs.002 or
// camt.029, or as JSON at /api/payments. /api describes all of it (OpenAPI
// 3.1). /healthz says whether the process lives, /readyz whether it takes
// payments, /metrics what it does (Prometheus).
package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"spoor/node"
)

// Limits of what arrives from outside.
const (
	MaxBody     = 8 << 20   // bytes of a request
	MaxPayments = 10_000    // in one request
	maxBodies   = 256 << 20 // bytes of all requests that are worked on
)

// Options of an API.
type Options struct {
	Keys    *Keys // nil: development, everyone may do everything; only for loopback
	Metrics *prometheus.Registry
	Log     *slog.Logger
	Version string // of the software
	Now     func() time.Time
	NewID   func() string // a new message id, at most 35 characters
	// AtOnce is how many requests are worked on at the same time; more are told
	// to come back. 0: 1,024.
	AtOnce int
}

type server struct {
	n      *node.Node
	o      Options
	slots  chan struct{} // one a request that is worked on
	bodies atomic.Int64  // bytes of their bodies
	api    huma.API
}

// API is a node's interface; it is the handler of its HTTP part.
type API struct {
	http.Handler
	s *server
}

// New makes the interface of a node.
func New(n *node.Node, o Options) *API {
	if o.AtOnce == 0 {
		o.AtOnce = 1024
	}
	if o.Metrics == nil {
		o.Metrics = prometheus.NewRegistry()
	}
	s := &server{n: n, o: o, slots: make(chan struct{}, o.AtOnce)}
	mux := http.NewServeMux()
	config := huma.DefaultConfig("Spoor", o.Version)
	config.DocsPath, config.SchemasPath, config.OpenAPIPath = "", "", "/api/openapi"
	config.CreateHooks = nil // no $schema links in answers
	config.Info.Description = "A node of Spoor: payments in, decisions out."
	s.api = humago.New(mux, config)
	s.payments()
	s.desk()
	s.describeMessages()
	mux.HandleFunc("POST /api/messages", s.guard(Pay, s.messages))
	mux.HandleFunc("GET /api", s.openAPI)
	mux.HandleFunc("GET /api/journal", s.guard(Audit, s.journal))
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "A node of Spoor. What it can be asked is described at /api (OpenAPI); how to run it, in docs/node.md.")
	})
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "alive") })
	mux.HandleFunc("GET /readyz", s.ready)
	metrics := promhttp.HandlerFor(o.Metrics, promhttp.HandlerOpts{})
	mux.HandleFunc("GET /metrics", s.guard(Audit, func(w http.ResponseWriter, r *http.Request, _ *Caller) { metrics.ServeHTTP(w, r) }))
	return &API{s.outermost(mux), s}
}

func (s *server) openAPI(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/openapi+json")
	json.NewEncoder(w).Encode(s.api.OpenAPI())
}

func (s *server) ready(w http.ResponseWriter, _ *http.Request) {
	if err := s.n.Ready(); err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ready")
}

// outermost is around every request: nothing that it does may end the process,
// and no page of a browser may speak for whoever sits at it.
func (s *server) outermost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if p := recover(); p != nil && p != http.ErrAbortHandler {
				s.o.Log.Error("a request failed inside", "path", r.URL.Path, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
				http.Error(w, "this request failed inside the node; it is logged", http.StatusInternalServerError)
			}
		}()
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		if err := s.foreign(r); err != nil {
			http.Error(w, err.Error(), http.StatusForbidden)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, MaxBody)
		next.ServeHTTP(w, r)
	})
}

// foreign refuses what another site's page makes a browser send: there are no
// cookies here, but in development there are no keys either.
func (s *server) foreign(r *http.Request) error {
	if o := r.Header.Get("Origin"); o != "" {
		if u, err := url.Parse(o); err != nil || u.Host != r.Host {
			return errors.New("requests from other sites' pages are refused")
		}
	}
	if s.o.Keys == nil && !Loopback(withPort(r.Host)) {
		return errors.New("without keys this node answers to localhost only")
	}
	return nil
}

func withPort(host string) string {
	if _, _, err := net.SplitHostPort(host); err == nil {
		return host
	}
	return net.JoinHostPort(strings.Trim(host, "[]"), "80")
}

// guard lets a request through to f when its caller has a right.
func (s *server) guard(right Right, f func(http.ResponseWriter, *http.Request, *Caller)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c, err := s.caller(r)
		switch {
		case err != nil:
			w.Header().Set("WWW-Authenticate", "Bearer")
			http.Error(w, err.Error(), http.StatusUnauthorized)
		case !c.may(right):
			http.Error(w, lacks(right), http.StatusForbidden)
		default:
			release, ok := s.enter(r)
			if !ok {
				w.Header().Set("Retry-After", "1")
				http.Error(w, node.ErrBusy.Error(), http.StatusServiceUnavailable)
				return
			}
			defer release()
			f(w, r, c)
		}
	}
}

// enter takes a slot and room for a request's body, or says that there is none.
// A body of unknown length takes the room of the largest.
func (s *server) enter(r *http.Request) (release func(), ok bool) {
	size := r.ContentLength
	if size < 0 || size > MaxBody {
		size = MaxBody
	}
	select {
	case s.slots <- struct{}{}:
	default:
		return nil, false
	}
	if s.bodies.Add(size) > maxBodies {
		s.bodies.Add(-size)
		<-s.slots
		return nil, false
	}
	return func() {
		s.bodies.Add(-size)
		<-s.slots
	}, true
}

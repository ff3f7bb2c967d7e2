package api_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"spoor"
	"spoor/detect"
	"spoor/format/lists"
	"spoor/format/rates"
	"spoor/gate"
	"spoor/journal"
	"spoor/load/traffic"
	"spoor/node"
	"spoor/node/engine"
	"spoor/score"
	"spoor/screen"
	"spoor/web/api"
)

// BenchmarkMessages decides on pacs.008 messages of one payment with all engines
// on and the shared lists loaded, without a network between.
//
//	go test ./web/api -run NONE -bench Messages
func BenchmarkMessages(b *testing.B) {
	dir := os.Getenv("SPOOR_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	set, faults := lists.Load(filepath.Join(dir, "lists"), nil)
	if len(set.Listings()) == 0 {
		b.Skip("no lists: set SPOOR_DATA to the shared data", faults)
	}
	model, err := score.Default()
	if err != nil {
		b.Fatal(err)
	}
	j, err := journal.Open(journal.Options{Dir: b.TempDir(), Name: "IT"})
	if err != nil {
		b.Fatal(err)
	}
	defer j.Close()
	policy, log := gate.DefaultPolicy(), slog.New(slog.DiscardHandler)
	n, err := node.Open(b.Context(), node.Options{
		Member: policy.Member, Journal: j, Policy: policy, Now: time.Now, Log: log,
		Lists:   &node.Lists{Index: screen.New(set.Listings(), set.Versions()), Versions: set.Versions()},
		Engines: engine.Options{Window: 30 * spoor.Day, Parameters: detect.DefaultParameters(), Rates: rates.Default(), Model: model},
	})
	if err != nil {
		b.Fatal(err)
	}
	defer n.Close()
	h := api.New(n, api.Options{Log: log, Now: time.Now, NewID: func() string { return "ID" }})
	maker, err := traffic.NewMaker(traffic.Population{Accounts: 200_000, Seed: 1, Start: time.Now()})
	if err != nil {
		b.Fatal(err)
	}
	var next atomic.Uint64
	b.SetParallelism(16)
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		var body []byte
		for pb.Next() {
			body = maker.Append(body[:0], next.Add(1))
			r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1/api/messages", bytes.NewReader(body))
			r.Header.Set("Content-Type", "application/xml")
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "<TxSts>") {
				b.Errorf("answer %d: %s", w.Code, w.Body)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "payments/s")
}

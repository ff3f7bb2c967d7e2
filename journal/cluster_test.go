package journal

import (
	"fmt"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// threeServers is a cluster in this process, as an operator would run one.
func threeServers(t *testing.T) (out []*server.Server, urls string) {
	t.Helper()
	var routes []*url.URL
	var ports []int
	for range 3 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		port := l.Addr().(*net.TCPAddr).Port
		l.Close()
		ports = append(ports, port)
		routes = append(routes, &url.URL{Scheme: "nats", Host: fmt.Sprint("127.0.0.1:", port)})
	}
	var all []string
	for i, port := range ports {
		s, err := server.NewServer(&server.Options{ServerName: fmt.Sprint("n", i), Host: "127.0.0.1", Port: server.RANDOM_PORT,
			JetStream: true, StoreDir: t.TempDir(), NoLog: true, NoSigs: true, Routes: routes,
			Cluster: server.ClusterOpts{Name: "c", Host: "127.0.0.1", Port: port}})
		if err != nil {
			t.Fatal(err)
		}
		s.Start()
		t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
		out = append(out, s)
		all = append(all, s.ClientURL())
	}
	for i := 0; ; i++ {
		ready := 0
		for _, s := range out {
			if s.JetStreamIsCurrent() {
				ready++
			}
		}
		known := false // a leader knows all three, or it places no stream on them
		for _, s := range out {
			known = known || s.JetStreamIsLeader() && len(s.JetStreamClusterPeers()) == 3
		}
		if ready == 3 && known {
			return out, strings.Join(all, ",")
		}
		if i == 1000 {
			t.Fatal("no cluster after 10 s")
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// On three replicas the leader is stopped while entries come in. The journal goes
// on, or stops and goes on when it is opened again: no acknowledged entry is
// missing, and the chain is whole.
func TestClusterLosesLeader(t *testing.T) {
	if testing.Short() {
		t.Skip("slow")
	}
	t.Parallel()
	servers, urls := threeServers(t)
	o := Options{Dir: t.TempDir(), Name: "IT", URL: urls, Replicas: 3}
	j := open(t, o)
	info, err := j.stream.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	acked, reopened := map[uint64]string{}, 0
	stop := time.After(1500 * time.Millisecond)
	kill := time.After(500 * time.Millisecond)
	for i, on := 0, true; on; i++ {
		select {
		case <-stop:
			on = false
		case <-kill:
			for _, s := range servers {
				if s.Name() == info.Cluster.Leader {
					s.Shutdown()
				}
			}
		default:
		}
		s := fmt.Sprint("entry ", i)
		number, err := tryKeep(j, text(s))
		if err == nil {
			acked[number] = s
			continue
		}
		j.Close()
		if j, err = Open(o); err != nil {
			t.Fatal(err)
		}
		reopened++
	}
	defer j.Close()
	found := 0
	r, err := Verify(o, j.Head(), func(e Entry) error {
		if want, ok := acked[e.Number]; ok {
			if found++; want != string(e.Data) {
				t.Errorf("entry %d is %q, acknowledged was %q", e.Number, e.Data, want)
			}
		}
		return nil
	})
	if err != nil || r.Fault != nil || found != len(acked) {
		t.Fatalf("%d of %d acknowledged are there, %v, %v", found, len(acked), r.Fault, err)
	}
	t.Logf("%d acknowledged, journal opened anew %d times", len(acked), reopened)
}

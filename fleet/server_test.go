package fleet

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// actAsServer makes the test program act as a server, for tests that kill servers or
// run them in other namespaces. Its value is a serverSpec.
const actAsServer = "MOMENTOLINT_TEST_SERVER"

// serverSpec configures a server: NATS, or one that forwards connections.
type serverSpec struct {
	// Host and Port are the address to listen on.
	Host string
	Port int
	// Dir is the directory of JetStream; Name, Cluster (a port) and Routes configure
	// a node of a cluster.
	Dir, Name string
	Cluster   int
	Routes    []int
	// Forward is the address that connections are forwarded to.
	Forward string
}

// serveForTest serves until it is killed.
func serveForTest() int {
	var spec serverSpec
	err := json.Unmarshal([]byte(os.Getenv(actAsServer)), &spec)
	if err == nil && spec.Forward != "" {
		err = spec.forward()
	} else if err == nil {
		err = spec.nats()
	}
	_, _ = fmt.Fprintln(os.Stderr, err)
	return 2
}

func (spec *serverSpec) nats() error {
	o := &server.Options{
		Host: spec.Host, Port: spec.Port, ServerName: spec.Name, JetStream: true, StoreDir: spec.Dir, NoSigs: true, NoLog: true,
	}
	if spec.Cluster != 0 {
		o.Cluster = server.ClusterOpts{Name: "test", Host: "127.0.0.1", Port: spec.Cluster}
		for _, port := range spec.Routes {
			o.Routes = append(o.Routes, &url.URL{Scheme: "nats", Host: fmt.Sprintf("127.0.0.1:%d", port)})
		}
	}
	s, err := server.NewServer(o)
	if err != nil {
		return err
	}
	s.Start()
	if !s.ReadyForConnections(time.Minute) {
		return fmt.Errorf("the server does not start")
	}
	select {}
}

func (spec *serverSpec) forward() error {
	listener, err := net.Listen("tcp", fmt.Sprintf("%s:%d", spec.Host, spec.Port))
	if err != nil {
		return err
	}
	for {
		in, err := listener.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer func() { _ = in.Close() }()
			out, err := net.Dial("tcp", spec.Forward)
			if err != nil {
				return
			}
			defer func() { _ = out.Close() }()
			go func() { _, _ = io.Copy(out, in) }()
			_, _ = io.Copy(in, out)
		}()
	}
}

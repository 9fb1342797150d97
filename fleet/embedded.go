package fleet

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// embedded is the NATS server in the process. The first process that uses a
// directory runs it; others connect through a socket in the directory, which only
// the user may open. When that process ends, the next one that needs the server
// starts it, so nothing is lost when a worker is killed.
type embedded struct {
	dir string

	mu       sync.Mutex
	closed   bool
	server   *server.Server
	lock     *os.File
	listener net.Listener
	// guests is the number of connections of other processes.
	guests atomic.Int64
}

const (
	lockName   = "lock"
	socketName = "socket"
	storeName  = "jetstream"
	// closeDelay is how long close waits for the other processes: workers of one
	// queue find it empty at about the same time, and starting the server again
	// takes seconds.
	closeDelay = 2 * time.Second
	// takeover is how long another process may take to start or stop the server.
	takeover = 10 * time.Second
)

var errClosed = errors.New("the fleet's connection is closed")

// openEmbedded creates the directory.
func openEmbedded(dir string) (*embedded, error) {
	dir, err := filepath.Abs(dir)
	if err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	if err != nil {
		return nil, fmt.Errorf("preparing the fleet's directory: %w", err)
	}
	return &embedded{dir: dir}, nil
}

// InProcessConn is called by the NATS client for the first connection and for each
// reconnection.
func (e *embedded) InProcessConn() (net.Conn, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil, errClosed
	}
	if e.server != nil {
		return e.server.InProcessConn()
	}
	for started := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		lock, err := tryLock(filepath.Join(e.dir, lockName), true)
		if err != nil {
			return nil, fmt.Errorf("locking the fleet's directory: %w", err)
		}
		if lock != nil {
			if err := e.start(lock); err != nil {
				_ = lock.Close()
				return nil, err
			}
			return e.server.InProcessConn()
		}
		conn, err := dialSocket(e.dir)
		if err == nil {
			return conn, nil
		}
		if time.Since(started) > takeover {
			return nil, fmt.Errorf("another process uses the fleet's directory %s and does not respond: %w", e.dir, err)
		}
	}
}

// start starts the server and accepts connections of other processes.
func (e *embedded) start(lock *os.File) error {
	s, err := server.NewServer(&server.Options{
		ServerName: "momentolint", DontListen: true, NoSigs: true, NoLog: true,
		JetStream: true, StoreDir: filepath.Join(e.dir, storeName),
		// The kernel keeps what a killed process has written; this is against
		// power failures.
		SyncInterval: 10 * time.Second,
	})
	if err != nil {
		return fmt.Errorf("starting the embedded server: %w", err)
	}
	go s.Start()
	if !s.ReadyForConnections(takeover) || !s.JetStreamEnabled() {
		s.Shutdown()
		return errors.New("starting the embedded server: JetStream cannot use " + filepath.Join(e.dir, storeName))
	}
	listener, err := listenSocket(e.dir)
	if err != nil {
		s.Shutdown()
		return fmt.Errorf("starting the embedded server: %w", err)
	}
	e.server, e.lock, e.listener = s, lock, listener
	go e.serve(listener, s)
	return nil
}

// serve joins each connection to the socket with one to the server.
func (e *embedded) serve(listener net.Listener, s *server.Server) {
	for {
		outer, err := listener.Accept()
		if err != nil {
			return
		}
		inner, err := s.InProcessConn()
		if err != nil {
			_ = outer.Close()
			continue
		}
		e.guests.Add(1)
		left := sync.OnceFunc(func() { e.guests.Add(-1) })
		for _, pair := range [][2]net.Conn{{outer, inner}, {inner, outer}} {
			go func() {
				_, _ = io.Copy(pair[0], pair[1])
				_ = outer.Close()
				_ = inner.Close()
				left()
			}()
		}
	}
}

func (e *embedded) close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
	if e.server == nil {
		return
	}
	for end := time.Now().Add(closeDelay); e.guests.Load() > 0 && time.Now().Before(end); {
		time.Sleep(20 * time.Millisecond)
	}
	_ = e.listener.Close()
	e.server.Shutdown()
	e.server.WaitForShutdown()
	_ = e.lock.Close()
	e.server = nil
}

// maxSocketPath is a length that a socket's path may have on every system
// (sockaddr_un holds 104 bytes on macOS).
const maxSocketPath = 100

// socketPath returns a path for the socket that is short enough. It is valid until
// release is called.
func socketPath(dir string) (path string, release func(), err error) {
	path = filepath.Join(dir, socketName)
	if len(path) <= maxSocketPath {
		return path, func() {}, nil
	}
	f, err := os.Open(dir)
	if err != nil {
		return "", nil, err
	}
	path = fmt.Sprintf("/proc/self/fd/%d/%s", f.Fd(), socketName)
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		_ = f.Close()
		return "", nil, fmt.Errorf("the path of the directory is too long for a socket in it: %s", dir)
	}
	return path, func() { _ = f.Close() }, nil
}

func dialSocket(dir string) (net.Conn, error) {
	path, release, err := socketPath(dir)
	if err != nil {
		return nil, err
	}
	defer release()
	return net.DialTimeout("unix", path, time.Second) //nolint:noctx // a local socket responds or fails at once
}

// listenSocket opens the socket. The lock is held, so an existing socket belongs
// to a process that has ended.
func listenSocket(dir string) (net.Listener, error) {
	path, release, err := socketPath(dir)
	if err != nil {
		return nil, err
	}
	defer release()
	_ = os.Remove(path)
	listener, err := net.Listen("unix", path) //nolint:noctx // it does not block
	if err != nil {
		return nil, err
	}
	return listener, os.Chmod(path, 0o600)
}

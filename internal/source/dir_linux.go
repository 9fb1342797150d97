package source

import (
	"errors"
	"io"
	"unsafe"

	"golang.org/x/sys/unix"
)

// descriptor is a directory by its file descriptor. Everything in it is reached
// from there by its bare name, so neither the length nor the fate of the path
// above matters.
type descriptor struct {
	fd int
	id identity
	// place is where reading goes on after parking.
	place int64
}

const dirFlags = unix.O_RDONLY | unix.O_DIRECTORY | unix.O_CLOEXEC

// openRoot opens a directory by its path, following links.
func openRoot(path string) (directory, error) {
	for {
		fd, err := unix.Open(path, dirFlags, 0)
		if err == nil {
			return &descriptor{fd: fd}, nil
		}
		if !errors.Is(err, unix.EINTR) {
			return nil, err
		}
	}
}

// openRootFile opens a file by its path, following links.
func openRootFile(path string) (file, error) {
	for {
		fd, err := unix.Open(path, fileFlags&^unix.O_NOFOLLOW, 0)
		if err == nil {
			return regular(fd, nil)
		}
		if !errors.Is(err, unix.EINTR) {
			return nil, err
		}
	}
}

// openat is unix.Openat without copying the name, which has a zero byte behind it.
func openat(fd int, name []byte, flags int) (int, error) {
	for {
		r, _, errno := unix.Syscall6(unix.SYS_OPENAT, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(name))), uintptr(flags), 0, 0, 0) //nolint:gosec // the kernel reads the name up to its zero byte
		switch errno {
		case 0:
			return int(r), nil
		case unix.EINTR:
		default:
			return -1, errno
		}
	}
}

// fstat and closeFile are two of the four system calls for each file. Neither
// waits for anything with a file that is open for reading, so the scheduler is
// not told, which costs as much again as a short call.
func fstat(fd int, st *unix.Stat_t) error {
	_, _, errno := unix.RawSyscall(unix.SYS_FSTAT, uintptr(fd), uintptr(unsafe.Pointer(st)), 0) //nolint:gosec // the kernel fills st in
	if errno != 0 {
		return errno
	}
	return nil
}

func closeFile(fd int) {
	_, _, _ = unix.RawSyscall(unix.SYS_CLOSE, uintptr(fd), 0, 0)
}

// The layout of struct linux_dirent64.
const (
	direntOffset = 8
	direntLength = 16
	direntType   = 18
	direntName   = 19
)

func (d *descriptor) next(b *dirBuffer) ([]entry, error) {
	if b.raw == nil {
		b.raw = make([]byte, 64<<10)
	}
	b.entries = b.entries[:0]
	for len(b.entries) == 0 {
		n, err := unix.Getdents(d.fd, b.raw)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil || n == 0 {
			return nil, err
		}
		for raw := b.raw[:n]; len(raw) > direntName; {
			length := int(raw[direntLength]) | int(raw[direntLength+1])<<8
			if length <= direntName || length > len(raw) {
				return nil, unix.EIO
			}
			name := raw[direntName:length]
			end := 0
			for end < len(name) && name[end] != 0 {
				end++
			}
			if end == len(name) {
				return nil, unix.EIO
			}
			if name = name[:end]; string(name) != "." && string(name) != ".." {
				b.entries = append(b.entries, entry{name, direntKind(raw[direntType])})
			}
			raw = raw[length:]
		}
	}
	return b.entries, nil
}

func direntKind(t byte) kind {
	switch t {
	case unix.DT_REG:
		return kindFile
	case unix.DT_DIR:
		return kindDir
	case unix.DT_LNK:
		return kindSymlink
	case unix.DT_UNKNOWN:
		return kindUnknown
	default:
		return kindOther
	}
}

func (d *descriptor) identity() (identity, bool, error) {
	var st unix.Statx_t
	err := unix.Statx(d.fd, "", unix.AT_EMPTY_PATH|unix.AT_STATX_DONT_SYNC, unix.STATX_INO, &st)
	if err != nil {
		// Before Linux 4.11, or in a sandbox that does not know the call.
		var old unix.Stat_t
		if err := unix.Fstat(d.fd, &old); err != nil {
			return identity{}, false, err
		}
		d.id = identity{old.Dev, old.Ino}
		return d.id, true, nil
	}
	d.id = identity{unix.Mkdev(st.Dev_major, st.Dev_minor), st.Ino}
	// A kernel that cannot tell (before 5.8) leaves us to suspect every directory.
	mounted := st.Attributes_mask&unix.STATX_ATTR_MOUNT_ROOT == 0 || st.Attributes&unix.STATX_ATTR_MOUNT_ROOT != 0
	return d.id, mounted, nil
}

// pseudoFileSystems are those without files of anybody's: reading them yields
// the kernel's state, may wait for events, and has no end.
var pseudoFileSystems = map[int64]string{
	unix.PROC_SUPER_MAGIC:      "proc",
	unix.SYSFS_MAGIC:           "sysfs",
	unix.DEBUGFS_MAGIC:         "debugfs",
	unix.TRACEFS_MAGIC:         "tracefs",
	unix.SECURITYFS_MAGIC:      "securityfs",
	unix.SELINUX_MAGIC:         "selinuxfs",
	unix.CGROUP_SUPER_MAGIC:    "cgroup",
	unix.CGROUP2_SUPER_MAGIC:   "cgroup2",
	unix.DEVPTS_SUPER_MAGIC:    "devpts",
	unix.BPF_FS_MAGIC:          "bpf",
	unix.PSTOREFS_MAGIC:        "pstore",
	unix.EFIVARFS_MAGIC:        "efivarfs",
	unix.BINFMTFS_MAGIC:        "binfmt_misc",
	unix.NSFS_MAGIC:            "nsfs",
	unix.RDTGROUP_SUPER_MAGIC:  "resctrl",
	unix.USBDEVICE_SUPER_MAGIC: "usbdevfs",
}

func (d *descriptor) pseudo() string {
	var st unix.Statfs_t
	if unix.Fstatfs(d.fd, &st) != nil {
		return ""
	}
	return pseudoFileSystems[int64(st.Type)] //nolint:unconvert // 32 bits on some platforms
}

func (d *descriptor) kind(name []byte) (kind, error) {
	var st unix.Stat_t
	if err := unix.Fstatat(d.fd, string(name), &st, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return kindOther, err
	}
	return modeKind(st.Mode), nil
}

func modeKind(mode uint32) kind {
	switch mode & unix.S_IFMT {
	case unix.S_IFREG:
		return kindFile
	case unix.S_IFDIR:
		return kindDir
	case unix.S_IFLNK:
		return kindSymlink
	default:
		return kindOther
	}
}

func (d *descriptor) openDir(name []byte) (directory, error) {
	fd, err := openat(d.fd, name, dirFlags|unix.O_NOFOLLOW)
	if errors.Is(err, unix.ELOOP) || errors.Is(err, unix.ENOTDIR) {
		return nil, errNotDir
	}
	if err != nil {
		return nil, err
	}
	return &descriptor{fd: fd}, nil
}

func (d *descriptor) link(name []byte) (identity, error) {
	var st unix.Stat_t
	if err := unix.Fstatat(d.fd, string(name), &st, 0); err != nil {
		return identity{}, err
	}
	if modeKind(st.Mode) != kindDir {
		return identity{}, errNotDir
	}
	return identity{st.Dev, st.Ino}, nil
}

func (d *descriptor) again() (directory, error) {
	fd, err := unix.FcntlInt(uintptr(d.fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	return &descriptor{fd: fd}, nil
}

func (d *descriptor) park() bool {
	place, err := unix.Seek(d.fd, 0, io.SeekCurrent)
	if err != nil {
		return false
	}
	d.place = place
	d.close()
	return true
}

func (d *descriptor) resume(handle directory) error {
	h, ok := handle.(*descriptor)
	if !ok {
		return errMoved
	}
	id, _, err := h.identity()
	if err == nil && id != d.id {
		err = errMoved
	}
	if err == nil {
		_, err = unix.Seek(h.fd, d.place, io.SeekStart)
	}
	if err != nil {
		h.close()
		return err
	}
	d.fd = h.fd
	return nil
}

var parentName = []byte("..\x00")[:2]

func (d *descriptor) parent() (directory, error) {
	fd, err := openat(d.fd, parentName, dirFlags)
	if err != nil {
		return nil, err
	}
	return &descriptor{fd: fd}, nil
}

func (d *descriptor) close() {
	if d.fd >= 0 {
		_ = unix.Close(d.fd)
		d.fd = -1
	}
}

// fileFlags never follow a link and never wait: not for the other end of a
// pipe, not for a terminal. What is opened is examined before it is read.
const fileFlags = unix.O_RDONLY | unix.O_NOFOLLOW | unix.O_NONBLOCK | unix.O_NOCTTY | unix.O_CLOEXEC

// rawFile is a regular file by its descriptor.
type rawFile struct {
	fd   int
	info fileInfo
}

func (d *descriptor) openFile(name []byte, again file) (file, error) {
	fd, err := openat(d.fd, name, fileFlags)
	if err != nil {
		if errors.Is(err, unix.ELOOP) || errors.Is(err, unix.ENXIO) {
			return nil, errNotFile
		}
		return nil, err
	}
	return regular(fd, again)
}

// regular takes a descriptor for a file if it is one.
func regular(fd int, again file) (file, error) {
	f, ok := again.(*rawFile)
	if !ok {
		f = &rawFile{}
	}
	f.fd = fd
	var err error
	if f.info, err = f.now(); err != nil {
		f.close()
		return nil, err
	}
	return f, nil
}

func (f *rawFile) opened() fileInfo { return f.info }

func (f *rawFile) now() (fileInfo, error) {
	var st unix.Stat_t
	if err := fstat(f.fd, &st); err != nil {
		return fileInfo{}, err
	}
	if modeKind(st.Mode) != kindFile {
		return fileInfo{}, errNotFile
	}
	return fileInfo{size: st.Size, sparse: st.Blocks < st.Size/512, modified: st.Mtim.Nano()}, nil
}

func (f *rawFile) Read(p []byte) (int, error) {
	for {
		n, err := unix.Read(f.fd, p)
		switch {
		case err == nil && n == 0 && len(p) > 0:
			return 0, io.EOF
		case err == nil:
			return n, nil
		case !errors.Is(err, unix.EINTR):
			return 0, err
		}
	}
}

func (f *rawFile) ReadAt(p []byte, off int64) (n int, err error) {
	for n < len(p) {
		m, err := unix.Pread(f.fd, p[n:], off+int64(n))
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return n, err
		case m == 0:
			return n, io.EOF
		default:
			n += m
		}
	}
	return n, nil
}

func (f *rawFile) extent(off, size int64) (zeros, data int64) {
	begin, err := unix.Seek(f.fd, off, unix.SEEK_DATA)
	end := size
	switch {
	case errors.Is(err, unix.ENXIO):
		begin = size // no data up to the end
	case err != nil:
		begin = off // the file system does not know
	case begin == off:
		if hole, err := unix.Seek(f.fd, off, unix.SEEK_HOLE); err == nil {
			end = hole
		}
	}
	// Reading goes by the place that these have moved.
	if _, err := unix.Seek(f.fd, off, io.SeekStart); err != nil {
		return 0, size - off
	}
	if begin = min(begin, size); begin > off {
		return begin - off, 0
	}
	return 0, max(min(end, size)-off, 1)
}

func (f *rawFile) skip(n int64) error {
	_, err := unix.Seek(f.fd, n, io.SeekCurrent)
	return err
}

func (f *rawFile) close() {
	if f.fd >= 0 {
		closeFile(f.fd)
		f.fd = -1
	}
}

// isPseudo reports whether a path leads into a file system that the walk leaves out.
func isPseudo(path string) bool {
	var st unix.Statfs_t
	return unix.Statfs(path, &st) == nil && pseudoFileSystems[int64(st.Type)] != "" //nolint:unconvert // see above
}

// maxOpenDirs is how many directories a worker may hold open: enough for ordinary
// trees, and few enough for a low limit of the system.
func maxOpenDirs(jobs int) int {
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) != nil {
		return 16
	}
	return int(min(max((min(limit.Cur, 1<<20)-min(limit.Cur, 64))/uint64(4*jobs), 4), 256))
}

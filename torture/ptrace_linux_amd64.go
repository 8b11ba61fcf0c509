package torture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"unsafe"
)

// traced runs a process under ptrace and has meet decide on each call of it that
// concerns files below dir, or its standard error: all threads together, in the
// order in which they are made. It returns the exit code, -1 where the process
// was killed. The command's streams must be files.
func traced(cmd *exec.Cmd, dir string, meet func(*call) fate) (exit int, err error) {
	runtime.LockOSThread() // ptrace is a matter of one thread
	defer runtime.UnlockOSThread()
	cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true, Setpgid: true}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	t := &tracer{pid: cmd.Process.Pid, dir: dir, meet: meet, failing: map[int]syscall.Errno{}, under: map[int]*call{}}
	if t.memory, err = os.Open(fmt.Sprintf("/proc/%d/mem", t.pid)); err == nil {
		defer t.memory.Close()
		exit, err = t.follow()
	}
	if err != nil {
		syscall.Kill(-t.pid, syscall.SIGKILL)
		var status syscall.WaitStatus
		for {
			if _, e := syscall.Wait4(-t.pid, &status, syscall.WALL, nil); e != nil && e != syscall.EINTR {
				break
			}
		}
	}
	return exit, err
}

// canTrace says whether this machine can trace processes.
const canTrace = true

type tracer struct {
	pid     int
	dir     string
	meet    func(*call) fate
	memory  *os.File
	failing map[int]syscall.Errno // by thread: the call under way is to fail so
	under   map[int]*call         // by thread: the call under way
	dead    bool
}

const (
	optionExitKill = 0x100000 // PTRACE_O_EXITKILL
	syscallInfo    = 0x420e   // PTRACE_GET_SYSCALL_INFO, Linux 5.3
)

func (t *tracer) follow() (int, error) {
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(t.pid, &status, syscall.WALL, nil); err != nil {
		return 0, err
	}
	if err := syscall.PtraceSetOptions(t.pid, syscall.PTRACE_O_TRACESYSGOOD|syscall.PTRACE_O_TRACECLONE|optionExitKill); err != nil {
		return 0, fmt.Errorf("ptrace: %w", err)
	}
	if err := syscall.PtraceSyscall(t.pid, 0); err != nil {
		return 0, fmt.Errorf("ptrace: %w", err)
	}
	for {
		tid, err := syscall.Wait4(-t.pid, &status, syscall.WALL, nil)
		switch {
		case err == syscall.EINTR:
			continue
		case err != nil:
			return 0, err
		case status.Exited() && tid == t.pid:
			return status.ExitStatus(), nil
		case status.Signaled() && tid == t.pid:
			return -1, nil
		case !status.Stopped():
			continue
		}
		pass := 0
		switch sig := status.StopSignal(); {
		case sig == syscall.SIGTRAP|0x80:
			if err := t.call(tid); err != nil && err != syscall.ESRCH {
				return 0, err
			}
		case sig == syscall.SIGTRAP, sig == syscall.SIGSTOP: // a thread was made, or begins
		default:
			pass = int(sig)
		}
		if err := syscall.PtraceSyscall(tid, pass); err != nil && err != syscall.ESRCH {
			return 0, fmt.Errorf("ptrace: %w", err)
		}
	}
}

// call handles the beginning or the end of a system call.
func (t *tracer) call(tid int) error {
	var info [88]byte
	if _, _, errno := syscall.Syscall6(syscall.SYS_PTRACE, syscallInfo, uintptr(tid), uintptr(len(info)), uintptr(unsafe.Pointer(&info)), 0, 0); errno != 0 {
		return errno
	}
	word := func(n int) uint64 { return binary.LittleEndian.Uint64(info[24+8*n:]) }
	const entry, leave = 1, 2
	switch info[0] {
	case entry:
		if t.dead {
			return nil
		}
		c := t.callOf(word(0), [3]uint64{word(1), word(2), word(3)}, word(4))
		if c == nil {
			return nil
		}
		return t.begin(tid, c)
	case leave:
		errno, fails := t.failing[tid]
		delete(t.failing, tid)
		c := t.under[tid]
		delete(t.under, tid)
		if fails {
			var regs syscall.PtraceRegs
			if err := syscall.PtraceGetRegs(tid, &regs); err != nil {
				return err
			}
			regs.Rax = uint64(-int64(errno))
			return syscall.PtraceSetRegs(tid, &regs)
		}
		if c != nil && c.done != nil {
			c.done(int64(word(0)))
		}
	}
	return nil
}

func (t *tracer) begin(tid int, c *call) error {
	t.under[tid] = c
	f := t.meet(c)
	switch {
	case f.kill:
		t.dead = true
		return syscall.Kill(t.pid, syscall.SIGKILL)
	case f.errno == 0 && f.short == 0:
		return nil
	}
	var regs syscall.PtraceRegs
	if err := syscall.PtraceGetRegs(tid, &regs); err != nil {
		return err
	}
	if f.errno != 0 {
		regs.Orig_rax = ^uint64(0) // no call at all
		t.failing[tid] = f.errno
	} else {
		regs.Rdx = uint64(f.short)
	}
	return syscall.PtraceSetRegs(tid, &regs)
}

// callOf is a system call of interest, nil where it is none.
func (t *tracer) callOf(nr uint64, args [3]uint64, fourth uint64) *call {
	c := &call{}
	ofFD := func(kind string) *call {
		path, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", t.pid, args[0]))
		if err != nil {
			return nil
		}
		c.kind, c.path = kind, path
		return t.within(c)
	}
	switch nr {
	case syscall.SYS_WRITE:
		if args[0] != 2 {
			return nil
		}
		c.kind, c.data = "say", t.read(args[1], int(args[2]))
		return c
	case syscall.SYS_PWRITE64:
		if ofFD("write") == nil {
			return nil
		}
		c.data, c.at = t.read(args[1], int(args[2])), int64(fourth)
		return c
	case syscall.SYS_FSYNC, syscall.SYS_FDATASYNC:
		return ofFD("sync")
	case syscall.SYS_FTRUNCATE:
		c.at = int64(args[1])
		return ofFD("truncate")
	case syscall.SYS_OPENAT:
		c.kind, c.path, c.create = "open", t.text(args[1]), args[2]&syscall.O_CREAT != 0
		return t.within(c)
	case syscall.SYS_UNLINK:
		c.kind, c.path = "unlink", t.text(args[0])
		return t.within(c)
	case syscall.SYS_UNLINKAT:
		c.kind, c.path = "unlink", t.text(args[1])
		return t.within(c)
	case syscall.SYS_RENAME:
		c.kind, c.path, c.to = "rename", t.text(args[0]), t.text(args[1])
		return t.within(c)
	case syscall.SYS_RENAMEAT:
		c.kind, c.path, c.to = "rename", t.text(args[1]), t.text(fourth)
		return t.within(c)
	}
	return nil
}

func (t *tracer) within(c *call) *call {
	if c.path != t.dir && !strings.HasPrefix(c.path, t.dir+string(filepath.Separator)) {
		return nil
	}
	return c
}

func (t *tracer) read(address uint64, n int) []byte {
	b := make([]byte, n)
	if _, err := t.memory.ReadAt(b, int64(address)); err != nil {
		return nil
	}
	return b
}

func (t *tracer) text(address uint64) string {
	var b []byte
	for len(b) < 4096 {
		part := make([]byte, 64)
		n, err := t.memory.ReadAt(part, int64(address)+int64(len(b)))
		if i := bytes.IndexByte(part[:n], 0); i >= 0 {
			return string(append(b, part[:i]...))
		}
		b = append(b, part[:n]...)
		if err != nil && !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	return string(b)
}

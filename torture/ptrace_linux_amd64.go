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
	t := &tracer{pid: cmd.Process.Pid, dir: dir, meet: meet, under: map[int]*call{}}
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
	pid    int
	dir    string
	meet   func(*call) fate
	memory *os.File
	under  map[int]*call // by thread: the call under way whose end is of interest
	dead   bool
}

const (
	optionSeccomp  = 0x80     // PTRACE_O_TRACESECCOMP
	optionExitKill = 0x100000 // PTRACE_O_EXITKILL
	eventSeccomp   = 7        // PTRACE_EVENT_SECCOMP
	syscallInfo    = 0x420e   // PTRACE_GET_SYSCALL_INFO, Linux 5.3
)

func (t *tracer) follow() (int, error) {
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(t.pid, &status, syscall.WALL, nil); err != nil {
		return 0, err
	}
	if err := syscall.PtraceSetOptions(t.pid, syscall.PTRACE_O_TRACESYSGOOD|syscall.PTRACE_O_TRACECLONE|optionSeccomp|optionExitKill); err != nil {
		return 0, fmt.Errorf("ptrace: %w", err)
	}
	if err := t.filter(); err != nil {
		return 0, fmt.Errorf("have the kernel stop at the calls of interest: %w", err)
	}
	if err := syscall.PtraceCont(t.pid, 0); err != nil {
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
		on := syscall.PtraceCont
		switch sig := status.StopSignal(); {
		case status.TrapCause() == eventSeccomp:
			wait, err := t.call(tid)
			if err != nil && err != syscall.ESRCH {
				return 0, err
			}
			if wait {
				on = syscall.PtraceSyscall // to its end
			}
		case sig == syscall.SIGTRAP|0x80:
			if err := t.end(tid); err != nil && err != syscall.ESRCH {
				return 0, err
			}
		case sig == syscall.SIGTRAP, sig == syscall.SIGSTOP: // a thread was made, or begins
		default:
			pass = int(sig)
		}
		if err := on(tid, pass); err != nil && err != syscall.ESRCH {
			return 0, fmt.Errorf("ptrace: %w", err)
		}
	}
}

// info asks what a thread that stopped at a call is at.
func (t *tracer) info(tid int) (word func(n int) uint64, err error) {
	var info [88]byte
	if _, _, errno := syscall.Syscall6(syscall.SYS_PTRACE, syscallInfo, uintptr(tid), uintptr(len(info)), uintptr(unsafe.Pointer(&info)), 0, 0); errno != 0 {
		return nil, errno
	}
	return func(n int) uint64 { return binary.LittleEndian.Uint64(info[24+8*n:]) }, nil
}

// call handles the beginning of a system call, and says whether its end is of
// interest too.
func (t *tracer) call(tid int) (wait bool, err error) {
	if t.dead {
		return false, nil
	}
	word, err := t.info(tid)
	if err != nil {
		return false, err
	}
	c := t.callOf(word(0), [3]uint64{word(1), word(2), word(3)}, word(4))
	if c == nil {
		return false, nil
	}
	f := t.meet(c)
	if f.kill {
		t.dead = true
		return false, syscall.Kill(t.pid, syscall.SIGKILL)
	}
	if f.errno != 0 || f.short != 0 {
		var regs syscall.PtraceRegs
		if err := syscall.PtraceGetRegs(tid, &regs); err != nil {
			return false, err
		}
		if f.errno != 0 {
			regs.Orig_rax = ^uint64(0) // no call at all
			regs.Rax = uint64(-int64(f.errno))
			return false, syscall.PtraceSetRegs(tid, &regs)
		}
		regs.Rdx = uint64(f.short)
		if err := syscall.PtraceSetRegs(tid, &regs); err != nil {
			return false, err
		}
	}
	if c.done != nil {
		t.under[tid] = c
	}
	return c.done != nil, nil
}

// end handles the end of a system call.
func (t *tracer) end(tid int) error {
	c := t.under[tid]
	delete(t.under, tid)
	if c == nil {
		return nil
	}
	word, err := t.info(tid)
	if err != nil {
		return err
	}
	c.done(int64(word(0)))
	return nil
}

// stops are the calls that callOf may tell of.
var stops = []uint32{
	syscall.SYS_PWRITE64, syscall.SYS_FSYNC, syscall.SYS_FDATASYNC, syscall.SYS_FTRUNCATE, syscall.SYS_OPENAT,
	syscall.SYS_UNLINK, syscall.SYS_UNLINKAT, syscall.SYS_RENAME, syscall.SYS_RENAMEAT,
}

// filter has the process, which has not begun yet, ask the kernel to stop it at
// these calls and at writes to its standard error alone: to stop at every call
// takes longer than the crawl does. See seccomp(2).
func (t *tracer) filter() error {
	const (
		load, equal, give = 0x20, 0x15, 0x06 // BPF_LD|W|ABS, BPF_JMP|JEQ|K, BPF_RET|K
		trace, allow      = 0x7ff00000, 0x7fff0000
	)
	program := []syscall.SockFilter{
		{Code: load, K: 0}, // the call's number
		{Code: equal, K: syscall.SYS_WRITE, Jf: 3},
		{Code: load, K: 16}, // its first argument
		{Code: equal, K: 2, Jt: uint8(len(stops) + 2)},
		{Code: give, K: allow},
	}
	for i, nr := range stops {
		program = append(program, syscall.SockFilter{Code: equal, K: nr, Jt: uint8(len(stops) - i)})
	}
	program = append(program, syscall.SockFilter{Code: give, K: allow}, syscall.SockFilter{Code: give, K: trace})

	var before syscall.PtraceRegs
	if err := syscall.PtraceGetRegs(t.pid, &before); err != nil {
		return err
	}
	was := make([]byte, 2)
	if _, err := syscall.PtracePeekText(t.pid, uintptr(before.Rip), was); err != nil {
		return err
	}
	if _, err := syscall.PtracePokeText(t.pid, uintptr(before.Rip), []byte{0x0f, 0x05}); err != nil { // syscall
		return err
	}
	at := (before.Rsp - 4096) &^ 15 // below the stack, which is not in use yet
	code := binary.LittleEndian.AppendUint64(nil, uint64(len(program)))
	code = binary.LittleEndian.AppendUint64(code, at+16)
	for _, f := range program {
		code = binary.LittleEndian.AppendUint16(code, f.Code)
		code = append(code, f.Jt, f.Jf)
		code = binary.LittleEndian.AppendUint32(code, f.K)
	}
	if _, err := syscall.PtracePokeData(t.pid, uintptr(at), code); err != nil {
		return err
	}
	const noNewPrivileges, seccomp, setFilter = 38, 317, 1
	for _, ask := range [][4]uint64{{syscall.SYS_PRCTL, noNewPrivileges, 1, 0}, {seccomp, setFilter, 0, at}} {
		regs := before
		regs.Orig_rax = ^uint64(0)
		regs.Rax, regs.Rdi, regs.Rsi, regs.Rdx, regs.R10, regs.R8 = ask[0], ask[1], ask[2], ask[3], 0, 0
		if err := syscall.PtraceSetRegs(t.pid, &regs); err != nil {
			return err
		}
		if err := syscall.PtraceSingleStep(t.pid); err != nil {
			return err
		}
		var status syscall.WaitStatus
		if _, err := syscall.Wait4(t.pid, &status, syscall.WALL, nil); err != nil {
			return err
		}
		if err := syscall.PtraceGetRegs(t.pid, &regs); err != nil {
			return err
		}
		if int64(regs.Rax) < 0 {
			return fmt.Errorf("call %d: %w", ask[0], syscall.Errno(-int64(regs.Rax)))
		}
	}
	if _, err := syscall.PtracePokeText(t.pid, uintptr(before.Rip), was); err != nil {
		return err
	}
	return syscall.PtraceSetRegs(t.pid, &before)
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

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"fangzhi/bench/process"
)

// bench is one measurement under way.
type bench struct {
	options
	dir    string // temporary
	portal string // binary of the portal command
	notes  io.Writer
}

// site is a portal to crawl.
type site struct {
	name     string
	articles int
	latency  time.Duration
}

func newBench(ctx context.Context, o options, notes io.Writer) (*bench, error) {
	dir, err := os.MkdirTemp("", "fangzhi-bench-")
	if err != nil {
		return nil, err
	}
	b := &bench{options: o, dir: dir, portal: filepath.Join(dir, "portal"), notes: notes}
	builds := [][2]string{{b.portal, "fangzhi/crawler/portaltest/portal"}}
	if b.program == "" {
		b.program = filepath.Join(dir, "fangzhi")
		builds = append(builds, [2]string{b.program, "fangzhi/cmd/fangzhi"})
	}
	for _, build := range builds {
		if err := process.Build(ctx, build[0], build[1], notes); err != nil {
			b.close()
			return nil, err
		}
	}
	return b, nil
}

func (b *bench) close() {
	if b.keep {
		fmt.Fprintln(b.notes, "bench: kept", b.dir)
		return
	}
	if err := os.RemoveAll(b.dir); err != nil {
		fmt.Fprintln(b.notes, "bench:", err)
	}
}

// once serves s and crawls it into a new archive.
func (b *bench) once(ctx context.Context, s site) (crawl, error) {
	crawls, err := b.crawls(ctx, s, nil)
	if err != nil {
		return crawl{}, err
	}
	return crawls[0], nil
}

// twice serves s, crawls it into a new archive, and then again with every page
// asked for.
func (b *bench) twice(ctx context.Context, s site) ([]crawl, error) {
	return b.crawls(ctx, s, nil, []string{"--full"})
}

// crawls serves s and crawls it once with each of the further arguments.
func (b *bench) crawls(ctx context.Context, s site, args ...[]string) (done []crawl, err error) {
	server, err := b.serve(ctx, s)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, server.stop()) }()
	archive := b.archive
	if archive == "" {
		archive = "sqlite:" + filepath.Join(b.dir, s.name+".db")
	}
	for i, more := range args {
		name := fmt.Sprintf("%s, crawl %d", s.name, i+1)
		fmt.Fprintf(b.notes, "bench: %s: %d articles\n", name, s.articles)
		c, err := b.crawl(ctx, server, name, append([]string{
			"crawl", server.url, "--allow-private", "--delay", "0",
			"--concurrency", strconv.Itoa(b.concurrency), "--archive", archive,
		}, more...))
		if err != nil {
			return nil, err
		}
		done = append(done, c)
	}
	return done, nil
}

// crawl runs one crawl to its end.
func (b *bench) crawl(ctx context.Context, server *server, name string, args []string) (crawl, error) {
	if err := server.ask(ctx, http.MethodPost, "-/forget", nil); err != nil {
		return crawl{}, err
	}
	before := server.cpu()
	cmd := exec.CommandContext(ctx, b.program, args...)
	cmd.Dir = b.dir // no configuration of the caller's
	log, err := os.Create(filepath.Join(b.dir, strings.ReplaceAll(name, ", ", "-")+".log"))
	if err != nil {
		return crawl{}, err
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	start := time.Now()
	if err := cmd.Run(); err != nil {
		text, _ := os.ReadFile(log.Name()) // the failure of the crawl is what counts
		return crawl{}, fmt.Errorf("%s: %s: %w\n%s", name, strings.Join(args, " "), err, tail(text, 20))
	}
	c := crawl{
		name: name, wall: time.Since(start), peak: process.Peak(cmd.ProcessState),
		cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(),
	}
	var report struct {
		Requests int      `json:"requests"`
		Twice    int      `json:"twice"`
		Examples []string `json:"examples"`
	}
	if err := server.ask(ctx, http.MethodGet, "-/report", &report); err != nil {
		return crawl{}, err
	}
	c.requests, c.twice, c.examples = report.Requests, report.Twice, report.Examples
	c.served = server.cpu() - before
	return c, nil
}

// server is a portal in a process of its own.
type server struct {
	cmd *exec.Cmd
	url string // with a slash at its end
}

func (b *bench) serve(ctx context.Context, s site) (*server, error) {
	cmd := exec.CommandContext(ctx, b.portal, "-addr", "127.0.0.1:0", "-articles", strconv.Itoa(s.articles),
		"-latency", s.latency.String(), "-codings", b.codings)
	log, err := os.Create(filepath.Join(b.dir, s.name+"-portal.log"))
	if err != nil {
		return nil, err
	}
	defer log.Close() // the portal has it by then
	cmd.Stderr = log
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	url, err := bufio.NewReader(out).ReadString('\n')
	server := &server{cmd: cmd, url: strings.TrimSpace(url)}
	if err != nil {
		text, _ := os.ReadFile(log.Name()) // that there is no URL is what counts
		return nil, fmt.Errorf("portal: no URL: %w\n%s", errors.Join(err, server.stop()), tail(text, 20))
	}
	return server, nil
}

// stop ends the portal and waits for it.
func (s *server) stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return s.cmd.Wait()
}

// cpu is the time that the portal's process has taken so far, 0 when it does
// not tell.
func (s *server) cpu() time.Duration {
	var report struct {
		CPU time.Duration `json:"cpu_ns"`
	}
	_ = s.ask(context.Background(), http.MethodGet, "-/report", &report) // a note under the table, no figure
	return report.CPU
}

// ask asks the portal's desk.
func (s *server) ask(ctx context.Context, method, path string, into any) error {
	req, err := http.NewRequestWithContext(ctx, method, s.url+path, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("portal's desk: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		return fmt.Errorf("portal's desk: %s: status %s", path, resp.Status)
	}
	if into == nil {
		return nil
	}
	return json.NewDecoder(resp.Body).Decode(into)
}

// tail returns the last n lines of text.
func tail(text []byte, n int) []byte {
	lines := bytes.SplitAfter(bytes.TrimSpace(text), []byte("\n"))
	return bytes.Join(lines[max(0, len(lines)-n):], nil)
}

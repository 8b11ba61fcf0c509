package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
)

// serving runs the command for as long as the test does and returns the URL
// that it prints.
func serving(t *testing.T, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out, in := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := run(ctx, append([]string{"-addr", "127.0.0.1:0"}, args...), in)
		in.CloseWithError(err)
		done <- err
	}()
	url, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return strings.TrimSuffix(url, "/\n")
}

func ask(t *testing.T, method, url string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func TestServesTheDemo(t *testing.T) {
	base := serving(t)
	if _, body := ask(t, "GET", base+"/"); !strings.Contains(body, "云溪县人民政府门户网站") {
		t.Error("the home page is not the demo's")
	}
	_, truth := ask(t, "GET", base+"/-/truth")
	if n := strings.Count(truth, "\n"); n != 38 {
		t.Errorf("%d articles in the truth, want 38", n)
	}
	if status, body := ask(t, "POST", base+"/-/next-day"); status != http.StatusOK || !strings.Contains(body, "Withdrawn") {
		t.Errorf("next day: status %d: %s", status, body)
	}
	if status, _ := ask(t, "POST", base+"/-/next-day"); status != http.StatusConflict {
		t.Errorf("the day after: status %d, want 409", status)
	}
}

func TestReport(t *testing.T) {
	base := serving(t, "-articles", "30", "-columns", "2", "-edit", "2", "-drop", "1")
	states := map[string]int{}
	_, truth := ask(t, "GET", base+"/-/truth")
	for text := range strings.Lines(truth) {
		var l line
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatal(err)
		}
		states[l.State]++
		if l.Texts == 2 {
			states["edited"]++
		}
		if l.State == "live" {
			if status, body := ask(t, "GET", l.URL); status != http.StatusOK || !strings.Contains(body, l.Body[0]) {
				t.Errorf("%s: status %d, or another text", l.URL, status)
			}
		}
	}
	if states["live"] != 29 || states["withdrawn"] != 1 || states["edited"] != 2 {
		t.Errorf("states %v, want 29 live, 1 withdrawn, 2 edited", states)
	}
	ask(t, "GET", base+"/")
	ask(t, "GET", base+"/")
	var r report
	_, body := ask(t, "GET", base+"/-/report")
	if err := json.Unmarshal([]byte(body), &r); err != nil {
		t.Fatal(err)
	}
	if r.Requests != 31 || r.URLs != 30 || r.Twice != 1 || r.Examples[0] != "/" || r.MaxConcurrent != 1 {
		t.Errorf("report %+v", r)
	}
	if status, _ := ask(t, "POST", base+"/-/forget"); status != http.StatusNoContent {
		t.Errorf("forget: status %d", status)
	}
	if _, body := ask(t, "GET", base+"/-/report"); !strings.Contains(body, `"requests":0`) {
		t.Errorf("after that: %s", body)
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{{"-none"}, {"argument"}, {"-drop", "1000"}, {"-validity", "x"}} {
		if err := run(t.Context(), args, io.Discard); !errors.Is(err, errUsage) {
			t.Errorf("%v: error %v, want one of usage", args, err)
		}
	}
}

package export_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"testing"
	"time"
)

// browser is Chromium, driven by the WebDriver protocol.
type browser struct {
	t       *testing.T
	session string // URL
}

// openBrowser starts Chromium without a window.
func openBrowser(t *testing.T) *browser {
	t.Helper()
	driver := tool(t, "chromedriver", "chromium-driver")
	chromium := tool(t, "chromium", "chromium")
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().(*net.TCPAddr)
	free.Close()
	cmd := exec.Command(driver, // outlives the test's context: its browser is closed last
		fmt.Sprintf("--port=%d", address.Port), "--allowed-ips=127.0.0.1")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	b := &browser{t: t}
	t.Cleanup(func() {
		if b.session != "" {
			b.ask(http.MethodDelete, "", nil, nil)
		}
		cmd.Process.Kill()
		cmd.Wait()
	})
	base := "http://" + address.String()
	for deadline := time.Now().Add(60 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if answer, err := http.Get(base + "/status"); err == nil {
			answer.Body.Close()
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("chromedriver does not answer")
		}
	}
	var opened struct{ SessionID string }
	b.session = base + "/session"
	b.ask(http.MethodPost, "", map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{
		"timeouts":           map[string]int{"script": 120_000, "pageLoad": 120_000},
		"goog:chromeOptions": map[string]any{"binary": chromium, "args": []string{"--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=800,600"}},
	}}}, &opened)
	b.session += "/" + opened.SessionID
	return b
}

// ask sends a command and reads its value.
func (b *browser) ask(method, path string, body, value any) {
	b.t.Helper()
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			b.t.Fatal(err)
		}
	}
	r, err := http.NewRequest(method, b.session+path, bytes.NewReader(text))
	if err != nil {
		b.t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close()
	var result struct{ Value json.RawMessage }
	if err := json.NewDecoder(answer.Body).Decode(&result); err != nil {
		b.t.Fatal(err)
	}
	if answer.StatusCode != http.StatusOK {
		b.t.Fatalf("browser: %s: %s", path, result.Value)
	}
	if value != nil {
		if err := json.Unmarshal(result.Value, value); err != nil {
			b.t.Fatalf("browser: %s: %v: %s", path, err, result.Value)
		}
	}
}

func (b *browser) open(url string) {
	b.t.Helper()
	b.ask(http.MethodPost, "/url", map[string]string{"url": url}, nil)
}

// wait runs a script that hands its result to its last argument.
func (b *browser) wait(script string, value any) {
	b.t.Helper()
	b.ask(http.MethodPost, "/execute/async", map[string]any{"script": script, "args": []any{}}, value)
}

func (b *browser) picture() []byte {
	b.t.Helper()
	var text string
	b.ask(http.MethodGet, "/screenshot", nil, &text)
	png, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		b.t.Fatal(err)
	}
	return png
}

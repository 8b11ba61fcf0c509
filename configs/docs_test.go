package configs_test

import (
	"os"
	"strings"
	"testing"

	"fangzhi/configs"
)

// known returns the keys that a mapping may hold, from what is said of one that
// it may not.
func known(t *testing.T, text string) []string {
	t.Helper()
	_, err := configs.Parse("x.yaml", []byte(text))
	if err == nil {
		t.Fatal("an unknown key was taken")
	}
	_, list, ok := strings.Cut(err.Error(), "known are: ")
	if !ok {
		t.Fatal(err)
	}
	list, _, _ = strings.Cut(list, "\n")
	return strings.Split(list, ", ")
}

func TestDocumentation(t *testing.T) {
	b, err := os.ReadFile("../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	_, least, _ := strings.Cut(text, "```yaml\n")
	least, _, _ = strings.Cut(least, "```")
	if c, err := configs.Parse("docs", []byte(least)); err != nil || len(c.Warnings) > 0 {
		t.Errorf("the least that works: %v %v", err, c.Warnings)
	}
	const site = "sites: [{name: a, columns: [{name: n, url: 'http://a.cn/'}], "
	for _, at := range []string{"zzzzzzzzzz: 1", site + "zzzzzzzzzz: 1}]", site + "rules: {zzzzzzzzzz: 1}}]", site + "tls: {zzzzzzzzzz: 1}}]", site + "withdrawal: {zzzzzzzzzz: 1}}]", site + "keep: {zzzzzzzzzz: 1}}]", site + "scope: {zzzzzzzzzz: 1}}]"} {
		for _, key := range known(t, at) {
			if !strings.Contains(text, "`"+key+"`") && !strings.Contains(text, "`"+key+".") {
				t.Errorf("%s is not documented", key)
			}
		}
	}
	presets, err := configs.Presets()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range presets {
		if !strings.Contains(text, "`"+p.Name+"`") {
			t.Errorf("preset %s is not documented", p.Name)
		}
	}
}

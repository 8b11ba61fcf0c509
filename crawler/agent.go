package crawler

import (
	"runtime/debug"
	"strings"
)

// product is the crawler's name, as robots.txt files address it.
const product = "fangzhi"

// userAgent is how the crawler introduces itself: fangzhi/1.2.3
// (+crawler@example.org). The contact is what a portal's keeper can write to.
func userAgent(contact string) string {
	version := "devel"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		version = strings.TrimPrefix(info.Main.Version, "v")
	}
	agent := product + "/" + version
	if contact = strings.Join(strings.Fields(contact), " "); contact != "" {
		agent += " (+" + contact + ")"
	}
	return agent
}

// token is the part of a User-Agent that robots.txt files are matched with.
func token(agent string) string {
	end := strings.IndexFunc(agent, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '-' || r == '_')
	})
	if end < 0 {
		end = len(agent)
	}
	if end == 0 {
		return product
	}
	return agent[:end]
}

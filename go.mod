module fangzhi

go 1.26.0

require (
	github.com/PuerkitoBio/goquery v1.13.0 // selectors of rules on the parsed page
	github.com/andybalholm/brotli v1.2.8 // content coding br
	github.com/andybalholm/cascadia v1.3.4 // those selectors, checked and compiled once
	github.com/dustin/go-humanize v1.1.0 // sizes for people
	github.com/goccy/go-yaml v1.19.2 // the configuration: errors with line and column
	github.com/gocolly/colly/v2 v2.3.0 // the single fetch
	github.com/jimsmart/grobotstxt v1.0.3 // robots.txt, a port of Google's own parser
	github.com/klauspost/compress v1.20.3 // content codings, and Zstandard for payloads
	github.com/mattn/go-isatty v0.0.24 // is it a terminal
	github.com/mattn/go-runewidth v0.0.31 // Chinese is two columns wide
	github.com/mmcdole/gofeed v1.4.2 // RSS, Atom and JSON Feed with all their dirt
	github.com/nlnwa/whatwg-url v0.6.2 // the keys of a CDXJ, parsed as browsers do
	github.com/parquet-go/parquet-go v0.32.0 // Parquet exports
	github.com/robfig/cron/v3 v3.0.1 // the parser of schedules, not the runner
	github.com/schollz/progressbar/v3 v3.19.1 // progress on a terminal
	github.com/spf13/cobra v1.10.2 // the command line
	github.com/tdewolff/parse/v2 v2.8.20 // what stylesheets name
	go.mongodb.org/mongo-driver/v2 v2.10.0 // the MongoDB archive
	golang.org/x/mod v0.43.0 // proofs of the log: the Merkle tree of the Go checksum database
	golang.org/x/net v0.62.0 // the HTML parser; rules for header values
	golang.org/x/sync v0.24.0 // errgroup, singleflight, semaphore
	golang.org/x/sys v0.49.0 // one sync for a folder of many files
	golang.org/x/term v0.47.0 // how wide a terminal is
	golang.org/x/text v0.43.0 // charsets
	modernc.org/sqlite v1.61.1 // the embedded archive, without cgo
)

// For tests alone.
require (
	github.com/google/go-cmp v0.7.0 // differences in tests
	github.com/nlnwa/gowarc v1.6.0 // the strictest reader of WARC
	github.com/rogpeppe/go-internal v1.16.0 // commands tested as scripts
)

require (
	github.com/antchfx/htmlquery v1.3.5 // indirect
	github.com/antchfx/xmlquery v1.5.0 // indirect
	github.com/antchfx/xpath v1.3.5 // indirect
	github.com/bits-and-blooms/bitset v1.24.4 // indirect
	github.com/clipperhouse/uax29/v2 v2.2.0 // indirect
	github.com/gobwas/glob v0.2.3 // indirect
	github.com/golang/groupcache v0.0.0-20241129210726-2c02b8208cf8 // indirect
	github.com/golang/protobuf v1.5.4 // indirect
	github.com/google/uuid v1.6.0 // indirect
	github.com/inconshreveable/mousetrap v1.1.0 // indirect
	github.com/kennygrant/sanitize v1.2.4 // indirect
	github.com/mitchellh/colorstring v0.0.0-20190213212951-d06e56a500db // indirect
	github.com/mmcdole/goxpp/v2 v2.0.0 // indirect
	github.com/ncruces/go-strftime v1.1.0 // indirect
	github.com/parquet-go/bitpack v1.0.0 // indirect
	github.com/parquet-go/jsonlite v1.0.0 // indirect
	github.com/pierrec/lz4/v4 v4.1.21 // indirect
	github.com/pkg/errors v0.9.1 // indirect
	github.com/prometheus/prometheus v0.40.3 // indirect
	github.com/remyoudompheng/bigfft v0.0.0-20230129092748-24d4a6f8daec // indirect
	github.com/rivo/uniseg v0.4.7 // indirect
	github.com/saintfish/chardet v0.0.0-20230101081208-5e3ef4b5456d // indirect
	github.com/spf13/pflag v1.0.9 // indirect
	github.com/temoto/robotstxt v1.1.2 // indirect
	github.com/twpayne/go-geom v1.6.1 // indirect
	github.com/xdg-go/scram v1.4.0 // indirect
	github.com/xdg-go/stringprep v1.0.4 // indirect
	github.com/youmark/pkcs8 v0.0.0-20240726163527-a2c0da244d78 // indirect
	golang.org/x/crypto v0.58.0 // indirect
	golang.org/x/tools v0.52.0 // indirect
	google.golang.org/appengine v1.6.8 // indirect
	google.golang.org/protobuf v1.36.10 // indirect
	modernc.org/libc v1.79.0 // indirect
	modernc.org/mathutil v1.7.1 // indirect
	modernc.org/memory v1.12.1 // indirect
)

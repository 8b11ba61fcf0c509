# Everything here also works by hand: see CONTRIBUTING.md.
GO ?= go
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
FUZZTIME ?= 60s

.PHONY: build test lint fuzz bench demo score torture vuln clean

build:
	$(GO) build -o bin/fangzhi ./cmd/fangzhi

# Every test. The MongoDB ones run where a server can be started, or where
# FANGZHI_TEST_MONGODB names one; else a warning says that they did not run.
test:
	scripts/test $(TESTFLAGS)

lint:
	@test -z "$$(gofmt -l .)" || { echo "gofmt would change:"; gofmt -l .; exit 1; }
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...

# Each fuzz target for FUZZTIME.
fuzz:
	scripts/fuzz $(FUZZTIME)

# CPU, memory and rate of a crawl of a portal in another process, of exports and of imports.
bench:
	$(GO) run ./bench
	$(GO) run ./bench/export
	$(GO) run ./bench/import

# Kills, crashes and faults, all of them: nothing may be lost.
torture:
	scripts/torture

demo:
	$(GO) run ./cmd/fangzhi demo

# Known weaknesses of what this is built on; says so where that cannot be told.
vuln:
	scripts/vuln

# Scores reading against labelled pages: FANGZHI_CORPUS names their folder.
score: build
	scripts/score "$(FANGZHI_CORPUS)"

clean:
	rm -rf bin

SHELL        := /bin/bash
.SHELLFLAGS  := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS    += --no-print-directory

# Photographs for the story, the tests and the measurements.
FACES ?= ../shared/faces
override FACES := $(shell realpath -m -- '$(FACES)')
export FACES

# Which steps of a soak: all of them, or those whose names begin so, such as "fuzz".
ONLY ?=

# Where the demo's front page listens, and the folder in which all of it stays.
ADDR ?= 127.0.0.1:8080
DATA ?= facelatch-demo

# The product is built without cgo. internal/check turns it on for the race detector.
export CGO_ENABLED := 0

VERSION  = $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS  = -s -w -X main.version=$(VERSION)
GO_NEEDS = $(shell sed -n 's/^go \([0-9]*\.[0-9]*\).*/\1/p' go.mod)
TOOLS    = $(CURDIR)/.cache/tools

.PHONY: help need setup build run story test soak bench bench-peers lint generate cross deb clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

need:
	@command -v go >/dev/null || { echo "Go is missing: install Go $(GO_NEEDS) or later" >&2; exit 2; }
	@have=$$(go env GOVERSION | sed 's/^go//'); \
	[ "$$(printf '%s\n' $(GO_NEEDS) "$$have" | sort -V | head -n 1)" = "$(GO_NEEDS)" ] || \
	{ echo "Go $$have is too old: install Go $(GO_NEEDS) or later" >&2; exit 2; }

setup: need ## install the model runtime and the models into bin/, checked by hash; nothing to do when done
	@mkdir -p .cache
	@go build -o .cache/setup ./setup
	@.cache/setup -home bin

build: setup ## build bin/facelatch
	@go build -trimpath -ldflags '$(LDFLAGS)' -o bin/facelatch ./cmd/facelatch

run: build ## try it: controller, station, door and desk on this machine, at http://$(ADDR); Ctrl-C stops
	@bin/facelatch demo --addr '$(ADDR)' --data '$(DATA)'

story: build ## a holder gets a pass, opens the door, a stranger is refused, the pass is revoked
	@scripts/story

test: setup ## run all tests; as root it installs what packages-test.txt lists
	@go build -o .cache/check ./internal/check
	@.cache/check test

soak: setup ## the same checks at full counts, in about two hours; stop and start it at will
	@go build -o .cache/check ./internal/check
	@.cache/check soak -only '$(ONLY)'

bench: build bench/js/node_modules/.package-lock.json ## measure speed and memory, beside the models' own JavaScript pipeline
	@go build -o .cache/bench ./bench && .cache/bench
	@echo; echo "Parts, by go test -bench:"
	@go test -run '^$$' -bench . -benchmem -benchtime 0.3s ./pass ./statuslist ./picture ./device/qr ./card

bench-peers: build bench/js/node_modules/.package-lock.json bench/peers/node_modules/.package-lock.json ## compare with what somebody would pick instead, in half an hour
	@go build -o .cache/bench ./bench && .cache/bench peers

%/node_modules/.package-lock.json: %/package.json %/package-lock.json
	@command -v npm >/dev/null || { echo "npm is missing: install Node.js 18.19 or later, with npm" >&2; exit 2; }
	@cd $* && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null || \
	{ echo "$*: npm could not install what its package-lock.json names; it needs the npm registry" >&2; exit 2; }
	@touch $@

lint: need $(TOOLS)/staticcheck-v0.8.2 $(TOOLS)/gofumpt-v0.12.0 ## go vet, staticcheck and gofumpt
	@go vet ./...
	@$(TOOLS)/staticcheck-v0.8.2 ./...
	@unformatted=$$(git ls-files -z --cached --others --exclude-standard '*.go' | xargs -0 -r $(TOOLS)/gofumpt-v0.12.0 -l); \
	[ -z "$$unformatted" ] || { echo "not formatted, run gofumpt -w on:" $$unformatted >&2; exit 1; }

generate: need ## write generated files again
	@go generate ./...

cross: need ## build bin/facelatch-arm64 for linux/arm64
	@GOOS=linux GOARCH=arm64 go build -trimpath -ldflags '$(LDFLAGS)' -o bin/facelatch-arm64 ./cmd/facelatch

deb: setup ## build Debian packages for amd64 and arm64 into bin/deb/
	@scripts/deb

clean: ## delete what was built and installed; finished soak steps are forgotten
	@rm -rf bin .cache bench/js/node_modules bench/peers/node_modules web/browsertest/node_modules desk/provider/clienttest/node_modules

# The linters, each built once for a version.
$(TOOLS)/staticcheck-%:
	@GOBIN=$(TOOLS) go install honnef.co/go/tools/cmd/staticcheck@$* && mv $(TOOLS)/staticcheck $@

$(TOOLS)/gofumpt-%:
	@GOBIN=$(TOOLS) go install mvdan.cc/gofumpt@$* && mv $(TOOLS)/gofumpt $@

$(TOOLS)/govulncheck-%:
	@GOBIN=$(TOOLS) go install golang.org/x/vuln/cmd/govulncheck@$* && mv $(TOOLS)/govulncheck $@

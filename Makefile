# Everything that building, testing and checking Manyhands takes. 'make help' lists the targets.

GO      ?= go
TOOL     = $(GO) tool -modfile=tools.mod
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null)
RACY     = ./internal/db ./internal/job ./internal/node ./internal/ledger ./internal/ledger/ledgersim ./internal/web ./internal/giving ./internal/payment ./internal/payment/sandbox
FUZZTIME ?= 20s
N        ?= 100
STEPS    ?= 100000

# Generated files, by the names that their generators give them.
GENERATED = find internal \( -name '*_templ.go' -o -path 'internal/*/internal/*db/*.go' -o -name schema.sql \) -type f | LC_ALL=C sort | xargs sha256sum

.PHONY: help build demo deps test race check fmt vet lint fresh generate vuln sim crash test-ha fuzz bench clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

build: ## build bin/manyhands, one static file
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o bin/manyhands ./cmd/manyhands

demo: ## make the sample network and serve it
	$(GO) run ./cmd/manyhands demo

deps: ## install what the tests need and the machine lacks (Debian)
	@need=""; \
	ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || need="$$need postgresql"; \
	command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || need="$$need chromium"; \
	ls /usr/share/fonts/truetype/wqy/wqy-microhei.ttc >/dev/null 2>&1 || need="$$need fonts-wqy-microhei"; \
	command -v pdftotext >/dev/null || need="$$need poppler-utils"; \
	[ -z "$$CI" ] || command -v gcc >/dev/null || need="$$need gcc libc6-dev"; \
	if [ -n "$$need" ]; then \
		echo "installing$$need"; \
		as=""; [ "$$(id -u)" = 0 ] || as=sudo; \
		$$as apt-get update -qq && $$as env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$need >/dev/null; \
	fi

test: deps ## run all tests, on SQLite and PostgreSQL
	$(GO) vet ./...
	$(GO) test -timeout 280s ./...

race: ## run the tests of what many do at once with the race detector
	MANYHANDS_SIM_STEPS=400 CGO_ENABLED=1 GORACE=atexit_sleep_ms=50 $(GO) test -race -timeout 600s $(RACY)

check: fmt vet lint fresh ## all gates but the tests

fmt: ## say which files gofmt would change
	@files="$$(gofmt -l cmd internal)"; [ -z "$$files" ] || { echo "run gofmt -w on:"; echo "$$files"; exit 1; }

vet: ## go vet
	$(GO) vet ./...

lint: ## staticcheck
	$(TOOL) staticcheck ./...

fresh: ## fail when generated files are not what their sources make
	@before="$$($(GENERATED))"; $(MAKE) --no-print-directory generate >/dev/null; after="$$($(GENERATED))"; \
	[ "$$before" = "$$after" ] || { echo "generated files were not fresh; they are now, commit them"; exit 1; }

generate: ## make pages, queries and the schema dump from their sources
	$(TOOL) templ generate -path internal
	CGO_ENABLED=0 $(TOOL) sqlc generate
	$(GO) test ./internal/db -run SchemaDump -count=1 -update

vuln: ## look known weaknesses of our dependencies up (asks vuln.go.dev)
	@if curl --silent --fail --head --max-time 10 --output /dev/null https://vuln.go.dev/index/db.json; then \
		$(TOOL) govulncheck ./...; \
	else \
		echo "skipped: vuln.go.dev cannot be reached from here, so known weaknesses were NOT looked up"; \
	fi

sim: ## simulate STEPS calls of the ledger on each engine, with faults
	MANYHANDS_SIM_STEPS=$(STEPS) $(GO) test ./internal/ledger/ledgersim -run Simulation -count=1 -timeout 3600s -v

crash: ## kill the real program under load N times, fail its disk and its database, and count the gifts
	MANYHANDS_CRASH_ROUNDS=$(N) $(GO) test ./internal/crash/... -count=1 -timeout 4h -v

test-ha: ## kill database nodes and servers of a real cluster under load (2 to 3 minutes)
	@command -v pg_autoctl >/dev/null || { as=""; [ "$$(id -u)" = 0 ] || as=sudo; v=$$(ls /usr/lib/postgresql | sort -n | tail -1); \
		$$as apt-get update -qq && $$as apt-get install -y -qq "postgresql-$$v-auto-failover" pg-auto-failover-cli >/dev/null; }
	MANYHANDS_HA=1 $(GO) test ./internal/ha -run TestFailover -count=1 -timeout 900s -v

fuzz: ## run each fuzz target for FUZZTIME
	@grep -rl --include='*_test.go' '^func Fuzz' internal | while read -r f; do \
		grep -oE '^func Fuzz[A-Za-z0-9_]+' "$$f" | sed 's/func //' | while read -r target; do \
			echo "$$target in $$(dirname "$$f")"; \
			$(GO) test "./$$(dirname "$$f")" -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) </dev/null || exit 1; \
		done || exit 1; \
	done

bench: build ## measure this machine
	bin/manyhands bench ledger
	bin/manyhands bench gifts
	bin/manyhands bench giving-day
	bin/manyhands bench pages
	bin/manyhands bench records
	bin/manyhands bench trace
	bin/manyhands bench start
	bin/manyhands bench simulate-national

clean: ## remove what building made
	rm -rf bin

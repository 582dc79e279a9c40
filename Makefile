# The developers' front door. Everything of substance is in scripts/ and CMakePresets.json.
.DEFAULT_GOAL := help
.PHONY: help build run cluster test check bench simulate format tidy fuzz mutants docs clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

build: ## build/release/ledgate, with what it needs installed
	@scripts/install
	@scripts/build release ledgate

run: ## build and serve on 127.0.0.1:8080 (make run ARGS="--listen 127.0.0.1:9000")
	@scripts/run $(ARGS)

cluster: ## Kafka brokers, three nodes and nginx on this machine (make cluster ARGS="--brokers 1")
	@scripts/cluster $(ARGS)

test: ## what a change must pass, as CI runs it; make test ARGS=--all for the sanitizers, fuzzers and the rest
	@scripts/test $(ARGS)

check: ## the fast part of it: format, structure, unit, contract and golden tests, a smoke test over HTTP
	@scripts/test --fast

bench: ## the benchmarks of tests/bench, one after the other
	@scripts/install
	@scripts/bench

simulate: ## nodes, journal and faults in one process, seed after seed (SEEDS=20000; SEED=7 to see one; FIRST=…)
	@scripts/install
	@scripts/build release simulate
	@build/release/tests/simulation/simulate $(if $(SEED),--seed $(SEED)) $(if $(SEEDS),--seeds $(SEEDS)) $(if $(FIRST),--first $(FIRST)) $(if $(VARIANT),--variant $(VARIANT))

format: ## clang-format over every C++ file
	@scripts/format

tidy: ## clang-tidy over what changed since it last passed
	@scripts/test tidy

fuzz: ## every fuzzer for FUZZ_SECONDS (60)
	@FUZZ_SECONDS=$${FUZZ_SECONDS:-60} scripts/test fuzz

mutants: ## whether the tests notice one-line changes of the core (ONLY="commands" or "3,17" for some)
	@scripts/install test
	@python3 -B tests/mutants/run.py $(if $(ONLY),--only "$(ONLY)")

docs: ## the pages of docs/ that are made from tables
	@scripts/docs

clean: ## everything that was built
	rm -rf build

# The lab's front door; each target is one script. Settings are in .env, or given here: make up GRAFANA_PORT=3001
.DEFAULT_GOAL := help
.PHONY: help up down load alert check test bench logs doctor clean
MAKEFLAGS += --no-print-directory

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: ## start the lab and say where to look (TUTORIAL=all|echo|sink|order|balancer|influx)
	@scripts/up.sh

down: ## stop it; images and data stay
	@scripts/down.sh

load: ## send requests with k6 (RATE=20 DURATION=60s, SCRIPT=mix|echo|orders|hello)
	@scripts/load.sh

alert: ## break it, wait for the alert mail, mend it, wait again (FAULT=errors|slow|…, or help)
	@scripts/lab.sh alert $(or $(FAULT),errors)

check: ## prove what the README claims, with evidence
	@scripts/check.sh

test: ## everything: lints, tests, configuration, then the lab itself
	@scripts/test.sh

bench: ## measure the crates against their peers
	@scripts/bench.sh

logs: ## follow the lab's logs (PART=echo-server for one)
	@scripts/logs.sh $(PART)

doctor: ## look at the machine: Docker, ports, disk, memory
	@scripts/preflight.sh

clean: ## stop it and remove its images and data too
	@scripts/down.sh everything

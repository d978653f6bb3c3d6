# Every target runs one script. Settings are in .env, or on the command line: make up GRAFANA_PORT=3001
.DEFAULT_GOAL := help
.PHONY: help up down load alert mail check test bench fuzz audit logs doctor clean
MAKEFLAGS += --no-print-directory

help: ## print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: ## start the lab and print its addresses (TUTORIAL=all|echo|sink|order|balancer|influx)
	@sh scripts/up.sh

down: ## stop the lab; images and data stay
	@sh scripts/down.sh

load: ## send requests with k6 (RATE=20 DURATION=60s, SCRIPT=mix|echo|orders|hello)
	@sh scripts/load.sh

alert: ## inject a fault, wait for the mail, clear the fault, wait for the second mail (FAULT=errors|slow|…, or help)
	@sh scripts/lab.sh alert $(or $(FAULT),errors)

mail: ## send a test mail as Alertmanager and Grafana do, and report each step
	@sh scripts/lab.sh mail

check: ## check the running lab against its documentation
	@sh scripts/check.sh

test: ## lint and test the code, check the configuration, start and test a separate lab
	@sh scripts/test.sh

bench: ## compare libraries and programs with similar ones
	@sh scripts/bench.sh

fuzz: ## fuzz the parsers, 60 s or a million inputs each (TARGET=name for one)
	@sh scripts/fuzz.sh $(TARGET)

audit: ## check licences, sources, unused dependencies, packages and workflows
	@sh scripts/audit.sh

logs: ## follow the lab's logs (SERVICE=echo-server for one)
	@sh scripts/logs.sh $(or $(SERVICE),$(PART))

doctor: ## check the machine: Docker, ports, disk, memory
	@sh scripts/preflight.sh

clean: ## stop the lab and remove its images and data
	@sh scripts/down.sh everything

#!/bin/sh
# Proves that `docker compose up` applies edited configuration and refuses faulty configuration, with files in the folders for
# files of one's own. It removes them before it ends.
set -eu
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/settings.sh
. scripts/own-files.sh

jobs=prometheus/own/lookout-check-jobs.yaml rules=prometheus/own/lookout-check-rules.yaml
dashboard=grafana/dashboards/own/lookout-check.json
prometheus=http://127.0.0.1:$(setting PROMETHEUS_PORT)/api/v1 console=http://127.0.0.1:$(setting CONSOLE_PORT)

written="$jobs $rules $dashboard"

# expect URL TEXT: waits until the page contains the text.
expect() {
  deadline=$(($(now) + 10))
  until page=$(curl --silent --show-error --max-time 5 "$1" 2>&1) && case $page in *"$2"*) ;; *) false ;; esac; do
    [ "$(now)" -lt "$deadline" ] || fail "$1 does not contain $2."
    sleep 1
  done
}

cat >"$jobs" <<EOF
scrape_configs:
  - job_name: lookout-check
    static_configs: [{ targets: ["localhost:9090"] }]
EOF
cat >"$rules" <<EOF
groups:
  - name: lookout-check
    rules: [{ record: "lookout:check", expr: "vector(1)" }]
EOF
echo '{ "uid": "lookout-check", "title": "Lookout check", "panels": [] }' >"$dashboard"
apply >/dev/null || fail "docker compose up failed with valid files."
expect "$prometheus/rules" '"name":"lookout:check"'
expect "$prometheus/targets" '"scrapePool":"lookout-check"'
expect "$console/api/dashboards/lookout-check" "Lookout check"

sed 's/vector(1)/vector(/' "$rules" >"$rules.new"
mv "$rules.new" "$rules"
! apply >/dev/null || fail "docker compose up accepted a faulty rule."
message=$(docker compose logs --no-log-prefix --tail 5 config)
case $message in
  *'Prometheus refuses its new configuration'*) ;;
  *) fail "the message does not name Prometheus: $message" ;;
esac
expect "$prometheus/rules" '"name":"lookout:check"'

rm "$jobs" "$rules" "$dashboard"
apply >/dev/null || fail "docker compose up failed after the files were removed."
page=$(curl --silent "$prometheus/rules")
case $page in *lookout:check*) fail "the rule is still evaluated." ;; esac

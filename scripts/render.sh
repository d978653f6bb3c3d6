#!/usr/bin/env bash
# Renders the configuration that the containers mount into .lookout/LAB_NAME/: the selected tutorials' Prometheus files and
# dashboards, and Alertmanager's and Grafana's configuration with the SMTP settings. Prints the services whose
# configuration changed.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/settings.sh

lab=.lookout/$LAB_NAME
out=$lab/new
rm -rf "$out"
mkdir -p "$out" "$lab/secrets"
chmod 700 "$lab/secrets"

prometheus() {
  mkdir -p "$out/prometheus/scrape.d" "$out/prometheus/rules.d"
  cp prometheus/prometheus.yaml "$out/prometheus/"
  local name
  for name in "${tutorials[@]}"; do
    # Some tutorials have no scrape job.
    [ -d "prometheus/tutorials/$name" ] || continue
    cp "prometheus/tutorials/$name/scrape.yaml" "$out/prometheus/scrape.d/$name.yaml"
    cp "prometheus/tutorials/$name/rules.yaml" "$out/prometheus/rules.d/$name.yaml"
  done
}

# Grafana names its folders after these directories, hence the capital letter. Links use the ports that this lab publishes.
dashboards() {
  local name file target
  for name in "${tutorials[@]}"; do
    mkdir -p "$out/dashboards/${name^}"
    for file in "grafana/dashboards/$name/"*.json; do
      target=$out/dashboards/${name^}/${file##*/}
      published <"$file" >"$target"
    done
  done
}

# quoted TEXT: escapes it for a single-quoted YAML scalar and for sed's replacement.
quoted() {
  case $1 in *$'\n'*) fail ".env: a value of SMTP_* has more than one line." ;; esac
  sed "s/'/''/g; s/[\\\\&|]/\\\\&/g" <<<"$1"
}

alertmanager() {
  local require_tls password_file=
  [[ $SMTP_PORT =~ ^[0-9]+$ ]] || fail ".env: SMTP_PORT=$SMTP_PORT is not a port."
  case $SMTP_TLS in
    no)
      [ "$SMTP_PORT" != 465 ] || fail ".env: port 465 requires TLS from the first byte; set SMTP_TLS=yes."
      [ -z "$SMTP_USERNAME" ] || fail ".env: SMTP_USERNAME would send its password unencrypted; set SMTP_TLS=yes."
      require_tls=false
      ;;
    # require_tls means STARTTLS, which only a plain connection can use.
    yes) [ "$SMTP_PORT" = 465 ] && require_tls=false || require_tls=true ;;
    *) fail ".env: SMTP_TLS=$SMTP_TLS: expected yes or no." ;;
  esac
  if [ -n "$SMTP_PASSWORD_FILE" ]; then
    [ -s "$SMTP_PASSWORD_FILE" ] || fail ".env: SMTP_PASSWORD_FILE=$SMTP_PASSWORD_FILE is not a readable file that contains a password."
    password_file=/run/secrets/smtp-password
  fi
  # Alertmanager's user must be able to read the file; the folder's mode keeps others out. It is written in place because it
  # is mounted.
  tr -d '\r\n' <"${SMTP_PASSWORD_FILE:-/dev/null}" >"$lab/secrets/smtp-password"
  chmod 644 "$lab/secrets/smtp-password"

  mkdir "$out/alertmanager"
  cp -R alertmanager/templates "$out/alertmanager/"
  sed -e '/^#/d' \
    -e "s|@SMTP_HOST@|$(quoted "$SMTP_HOST")|" -e "s|@SMTP_PORT@|$SMTP_PORT|" \
    -e "s|@SMTP_REQUIRE_TLS@|$require_tls|" \
    -e "s|@SMTP_FROM@|$(quoted "$SMTP_FROM")|" -e "s|@SMTP_TO@|$(quoted "$SMTP_TO")|" \
    -e "s|@SMTP_USERNAME@|$(quoted "$SMTP_USERNAME")|" -e "s|@SMTP_PASSWORD_FILE@|$password_file|" \
    alertmanager/alertmanager.yaml.in >"$out/alertmanager/alertmanager.yaml"
  ! grep -n '@[A-Z_]*@' "$out/alertmanager/alertmanager.yaml" || fail "alertmanager.yaml.in has a placeholder without a value."
}

# Grafana's provisioning: data sources, dashboard folders, and alerting with the selected tutorials' rules.
grafana() {
  local name file
  # Grafana logs an error if the folder for plugins is missing.
  mkdir -p "$out/grafana/alerting" "$out/grafana/plugins"
  cp -R grafana/provisioning/. "$out/grafana/"
  for file in grafana/alerting/*.yaml; do
    # Grafana expands variables in the files; a doubled $ is a literal one.
    published <"$file" | sed "s|@SMTP_TO@|$(quoted "${SMTP_TO//\$/\$\$}")|" >"$out/grafana/alerting/${file##*/}"
  done
  # Grafana keeps a rule in its database until a file deletes it: the files of left-out tutorials do that.
  for file in grafana/alerting/rules/*.yaml; do
    name=${file##*/}
    has_tutorial "${name%.yaml}" || file=grafana/alerting/left-out/$name
    published <"$file" >"$out/grafana/alerting/rules-$name"
  done
}

# The token for changes through the balancer's REST API. Each lab creates its own once.
token() {
  local file=$lab/secrets/balancer-token
  [ -s "$file" ] || od -An -N24 -tx1 /dev/urandom | tr -d ' \n' >"$file"
  chmod 644 "$file"
}

prometheus
dashboards
alertmanager
grafana
token
# Replace only what differs, and inside the folders: running containers have them mounted.
for service in prometheus alertmanager dashboards grafana; do
  mkdir -p "$lab/$service"
  if ! diff -rq "$out/$service" "$lab/$service" >/dev/null; then
    find "$lab/$service" -mindepth 1 -delete
    cp -R "$out/$service/." "$lab/$service/"
    echo "$service"
  fi
done
rm -rf "$out"

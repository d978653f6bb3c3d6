#!/usr/bin/env bash
# Writes into .lookout/LAB_NAME/ what the containers mount: the chosen tutorials' Prometheus files and dashboards, and
# Alertmanager's configuration with the SMTP settings. Prints the parts whose configuration changed.
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
    # Not every tutorial is scraped.
    [ -d "prometheus/tutorials/$name" ] || continue
    cp "prometheus/tutorials/$name/scrape.yaml" "$out/prometheus/scrape.d/$name.yaml"
    cp "prometheus/tutorials/$name/rules.yaml" "$out/prometheus/rules.d/$name.yaml"
  done
}

# Grafana titles a folder as its directory is named: a capital first letter. Links lead to where this lab publishes.
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

# quoted TEXT: as it stands inside a YAML single-quoted scalar, safe as sed's replacement.
quoted() {
  case $1 in *$'\n'*) fail ".env: a value of SMTP_* has more than one line." ;; esac
  sed "s/'/''/g; s/[\\\\&|]/\\\\&/g" <<<"$1"
}

alertmanager() {
  local require_tls password_file=
  [[ $SMTP_PORT =~ ^[0-9]+$ ]] || fail ".env: SMTP_PORT=$SMTP_PORT is no port."
  case $SMTP_TLS in
    no)
      [ "$SMTP_PORT" != 465 ] || fail ".env: port 465 speaks TLS from the first byte; set SMTP_TLS=yes."
      [ -z "$SMTP_USERNAME" ] || fail ".env: SMTP_USERNAME would send its password unencrypted; set SMTP_TLS=yes."
      require_tls=false
      ;;
    # STARTTLS is asked for on a plain connection only.
    yes) [ "$SMTP_PORT" = 465 ] && require_tls=false || require_tls=true ;;
    *) fail ".env: SMTP_TLS=$SMTP_TLS: expected yes or no." ;;
  esac
  if [ -n "$SMTP_PASSWORD_FILE" ]; then
    [ -s "$SMTP_PASSWORD_FILE" ] || fail ".env: SMTP_PASSWORD_FILE=$SMTP_PASSWORD_FILE is no readable file with a password in it."
    password_file=/run/secrets/smtp-password
  fi
  # Alertmanager's user must read it; the folder lets nobody else in. Written in place: it is mounted.
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
  ! grep -n '@[A-Z_]*@' "$out/alertmanager/alertmanager.yaml" || fail "alertmanager.yaml.in has a placeholder that nothing fills."
}

# Grafana's provisioning: data sources, where dashboards lie, and its own alerting with the chosen tutorials' rules.
grafana() {
  local name file
  # Grafana looks for plugins, too, and logs an error where the folder is missing.
  mkdir -p "$out/grafana/alerting" "$out/grafana/plugins"
  cp -R grafana/provisioning/. "$out/grafana/"
  for file in grafana/alerting/*.yaml; do
    # A $ is doubled: Grafana takes it for a variable.
    published <"$file" | sed "s|@SMTP_TO@|$(quoted "${SMTP_TO//\$/\$\$}")|" >"$out/grafana/alerting/${file##*/}"
  done
  # A rule stays in Grafana's database until a file deletes it: so does what is left out.
  for file in grafana/alerting/rules/*.yaml; do
    name=${file##*/}
    has_tutorial "${name%.yaml}" || file=grafana/alerting/left-out/$name
    published <"$file" >"$out/grafana/alerting/rules-$name"
  done
}

# The balancer's REST takes changes from who has this: made once for each lab.
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
# Only what differs is replaced, inside the folder: running containers have it mounted.
for part in prometheus alertmanager dashboards grafana; do
  mkdir -p "$lab/$part"
  if ! diff -rq "$out/$part" "$lab/$part" >/dev/null; then
    find "$lab/$part" -mindepth 1 -delete
    cp -R "$out/$part/." "$lab/$part/"
    echo "$part"
  fi
done
rm -rf "$out"

#!/bin/sh
# Runs Grafana in its container: run.sh COMMAND... It restarts Grafana when one of the files beside this script changes that
# Grafana reads only when it starts. `docker compose up` does not notice such a change.
set -u
folder=${0%/*}
data=${GF_PATHS_DATA:-/var/lib/grafana}
stop='' grafana=''

state() { cat "$folder/admin-password" "$folder/smtp-password" "$folder/smtp-starttls-policy" "$folder/smtp-ca.pem" | cksum; }

# Grafana has no setting for the CA of the mail server, but Go has.
set_ca() {
  unset SSL_CERT_FILE
  [ ! -s "$folder/smtp-ca.pem" ] || export SSL_CERT_FILE="$folder/smtp-ca.pem"
}

# The database keeps the administrator's password of its first start.
set_admin_password() {
  applied=$data/lookout-admin-password
  if [ -f "$data/grafana.db" ] && { [ ! -f "$applied" ] || [ -n "$(find "$folder/admin-password" -newer "$applied")" ]; }; then
    grafana cli --homepath "${GF_PATHS_HOME:-/usr/share/grafana}" admin reset-admin-password --password-from-stdin \
      <"$folder/admin-password" || return
  fi
  touch "$applied"
}

trap 'stop=yes; kill "$grafana" 2>/dev/null' TERM INT
while [ -z "$stop" ]; do
  started=$(state)
  set_admin_password
  set_ca
  [ -z "$stop" ] || break
  "$@" &
  grafana=$!
  restart=''
  while kill -0 "$grafana" 2>/dev/null; do
    if [ -z "$stop$restart" ] && [ "$(state)" != "$started" ]; then
      echo "run.sh: the settings have changed; Grafana restarts"
      restart=yes
      kill "$grafana"
    fi
    # A signal ends `wait` at once.
    sleep 1 &
    wait "$!"
  done
  status=0
  wait "$grafana" || status=$?
  [ -n "$restart" ] || exit "$status"
done

#!/bin/sh
# Performs the steps of docs/your-service.md with the running lab: starts the Python service of the page on this host, writes
# the page's files, applies them, and runs the page's commands. It removes everything before it ends. The service and its
# files have another name than in the page, so that yours stay, and a free port.
# Exit code 2: the steps cannot be performed here.
set -eu
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/settings.sh

# skip REASON: ends without a verdict.
skip() {
  say "$1"
  exit 2
}
python3 -c '' 2>/dev/null || skip "The example needs Python, which is missing here."
[ "$(setting SMTP_HOST)" = maildev ] || skip "The alert's mail goes to $(setting SMTP_HOST), not to the lab's mailbox."
. scripts/own-files.sh
document=$scratch/your-service.md

free_port='import socket; s = socket.socket(); s.bind(("", 0)); print(s.getsockname()[1])'
sed -e 's/tea-shop/lookout-check-tea/g' -e 's/TeaWaterCold/LookoutCheckTeaWaterCold/g' -e "s/9464/$(python3 -c "$free_port")/g" \
  docs/your-service.md >"$document"

# content PATH: prints the block that follows the line with the path.
content() {
  published <"$document" | awk -v heading="\`$1\`:" '
    $0 == heading { found = 1; next }
    inside && $0 == "```" { exit }
    inside { print }
    found && /^```/ { inside = 1 }'
}

service=''
# shellcheck disable=SC2317 # `clean` calls it
undo() { [ -z "$service" ] || kill "$service" 2>/dev/null || true; }

content lookout-check-tea.py >"$scratch/service.py"
python3 "$scratch/service.py" >"$scratch/log" 2>&1 &
service=$!
written=$(sed -n -e "s#^\`\(prometheus/own/[a-z./-]*\)\`:\$#\1#p" -e "s#^\`\(grafana/dashboards/own/[a-z./-]*\)\`:\$#\1#p" "$document")
for path in $written; do
  text=$(content "$path")
  printf '%s\n' "$text" >"$path"
done
message=$(apply) || fail "docker compose up refuses the files of docs/your-service.md: $message"
if sh scripts/check-docs.sh "$document"; then exit 0; fi
say "The service printed:"
cat "$scratch/log"
exit 1

#!/bin/sh
# Tests that a line of .env has one meaning: what `setting` returns is what Compose gives to a container. Needs Compose and no
# engine. With the name of an image that has `env`, it also starts a container and compares with its environment.
set -eu
cd "$(dirname "$0")/.."
. scripts/say.sh
. scripts/settings.sh
with_env=${1:-}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cp -R scripts compose.yaml README.md "$scratch"
cd "$scratch"
# The environment would override the lines.
names=$(setting_names | grep -vx LAB_NAME)
for name in $names; do unset "$name"; done
cr=$(printf '\r') tab=$(printf '\t') bom=$(printf '\357\273\277')

expect() { [ "$2" = "$3" ] || fail "$1: expected \"$2\", found \"$3\""; }

# The lines of .env, each followed by the value, indented. NAME is a setting of its own in each.
lines() {
  cat <<'END'
<BOM>NAME=after a byte order mark
  after a byte order mark
NAME=plain
  plain
NAME=
  DEFAULT
NAME=587                        # STARTTLS; 465 is TLS from the first byte
  587
NAME=no#comment
  no#comment
NAME=#comment
  #comment
NAME="in # quotes"   # comment
  in # quotes
NAME='in # quotes'# comment
  in # quotes
NAME=  spaces around  
  spaces around
NAME = spaces before the sign
  spaces before the sign
    NAME=indented
  indented
NAME=a<TAB>tab<TAB># no comment
  a<TAB>tab<TAB># no comment
export NAME=exported
  exported
NAME=crlf<CR>
  crlf
NAME="crlf in quotes"<CR>
  crlf in quotes
NAME=base64==
  base64==
NAME=key=value=
  key=value=
NAME="two<LF>lines"
  two<LF>lines
NAME="escapes: \n \t \" \\ \$"
  escapes: <LF> <TAB> " \ $
NAME='no escapes: \n \t \\'
  no escapes: \n \t \\
NAME=no escapes: \n "
  no escapes: \n "
NAME=a$$b
  a$b
NAME='a$OTHER'
  a$OTHER
NAME=a$OTHER-${OTHER}-${NONE:-default}
  aother-other-default
NAME="a$OTHER"
  aother
NAME=first
NAME=last
  last
NAME: with a colon
  with a colon
NAME=ümläut → 邮件
  ümläut → 邮件
NAME=<a&b>|;*?
  <a&b>|;*?
NAME=`echo no` $(echo no)
  `echo no` $(echo no)
NAME=no final newline
  no final newline
END
}

# table: writes .env, and the expected values as lines NAME=VALUE in which a newline is <LF>.
table() {
  lines | sed -e "s/<CR>/$cr/" -e "s/<TAB>/$tab/g" -e "s/<BOM>/$bom/" | awk -v names="$(echo "$names" | xargs)" '
    BEGIN { split(names, name, " "); at = 1; print "OTHER=other" >"rest" }
    # The byte order mark is the first of the file.
    /^  [^ ]/ { sub(/^  /, ""); print name[at++] "=" $0 >"expected"; next }
    { sub(/NAME/, name[at]); gsub(/<LF>/, "\n"); print >(NR == 1 ? ".env" : "rest") }'
  cat rest >>.env
  printf %s "$(cat .env)" >.env.new
  mv .env.new .env
}

# same NAME WANT HAVE [WHERE]
same() {
  case $2 in
    DEFAULT) grep -Fq "$1: \${$1:-$3}" compose.yaml || fail "$1${4:-} is empty: expected its default, found \"$3\"" ;;
    *) expect "$1${4:-}" "$2" "$3" ;;
  esac
}

meanings() {
  table
  . scripts/settings.sh
  if [ -n "$with_env" ]; then
    settings_file | sed 1d >lab.yaml
    cat >>lab.yaml <<END
services:
  settings: { image: "$with_env", network_mode: none, entrypoint: env, command: ["-0"], environment: { <<: [*settings, *other] } }
END
    docker compose --file lab.yaml --project-name "$(setting LAB_NAME)-settings" --progress quiet run --rm --no-TTY settings |
      tr '\n\0' '\001\n' >container
  fi
  while read -r line; do
    name=${line%%=*} value=$(printf '%s\n' "${line#*=}" | awk '{ gsub(/<LF>/, "\n") } 1')
    same "$name" "$value" "$(setting "$name")"
    [ -z "$with_env" ] || same "$name" "$value" "$(sed -n "s/^$name=//p" container | tr '\001' '\n')" " in a container"
  done <expected
}

# The block of the README, as it stands and as its page shows it.
readme() {
  for indent in 's/^//' 's/^    //'; do
    sed -n '/^## Send mail to a real mailbox/,/^Alertmanager/p' README.md | grep '^    ' | sed "$indent" >.env
    . scripts/settings.sh
    while read -r line; do expect "the README's block" "$line" "${line%%=*}=$(setting "${line%%=*}")"; done <<END
SMTP_HOST=smtp.example.com
SMTP_PORT=587
SMTP_TLS=yes
SMTP_FROM=lookout@example.com
SMTP_TO=you@example.com
SMTP_USERNAME=lookout@example.com
SMTP_PASSWORD_FILE=/path/to/a/file
END
  done
}

# Files that Compose cannot read.
unreadable() {
  for line in 'SMTP_TO="a@b' 'SMTP TO=a@b' "SMTP_TO=\${"; do
    printf '%s\n' "$line" >.env
    ! message=$(. scripts/settings.sh 2>&1) || fail ".env with $line was accepted"
    case $message in
      'lookout: Compose cannot read the settings: '*.env*) ;;
      *) fail ".env with $line: the message is: $message" ;;
    esac
  done
}

meanings
readme
unreadable

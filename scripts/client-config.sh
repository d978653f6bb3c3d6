# shellcheck shell=sh
# How this host's package clients are configured, for builds that use the same registries. Source this file from the
# repository's root.

# first_file FILE...: prints the first file that exists and is readable.
first_file() {
  for file in "$@"; do
    if [ -f "$file" ] && [ -r "$file" ]; then
      printf '%s\n' "$file"
      return
    fi
  done
}

# client_env: prints the variables that set a registry's address, as shell code. Variables that name a file are left out:
# the build does not have the file.
client_env() (
  for name in GOPROXY GOSUMDB GONOSUMDB PIP_INDEX_URL PIP_EXTRA_INDEX_URL NPM_CONFIG_REGISTRY npm_config_registry; do
    eval "value=\${$name:-}"
    [ -z "$value" ] || printf "export %s='%s'\n" "$name" "$(printf %s "$value" | sed "s/'/'\\\\''/g")"
  done
  # Go reads its settings file like the environment.
  if [ -z "${GOPROXY:-}" ] && [ -f "$HOME/.config/go/env" ]; then
    sed -n "s/^\(GO[A-Z]*\)=\(.*\)\$/\1 \2/p" "$HOME/.config/go/env" | while read -r key setting; do
      case $key in GOPROXY | GOSUMDB | GONOSUMDB) printf "export %s='%s'\n" "$key" "$setting" ;; esac
    done
  fi
)

# apt_config: prints how this host's apt fetches packages (proxies, expiry checks of a frozen mirror), as an apt.conf.
apt_config() {
  ! command -v apt-config >/dev/null || apt-config dump | grep -E '^Acquire::(http|https|Check-Valid-Until|Check-Date)(::| )' || true
}

# client_secrets: prints a line "ID FILE" for each build secret that this host has. They stay out of the images.
client_secrets() (
  folder=$PWD/.lookout/clients
  umask 077
  mkdir -p "$folder"
  apt_config >"$folder/apt.conf"
  client_env >"$folder/env"
  secret() {
    id=$1
    shift
    file=$(first_file "$@")
    if [ -s "$file" ]; then printf '%s %s\n' "$id" "$file"; fi
  }
  secret ca-bundle "${SSL_CERT_FILE:-}" /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt \
    /etc/ssl/ca-bundle.pem /etc/ssl/cert.pem
  secret cargo-config "${CARGO_HOME:-$HOME/.cargo}/config.toml" "${CARGO_HOME:-$HOME/.cargo}/config"
  secret pip-config "${PIP_CONFIG_FILE:-}" "$HOME/.config/pip/pip.conf" "$HOME/.pip/pip.conf" /etc/pip.conf
  secret npm-config "${NPM_CONFIG_USERCONFIG:-}" "$HOME/.npmrc"
  secret apt-config "$folder/apt.conf"
  secret client-env "$folder/env"
)

# client_proxies: prints the names of the proxy variables that are set. Docker predefines build arguments of these names and
# keeps them out of the images.
client_proxies() (
  for name in HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy; do
    eval "value=\${$name:-}"
    [ -z "$value" ] || printf '%s\n' "$name"
  done
)

# shellcheck shell=bash
# The files and variables that configure this host's package clients, for builds to use.

first_file() {
  local file
  for file in "$@"; do
    if [ -f "$file" ] && [ -r "$file" ]; then
      echo "$file"
      return
    fi
  done
}

# client_file ID: prints the path of a client's configuration file, or nothing.
client_file() {
  case $1 in
    ca-bundle) first_file "${SSL_CERT_FILE:-}" /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt ;;
    cargo-config) first_file "${CARGO_HOME:-$HOME/.cargo}/config.toml" "${CARGO_HOME:-$HOME/.cargo}/config" ;;
    pip-config) first_file "${PIP_CONFIG_FILE:-}" "$HOME/.config/pip/pip.conf" "$HOME/.pip/pip.conf" /etc/pip.conf ;;
    npm-config) first_file "${NPM_CONFIG_USERCONFIG:-}" "$HOME/.npmrc" ;;
  esac
}

# client_env: prints the variables that set a registry's address, as shell code. Variables that name a file are left out:
# the build does not have the file.
client_env() {
  local name
  for name in GOPROXY GOSUMDB GONOSUMDB PIP_INDEX_URL PIP_EXTRA_INDEX_URL NPM_CONFIG_REGISTRY npm_config_registry; do
    [ -z "${!name:-}" ] || printf 'export %s=%q\n' "$name" "${!name}"
  done
  # Go reads its settings file like the environment.
  if [ -z "${GOPROXY:-}" ] && [ -f "$HOME/.config/go/env" ]; then
    sed -n 's/^\(GOPROXY\|GOSUMDB\|GONOSUMDB\)=\(.*\)$/export \1="\2"/p' "$HOME/.config/go/env"
  fi
}

# apt_config: prints how this host's apt fetches packages (proxies, expiry checks of a frozen mirror), as an apt.conf.
apt_config() {
  if command -v apt-config >/dev/null; then
    apt-config dump | grep -E '^Acquire::(http|https|Check-Valid-Until|Check-Date)\b' || true
  fi
}

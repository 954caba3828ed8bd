# shellcheck shell=bash
# Sourced by ./run and ./test: messages, set-up of what the machine must have, and building without leaving servers behind.

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 MSBUILDDISABLENODEREUSE=1
# One compiler for all projects of a build, under a name of our own, so that it can be ended and nobody else's is.
readonly compiler=algostack-$$-$RANDOM

say() { printf '%s\n' "$*"; }

fail() {
  printf '%s\n' "$1" >&2
  exit "${2:-1}"
}

# Same rule as libraries/Hosting/Running/StateFolder.cs.
state_folder() {
  local hash
  hash=$(printf %s "$1" | sha256sum | cut -c1-12)
  if [ "$(id -u)" = 0 ]; then
    echo "/var/lib/algostack/$hash"
  else
    echo "${XDG_STATE_HOME:-$HOME/.local/state}/algostack/$hash"
  fi
}

# Root's can be entered, not listed, by the accounts that servers run as.
make_state_folder() {
  local mode=0700
  [ "$(id -u)" != 0 ] || mode=0711
  [ -d "$1" ] || install -d -m $mode "$1"
}

require_dotnet() {
  local sdk="the .NET 10 SDK (10.0.401 or a later patch of it, https://dotnet.microsoft.com/download)"
  command -v dotnet >/dev/null || fail "dotnet was not found: install $sdk."
  dotnet --version >/dev/null 2>&1 || fail "$(dotnet --list-sdks | tail -n 1 | sed 's/ .*//; s/^/The newest .NET SDK here is /; s/$/; /')install $sdk."
}

# Builds the console.
require_node() {
  local wanted="Node.js 20.19 or later, with npm (https://nodejs.org)"
  command -v npm >/dev/null && command -v node >/dev/null || fail "Node.js was not found: install $wanted."
  node services/gateway/web/node-version.js || fail "Node.js here is $(node --version): install $wanted."
}

require_servers() {
  local missing=()
  [ -n "${ConnectionStrings__algostack:-}" ] || has initdb /usr/lib/postgresql/*/bin || missing+=(postgresql)
  [ -n "${ConnectionStrings__messaging:-}" ] || has rabbitmq-server /usr/lib/rabbitmq/bin || missing+=(rabbitmq-server)
  install_packages ${missing[@]+"${missing[@]}"}
}

# has PROGRAM FOLDER...: whether a program is in one of the folders or on the path.
has() {
  local folder
  for folder in "${@:2}"; do [ ! -x "$folder/$1" ] || return 0; done
  command -v "$1" >/dev/null
}

install_packages() {
  [ $# -gt 0 ] || return 0
  local as_root=()
  command -v apt-get >/dev/null || fail "Install these with this system's package manager, then start again: $*."
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || fail "Run \`apt-get install $*\` as root, then start again: there is no sudo here."
    as_root=(sudo)
  fi
  say "Installing $* ..."
  ${as_root[@]+"${as_root[@]}"} apt-get update -qq || say "apt-get update failed; trying to install nevertheless."
  ${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null \
    || fail "Installing failed: run \`apt-get install $*\` as root, then start again."
}

build() {
  dotnet build "$@" -p:UseSharedCompilation=true -p:SharedCompilationId="$compiler" -v minimal
}

stop_compiler() {
  local process
  for process in $(pgrep -f -- "-pipename:$compiler" || true); do kill "$process" 2>/dev/null || true; done
}

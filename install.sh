#!/bin/sh
# Installs slabkv for the current user: downloads the binary for this machine, checks it against
# the checksums of the release, and puts it into a folder. Needs no root and changes nothing else.
set -eu

usage() {
  cat <<'USAGE'
Usage: install.sh [--version VERSION] [--dir FOLDER] [--from URL]

  --version VERSION  release to install, such as 0.1.0 (default: the latest)
  --dir FOLDER       where to put slabkv (default: ~/.local/bin)
  --from URL         where the files of the release lie, such as a mirror
  --help             show this
USAGE
}

fail() {
  echo "install.sh: $1" >&2
  exit 1
}

# Prints the name of the binary for this machine.
binary_name() {
  system=$(uname -s)
  machine=$(uname -m)
  case $system in
    Linux) os=linux ;;
    Darwin) os=macos ;;
    *) fail "there is no binary for $system; Windows: download slabkv-windows-x64.exe" ;;
  esac
  case $machine in
    x86_64 | amd64) arch=x64 ;;
    aarch64 | arm64) arch=arm64 ;;
    *) fail "there is no binary for $system on $machine" ;;
  esac
  # A shell under Rosetta takes an Apple processor for an Intel one.
  if [ "$os" = macos ] && [ "$(sysctl -n sysctl.proc_translated 2>/dev/null || true)" = 1 ]; then
    arch=arm64
  fi
  if [ "$os" = linux ] && ldd --version 2>&1 | grep -qi musl; then
    fail "the binary needs glibc, and this system has musl: use the container image"
  fi
  echo "slabkv-$os-$arch"
}

# Downloads $1 to $2.
download() {
  if command -v curl >/dev/null 2>&1; then
    curl -fsSL --retry 2 -o "$2" "$1"
  elif command -v wget >/dev/null 2>&1; then
    wget -q -O "$2" "$1"
  else
    fail "neither curl nor wget is here: install one of them"
  fi || fail "cannot download $1: is that a release, and is the network up?"
}

sha256() {
  if command -v sha256sum >/dev/null 2>&1; then
    sha256sum "$1"
  elif command -v shasum >/dev/null 2>&1; then
    shasum -a 256 "$1"
  else
    fail "neither sha256sum nor shasum is here: the download cannot be checked"
  fi | cut -d ' ' -f 1
}

install_binary() {
  name=$(binary_name)
  mkdir -p "$dir" 2>/dev/null || fail "cannot make the folder $dir: choose another --dir"
  [ -w "$dir" ] || fail "cannot write to $dir: choose another --dir"
  # Beside its place, so that it gets there in one step.
  work=$(mktemp -d "$dir/.slabkv-install.XXXXXX") || fail "cannot write to $dir"
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' INT TERM HUP

  download "$from/SHA256SUMS" "$work/SHA256SUMS"
  wanted=$(awk -v name="$name" '$2 == name || $2 == "*" name { print $1 }' "$work/SHA256SUMS")
  [ -n "$wanted" ] || fail "the release has no $name"
  download "$from/$name" "$work/slabkv"
  got=$(sha256 "$work/slabkv")
  [ "$got" = "$wanted" ] || fail "the checksum of $name is $got and should be $wanted: not installed"
  chmod 755 "$work/slabkv"
  version=$("$work/slabkv" --version) || fail "$name does not run on this machine: not installed"
  mv -f "$work/slabkv" "$dir/slabkv"
  echo "$version is installed as $dir/slabkv"
  case ":$PATH:" in
    *":$dir:"*) ;;
    *) echo "Add the folder to your PATH: export PATH=\"$dir:\$PATH\"" ;;
  esac
}

# All in functions, so that a download of this script that breaks off runs nothing.
main() {
  releases=https://github.com/slabkv/slabkv/releases
  version=latest
  dir=${HOME:-}/.local/bin
  from=
  while [ $# -gt 0 ]; do
    case $1 in
      --help | -h)
        usage
        exit 0
        ;;
      --version | --dir | --from)
        [ -n "${2:-}" ] || fail "$1 has no value, see --help"
        case $1 in
          --version) version=${2#v} ;;
          --dir) dir=$2 ;;
          --from) from=${2%/} ;;
        esac
        shift 2
        ;;
      *) fail "unknown option $1, see --help" ;;
    esac
  done
  if [ -z "$from" ]; then
    case $version in
      latest) from=$releases/latest/download ;;
      *) from=$releases/download/v$version ;;
    esac
  fi
  install_binary
}

main "$@"

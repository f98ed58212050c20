#!/bin/sh
# slabkv @VERSION@, packed: this script, then the Deno runtime and the program, compressed.
# The first start unpacks both into the user's cache folder, under the hashes of their contents. Every
# start checks the files there, and then becomes the server by exec.
set -eu
runtime_hash=@RUNTIME_HASH@
runtime_bytes=@RUNTIME_BYTES@
program_hash=@PROGRAM_HASH@
caller_umask=$(umask)
umask 077

fail() {
  echo "slabkv: $1" >&2
  exit 2
}
sha256() {
  if command -v sha256sum >/dev/null 2>&1; then sha256sum "$1"; else shasum -a 256 "$1"; fi |
    cut -d ' ' -f 1
}

case $0 in
  */*) self=$0 ;;
  *) self=$(command -v -- "$0") || fail "cannot find the file $0" ;;
esac
base=${XDG_CACHE_HOME:-${HOME:+$HOME/.cache}}
if [ -n "$base" ]; then home=$base/slabkv; else home=${TMPDIR:-/tmp}/slabkv-$(id -u); fi
dir=$home/@FOLDER@
runtime=$dir/deno
program=$dir/slabkv.js

# Whether a folder or file is the user's own, and no other user could have changed it.
owned() {
  # shellcheck disable=SC3067 # -O is not in POSIX, but in every sh of Linux and macOS.
  [ -O "$1" ] && [ ! -L "$1" ] && [ "$(find "$1" -prune ! -perm -020 ! -perm -002)" = "$1" ]
}
usable() {
  [ -f "$runtime" ] && [ -f "$program" ] && owned "$home" && owned "$dir" &&
    owned "$runtime" && owned "$program" &&
    [ "$(wc -c <"$runtime")" -eq "$runtime_bytes" ] && [ "$(sha256 "$program")" = "$program_hash" ]
}
# Unpacks one part beside its place, checks it, and moves it there in one step. So two starts at once
# do no harm.
unpack() { # first byte, bytes, hash, place
  part=$dir/part.$$.${4##*/}
  tail -c "+$1" "$self" | head -c "$2" | gzip -dc >"$part" 2>/dev/null || :
  if [ "$(sha256 "$part")" != "$3" ]; then
    rm -f "$part"
    fail "cannot unpack to $dir: it is full, or the file $self is damaged and must be downloaded again"
  fi
  chmod 700 "$part"
  mv -f "$part" "$4"
}

if ! usable; then
  if ! mkdir -p "$dir" 2>/dev/null; then
    fail "cannot write to $home: set XDG_CACHE_HOME to a folder that can be written to"
  fi
  if ! owned "$home" || ! owned "$dir"; then
    fail "the folder $dir can be changed by somebody else: remove it"
  fi
  unpack @RUNTIME_START@ @RUNTIME_PACKED@ "$runtime_hash" "$runtime"
  unpack @PROGRAM_START@ @PROGRAM_PACKED@ "$program_hash" "$program"
  usable || fail "the unpacked files in $dir were changed by somebody else"
fi

DENO_DIR=$dir/cache DENO_NO_UPDATE_CHECK=1 DENO_NO_PROMPT=1
export DENO_DIR DENO_NO_UPDATE_CHECK DENO_NO_PROMPT
# The files above are for the user alone; what the server makes is for whom the caller says.
umask "$caller_umask"
exec "$runtime" run @FLAGS@ "$program" "$@"

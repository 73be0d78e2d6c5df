#!/usr/bin/env bash
# Copies built programs for a machine that has LibTorch and nothing else of what
# they need: stripped, Debian's libraries beside them in DIRECTORY/lib.
#
#   tools/package/collect.sh DIRECTORY <list    paths below bazel-bin, one a line
set -euo pipefail
cd "$(dirname "$0")/../.."

[ $# = 1 ] || { echo "usage: collect.sh DIRECTORY <list" >&2; exit 64; }
mapfile -t programs
mkdir -p "$1/lib"
for program in "${programs[@]}"; do
  mkdir -p "$1/$(dirname "$program")"
  strip -o "$1/$program" "bazel-bin/$program"
done

# Not glibc's, the compiler's and LibTorch's own: those the machine has.
theirs='/(ld-linux.*|lib(c|m|dl|rt|pthread|gcc_s|stdc\+\+|gomp|torch.*|c10.*))\.so'
ldd "${programs[@]/#/bazel-bin/}" |
  awk '$2 == "=>" && $3 ~ "^/" { print $3 }' | sort -u |
  { grep -Ev "$theirs|/libcu[a-z]*\.so" || true; } |
  xargs -rI{} cp -Lf {} "$1/lib/"
strip --strip-unneeded "$1"/lib/*

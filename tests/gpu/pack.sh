#!/usr/bin/env bash
# Builds the programs of programs.txt and packs them for a machine that has
# LibTorch and nothing else of what they need: stripped copies, Debian's
# libraries beside them.
#
#   LIBTORCH_HOME=.../torch tools/setup.sh
#   tests/gpu/pack.sh packed
#
# LIBTORCH_HOME: a LibTorch of the version that the other machine has. A build
# for the CPU does: run.sh loads CUDA's part where it is.
set -euo pipefail
cd "$(dirname "$0")/../.."

[ $# = 1 ] || { echo "usage: tests/gpu/pack.sh DIRECTORY" >&2; exit 64; }
sed 's|^|//|; s|/\([^/]*\)$|:\1|' tests/gpu/programs.txt | xargs bazel build
mkdir -p "$1/lib"
while read -r program; do
  mkdir -p "$1/$(dirname "$program")"
  strip -o "$1/$program" "bazel-bin/$program"
done <tests/gpu/programs.txt

# Not glibc's, the compiler's and LibTorch's own: those the machine has.
theirs='/(ld-linux.*|lib(c|m|dl|rt|pthread|gcc_s|stdc\+\+|gomp|torch.*|c10.*))\.so'
xargs -a tests/gpu/programs.txt -I{} ldd "bazel-bin/{}" |
  awk '$2 == "=>" && $3 ~ "^/" { print $3 }' | sort -u |
  { grep -Ev "$theirs|/libcu[a-z]*\.so" || true; } |
  xargs -I{} cp -Lf {} "$1/lib/"
strip --strip-unneeded "$1"/lib/*
du -sh "$1" >&2

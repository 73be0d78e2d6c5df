#!/usr/bin/env bash
# Builds the programs of programs.txt and packs them for a machine that has
# LibTorch and nothing else of what they need (tools/package/collect.sh).
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
tools/package/collect.sh "$1" <tests/gpu/programs.txt
du -sh "$1" >&2

#!/usr/bin/env bash
# What --device=cuda gives, in one run of a few minutes: parity goldens, the
# pipeline beside the CPU's, stopping and going on, speed beside plain PyTorch.
#
#   tests/gpu/run.sh                                    here, on the CPU
#   tests/gpu/run.sh --programs=packed --device=cuda    after tests/gpu/pack.sh
#   tests/gpu/run.sh --help
#
# Builds nothing and needs no network: the programs (bazel-bin, or what pack.sh
# made), and a Python with PyTorch, whose LibTorch the programs run on. Prints
# Markdown; exit code 1 when a check fails.
set -euo pipefail
cd "$(dirname "$0")/../.."

programs=bazel-bin
python=python3
[ -x .venv/bin/python ] && python=.venv/bin/python
for argument in "$@"; do
  case $argument in
    --programs=*) programs=${argument#*=} ;;
    --python=*) python=${argument#*=} ;;
  esac
done

# For the programs alone: the shell and Python have libraries of their own.
if [ -d "$programs/lib" ] && [ -z "${MASKFILL_LIBRARY_PATH:-}" ]; then
  torch=$("$python" -c 'import os, torch; print(os.path.dirname(torch.__file__))')
  export MASKFILL_LIBRARY_PATH=$PWD/$programs/lib:$torch/lib
  # Registers CUDA's kernels with programs that were linked without them.
  if [ -e "$torch/lib/libtorch_cuda.so" ]; then
    export MASKFILL_PRELOAD=$torch/lib/libtorch_cuda.so
  fi
fi
exec "$python" tests/gpu/checks.py "$@"

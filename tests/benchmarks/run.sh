#!/usr/bin/env bash
# The speed of the machine, and ours next to plain PyTorch and Pillow, in one
# run of about 4 minutes on 2 cores, after that the speed of Spurious Shapes'
# renderer and the peak memory of the stages that need no LibTorch. Wants a quiet
# machine. What it printed for us and how to read it: docs/benchmarks.md.
#
#   tests/benchmarks/run.sh                     all
#   tests/benchmarks/run.sh --modes=pixels      see compare.py --help
set -euo pipefail
cd "$(dirname "$0")/../.."

tools/setup.sh
bazel build --noshow_progress --ui_event_filters=-info \
  //tests/benchmarks/... //spurious_shapes:make_spurious_shapes \
  //spurious_shapes:renderer_benchmark \
  //ingest //model_tool/... //cam_tool //mask_tool //record_tool:records

printf 'machine: %s, %s cores; commit %s\n' \
  "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)" "$(nproc)" \
  "$(git describe --always --dirty 2>/dev/null || echo unknown)"
.venv/bin/python tests/benchmarks/compare.py "$@"
if [ $# -eq 0 ]; then
  bazel-bin/spurious_shapes/renderer_benchmark
  .venv/bin/python tests/benchmarks/memory.py
fi

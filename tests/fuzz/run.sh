#!/usr/bin/env bash
# Feeds every parser of foreign bytes with mutated input under the address and
# undefined-behaviour sanitizers, with clang's libFuzzer; a crash leaves its input
# in runs/fuzz.
# What it finds interesting is kept there and used the next time.
#
#   tests/fuzz/run.sh [SECONDS]     for each target, default 60
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=${1:-60}
tools/setup.sh --fuzz
mkdir -p runs/fuzz
targets=(csv_reader_fuzz decode_image_fuzz exif_orientation_fuzz manifest_fuzz
  record_reader_fuzz record_salvage_fuzz safetensors_header_fuzz text_lists_fuzz
  unpickler_fuzz zip_contents_fuzz)
# bazel-bin stays that of the programs.
bazel build --noshow_progress --ui_event_filters=-info --config=fuzz \
  --symlink_prefix="$PWD/runs/fuzz/bazel-" "${targets[@]/#///tests/fuzz:}"

seeds() { # target
  case $1 in
    decode_image_fuzz | exif_orientation_fuzz) printf 'core/image/testdata\n' ;;
    *) [ ! -d "tests/fuzz/corpus/$1" ] || printf 'tests/fuzz/corpus/%s\n' "$1" ;;
  esac
}
for target in "${targets[@]}"; do
  corpus=runs/fuzz/$target
  mkdir -p "$corpus"
  printf '[fuzz] %s for %s s\n' "$target" "$seconds" >&2
  # shellcheck disable=SC2046
  "runs/fuzz/bazel-bin/tests/fuzz/$target" -max_total_time="$seconds" -timeout=10 \
    -rss_limit_mb=2048 -print_final_stats=1 -verbosity=0 \
    -artifact_prefix="$corpus/" "$corpus" $(seeds "$target")
done

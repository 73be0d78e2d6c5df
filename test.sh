#!/usr/bin/env bash
# Sets up the machine, builds everything and runs every test, then the
# quickstart. About 25 minutes on 2 cores the first time, seconds after that.
#
#   ./test.sh                    all
#   ./test.sh //core/image/...   only these targets, without the quickstart
#
# Goldens: MASKFILL_GOLDEN_DIR, MASKFILL_IMAGES_DIR (default: ../shared/golden
# and ../shared/images where they exist; without them the tests use the small
# copies in the repository).
set -uo pipefail
cd "$(dirname "$0")"

say() { printf '\n[test] %s\n' "$*" >&2; }

tools/setup.sh || exit 1
tools/setup.sh --libraries ||
  say "GOES ON WITHOUT open_clip and transformers: tests/libraries is skipped"
# Bazel does not see what lies in .venv; these tests run again when it changes.
export MASKFILL_LIBRARIES=$(cat .venv/maskfill-libraries.sha256 2>/dev/null)

here() { (cd "$1" 2>/dev/null && pwd) || true; } # "" where there is none
export MASKFILL_GOLDEN_DIR=${MASKFILL_GOLDEN_DIR:-$(here ../shared/golden)}
export MASKFILL_IMAGES_DIR=${MASKFILL_IMAGES_DIR:-$(here ../shared/images)}

# Bazel sees the directories' names; other goldens in them need this to count.
MASKFILL_GOLDENS_SHA256=$(for directory in "$MASKFILL_GOLDEN_DIR" \
  "$MASKFILL_IMAGES_DIR"; do
  if [ -d "$directory" ]; then
    (cd "$directory" && find . -type f -print0 | LC_ALL=C sort -z |
      xargs -0r sha256sum)
  fi
done | sha256sum)
export MASKFILL_GOLDENS_SHA256

started=$SECONDS
say "building and testing ${*:-//...} (a first build takes about 10 minutes)"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
bazel test --color=no --curses=no --show_progress_rate_limit=30 --keep_going \
  --test_summary=short "${@:-//...}" 2>&1 | tee "$log"
status=${PIPESTATUS[0]}

# Like Bazel's tests, the quickstart is not repeated on what it has passed with.
quickstart_inputs() {
  {
    git ls-files quickstart.sh workflows spurious_shapes/checkpoint \
      examples/photos 'tests/e2e/*.sh' tests/gpu
    ls bazel-bin/{ingest/ingest,mask_tool/mask_tool} \
      bazel-bin/cam_tool/{cam_tool,cam_compare} \
      bazel-bin/feature_tool/{feature_tool,feature_compare} \
      bazel-bin/model_tool/{make_random_clip,import_model,build_zeroshot} \
      bazel-bin/model_tool/merge_models bazel-bin/train/train \
      bazel-bin/eval/{eval,report/report} bazel-bin/record_tool/records \
      bazel-bin/spurious_shapes/make_spurious_shapes
  } | xargs -d '\n' sha256sum | sha256sum
}
quickstart=0
passed=runs/quickstart_test.passed
if [ $# -eq 0 ] && [ "$status" = 0 ]; then
  inputs=$(quickstart_inputs)
  if [ "$inputs" = "$(cat "$passed" 2>/dev/null)" ]; then
    say "the quickstart has passed with these programs before ($passed)"
    quickstart=passed
  elif tests/e2e/quickstart_test.sh && tests/e2e/study_test.sh &&
    tests/gpu/run.sh --quick >&2; then # of the CPU
    mkdir -p runs && printf '%s\n' "$inputs" >"$passed"
    quickstart=passed
  else
    quickstart=failed
  fi
fi

say "took $((SECONDS - started)) s"
.venv/bin/python tools/count_tests.py --quickstart="$quickstart" "$log"
counted=$?
[ "$status" = 0 ] && [ "$counted" = 0 ]

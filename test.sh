#!/usr/bin/env bash
# Sets up the machine, builds everything and runs every test, then the
# quickstart, the jobs of workflows/slurm, faults, fuzzing and packages. About 40
# minutes on 2 cores the first time, seconds after that.
#
#   ./test.sh                    all
#   ./test.sh //core/image/...   only these targets, without what follows them
#
# Goldens: MASKFILL_GOLDEN_DIR, MASKFILL_IMAGES_DIR (default: ../shared/golden
# and ../shared/images where they exist; without them the tests use the small
# copies in the repository).
set -uo pipefail
cd "$(dirname "$0")"

say() { printf '\n[test] %s\n' "$*" >&2; }

tools/setup.sh || exit 1
tools/setup.sh --libraries ||
  say "GOES ON WITHOUT some of tools/setup.sh --libraries: what needs it is skipped"
if [ $# -eq 0 ]; then
  tools/setup.sh --slurm || say "GOES ON WITHOUT Slurm: tests/slurm is skipped"
fi
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

# Like Bazel's tests, the scripts are not repeated on what they have passed with.
inputs_of_scripts() { # files...
  {
    git ls-files workflows examples/photos tools/programs.txt "$@"
    sed 's|^|bazel-bin/|' tools/programs.txt
  } | xargs -d '\n' sha256sum | sha256sum
}
# name, files..., --, command...: ends with passed, failed or skipped in `result`.
run_script() {
  local name=$1 files=() code=0 inputs passed=runs/$1_test.passed
  shift
  while [ "$1" != -- ]; do
    files+=("$1")
    shift
  done
  shift
  inputs=$(inputs_of_scripts "${files[@]}")
  result=passed
  if [ "$inputs" = "$(cat "$passed" 2>/dev/null)" ]; then
    say "the $name has passed with these programs before ($passed)"
    return
  fi
  "$@" || code=$?
  case $code in
    0) mkdir -p runs && printf '%s\n' "$inputs" >"$passed" ;;
    77) result=skipped ;;
    *) result=failed ;;
  esac
}
quickstart_tests() {
  tests/e2e/quickstart_test.sh && tests/e2e/study_test.sh &&
    tests/e2e/imagenet_test.sh &&
    tests/gpu/run.sh --quick >&2 # of the CPU
}
packages_tests() {
  tests/e2e/cwl_and_kubernetes_test.sh && tests/e2e/packages_test.sh
}
reliability_tests() {
  .venv/bin/python tests/reliability/measure.py --quick >&2
}
fuzz_tests() {
  if ! tools/setup.sh --fuzz; then
    say "GOES ON WITHOUT clang: tests/fuzz is skipped"
    return 77
  fi
  tests/fuzz/run.sh 6 >&2
}
scripts=()
if [ $# -eq 0 ] && [ "$status" = 0 ]; then
  run_script quickstart quickstart.sh spurious_shapes/checkpoint \
    'tests/e2e/*.sh' 'tests/e2e/*.py' ingest/classes/data tests/gpu -- \
    quickstart_tests
  scripts+=(--script="$result")
  run_script reliability tests/reliability -- reliability_tests
  scripts+=(--script="$result")
  run_script fuzz tests/fuzz -- fuzz_tests
  scripts+=(--script="$result")
  run_script slurm tests/slurm 'tests/e2e/*.sh' -- tests/slurm/slurm_test.sh
  scripts+=(--script="$result")
  # Last: it leaves programs that bear a commit.
  run_script packages tools/job_files.py 'tools/make_*.py' tools/package.sh \
    tools/package 'tests/e2e/*.sh' -- packages_tests
  scripts+=(--script="$result")
fi

say "took $((SECONDS - started)) s"
.venv/bin/python tools/count_tests.py "${scripts[@]}" "$log"
counted=$?
[ "$status" = 0 ] && [ "$counted" = 0 ]

#!/usr/bin/env bash
# Everything that must hold before a change lands: format, layering, build
# with -Werror, tests, the torch-free packages' tests under the address and
# undefined-behaviour sanitizers, and a little fuzzing. About 25 minutes on 2
# cores from nothing, a few minutes after that.
#
#   tools/presubmit.sh          all
#   tools/presubmit.sh --fast   format and layering only
set -uo pipefail
cd "$(dirname "$0")/.."

failures=()
step() { # title, command...
  local title=$1
  shift
  printf '\n[presubmit] %s\n' "$title" >&2
  "$@" || failures+=("$title")
}

check_clang_format() {
  git ls-files '*.cc' '*.h' |
    xargs .venv/bin/clang-format --dry-run --Werror
}

check_buildifier() {
  git ls-files '*BUILD' 'WORKSPACE' '*.bzl' |
    xargs node_modules/.bin/buildifier --mode=check --lint=warn \
      --warnings=-module-docstring,-function-docstring,-unnamed-macro
}

# A lower layer never reaches a higher one, a program never reaches a program.
check_layering() {
  local bad=0 path
  forbid() { # from, to
    if ! path=$(bazel query --noshow_progress --ui_event_filters=-info \
      --output=label "somepath(($1) except attr(testonly, 1, $1), $2)"); then
      bad=1
    elif [ -n "$path" ]; then
      printf 'forbidden dependency of %s on %s:\n%s\n' "$1" "$2" "$path" >&2
      bad=1
    fi
  }
  # Each layer with those above it, lowest first.
  local above="$PROGRAMS" layer
  for layer in "//core/metrics/... + //core/training/..." \
    "//core/cam/... + //core/data/... + //core/text/..." "//core/model/..." \
    "//core/work/..." "//core/masking/... + //core/draw/..." \
    "$RECORD + //core/image/..." "//proto/..." "//core/base/..."; do
    forbid "$layer" "$above"
    above="$above + $layer"
  done
  local program other
  for program in $PROGRAM_FOLDERS; do
    other=$(printf '%s' "$PROGRAMS" | sed "s#//$program/... *+* *##; s# *+ *\$##")
    forbid "//$program/..." "$other"
  done
  forbid "//core/base/... + $RECORD + //core/image/... + \
//core/work/... + //core/masking/... + //core/draw/... + //ingest/... + \
//mask_tool/... + //record_tool/... + //cam_tool:cam_compare + \
//feature_tool:feature_compare + \
//spurious_shapes:all + //spurious_shapes/drawing/... + //spurious_shapes/dataset/... + \
//eval/report/..." "//core/model/... + @libtorch//:torch"
  return $bad
}
# Without the copy of a program for scripts that call it there.
RECORD="(//core/record/... except //core/record:records_where_it_was)"
PROGRAM_FOLDERS="ingest model_tool cam_tool mask_tool feature_tool train eval \
record_tool spurious_shapes"
PROGRAMS=$(printf '//%s/... + ' $PROGRAM_FOLDERS | sed 's# + $##')

check_flags() {
  ! git ls-files '*.cc' '*.h' | grep -vE '_flags\.cc$|^core/base/' |
    xargs grep -nE '\bFLAGS_[a-z]|^DEFINE_(bool|int32|int64|uint64|double|string)'
}

torch_free_tests() {
  bazel query --noshow_progress \
    'tests(//...) except rdeps(//..., @libtorch//:torch)
     except attr(tags, "no-sanitizer", tests(//...))' 2>/dev/null
}

tools/setup.sh --dev || exit 1
step "clang-format" check_clang_format
step "buildifier" check_buildifier
step "FLAGS_ only in *_flags.cc" check_flags
step "layering" check_layering
if [ "${1:-}" != "--fast" ]; then
  step "build (warnings are errors) and tests" ./test.sh
  step "torch-free tests, asan and ubsan" sh -c \
    "bazel test --config=sanitize $(torch_free_tests | tr '\n' ' ')"
  step "fuzzing, 20 s for each parser" tests/fuzz/run.sh 20
fi

if [ ${#failures[@]} -gt 0 ]; then
  printf '\n[presubmit] failed: %s\n' "${failures[@]}" >&2
  exit 1
fi
printf '\n[presubmit] all good\n' >&2

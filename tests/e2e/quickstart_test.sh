#!/usr/bin/env bash
# The quickstart as a newcomer runs it: the benchmark and the photographs, from
# nothing, again, killed and continued, with images of one split only, and with
# wrong arguments.
set -uo pipefail
cd "$(dirname "$0")/../.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

say() { printf '[quickstart_test] %s\n' "$*" >&2; }
expect() { # title, command...
  local title=$1
  shift
  if "$@"; then
    say "ok: $title"
  else
    say "FAILED: $title"
    failed=1
  fi
}
shards_of() { # directory
  (cd "$1" && find records cams cf models -name '*.tfrecord' -o \
    -name '*.safetensors' | sort | xargs sha256sum)
}

./quickstart.sh photos --output="$work/a" >"$work/a.out" 2>"$work/a.err"
expect "runs from nothing" test $? = 0
[ $failed = 0 ] || tail -n 40 "$work/a.err" >&2
for row in zero-shot ft mask-fill; do
  expect "the table has a row $row" grep -q "^| $row " "$work/a.out"
done
expect "says that random weights mean nothing" \
  grep -q "THE ACCURACIES ABOVE MEAN NOTHING" "$work/a.out"

shards_of "$work/a" >"$work/before"
touch "$work/mark"
./quickstart.sh photos --output="$work/a" >"$work/again.out" 2>"$work/again.err"
expect "runs again" test $? = 0
expect "prints the same table" cmp -s "$work/a.out" "$work/again.out"
unchanged() { # directory: nothing in it is newer than the mark
  test -z "$(find "$1"/{records,cams,cf,models,runs,eval,report} -type f \
    -newer "$work/mark")"
}
expect "writes no record, model or report again" unchanged "$work/a"

./quickstart.sh --output="$work/shapes" >"$work/shapes.out" 2>"$work/shapes.err"
expect "runs Spurious Shapes" test $? = 0
[ $failed = 0 ] || tail -n 40 "$work/shapes.err" >&2
for row in zero-shot ft wise-ft fd random-single object-single; do
  expect "its table has a row $row" grep -q "^| $row " "$work/shapes.out"
done
expect "and the OOD average" grep -q "OOD avg" "$work/shapes.out"
expect "and there is a picture" test -s "$work/shapes/cf/object-0.2-single-seed0.png"
# What the benchmark is for, with room for another machine's rounding.
expect "fine-tuning gains on its own images and loses on others" \
  .venv/bin/python - "$work/shapes/report" <<'PYTHON'
import json
import sys

report = json.load(open(sys.argv[1] + "/report.json"))
rows = {m["name"]: m["mean"] for m in report["methods"]}
ood = {name: mean["averages"]["OOD avg"] for name, mean in rows.items()}
top1 = {name: mean["sets"]["id"] for name, mean in rows.items()}
assert 66 <= top1["zero-shot"] <= 72 and 69 <= ood["zero-shot"] <= 75, (top1, ood)
assert top1["ft"] > top1["zero-shot"] + 10, top1
assert ood["ft"] < ood["zero-shot"], ood
assert ood["fd"] > ood["ft"] + 2, ood
assert ood["object-single"] > ood["ft"] + 2, ood
cams = json.load(open(sys.argv[1] + "/cam_quality.json"))
assert max(at["iou"] for at in cams["thresholds"]) > 0.55, cams
PYTHON
touch "$work/mark"
./quickstart.sh --output="$work/shapes" >"$work/again.out" 2>"$work/again.err"
expect "runs Spurious Shapes again" test $? = 0
expect "and changes nothing" unchanged "$work/shapes"
rm -rf "$work/shapes"

# The whole process group dies in the middle of the work, then continues.
setsid ./quickstart.sh photos --output="$work/b" >/dev/null 2>&1 &
leader=$!
for _ in $(seq 600); do
  if compgen -G "$work/b/cams/*/*" >/dev/null; then break; fi
  sleep 0.1
done
kill -9 -- "-$leader"
wait "$leader" 2>/dev/null
expect "a killed run has no report" test ! -e "$work/b/report/report.md"
./quickstart.sh photos --output="$work/b" >"$work/b.out" 2>"$work/b.err"
expect "continues after SIGKILL" test $? = 0
shards_of "$work/b" >"$work/after"
expect "and gives the same bytes" cmp -s "$work/before" "$work/after"

mkdir "$work/one-split"
cp -r examples/photos/val "$work/one-split/val"
./quickstart.sh photos --images="$work/one-split" --output="$work/c" --dry-run \
  >"$work/c.out" 2>"$work/c.err"
expect "plans with one split" test $? = 0
expect "says that one split trains and tests" \
  grep -q "the same images train and test" "$work/c.err"
expect "a dry run makes nothing" test ! -e "$work/c/records"

# Other weights in the same directory: what depends on them is made anew.
bazel-bin/model_tool/make_random_clip --image_size=64 --patch_size=16 \
  --width=64 --layers=2 --text_width=64 --text_layers=1 --embed_dim=32 \
  --output="$work/other.safetensors" 2>/dev/null
./quickstart.sh photos --weights="$work/other.safetensors" --output="$work/a" \
  >"$work/other.out" 2>"$work/other.err"
expect "takes other weights, of another image size" test $? = 0
[ $failed = 0 ] || tail -n 40 "$work/other.err" >&2
expect "and prints another table" test "$(cmp -s "$work/a.out" \
  "$work/other.out" && echo same)" != same
expect "without the warning about random weights" \
  test "$(grep -c "MEAN NOTHING" "$work/other.out")" = 0

./quickstart.sh study --output="$work/study" --dry-run >"$work/plan" 2>&1
expect "plans the study" test $? = 0
for seed in 0 1 2; do
  expect "with seed $seed" grep -q "train: object-single, seed $seed" "$work/plan"
done
expect "and one cam_tool for all" test "$(grep -c "cam_tool: " "$work/plan")" = 1

./quickstart.sh photos --weights=no/such/file.pt >/dev/null 2>"$work/err"
expect "missing weights exit with 66" test $? = 66
./quickstart.sh photos --images="$work" >/dev/null 2>"$work/err"
expect "a directory without splits exits with 66" test $? = 66
expect "and says what was expected" grep -q "<split>/<wnid>" "$work/err"
./quickstart.sh --weights=some.pt >/dev/null 2>"$work/err"
expect "weights for the benchmark exit with 64" test $? = 64
./quickstart.sh --no-such-flag >/dev/null 2>"$work/err"
expect "an unknown argument exits with 64" test $? = 64

exit $failed

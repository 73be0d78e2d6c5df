#!/usr/bin/env bash
# Studies over a grid, and the store that they share: the cells that a
# configuration describes, its plan, a validation of five cells from nothing, a
# second study that finds what the first has made, and what the report says.
# After ./quickstart.sh, whose programs it runs.
set -uo pipefail
cd "$(dirname "$0")/../.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck source=tests/e2e/expectations.sh
source tests/e2e/expectations.sh

expect "a grid has a cell for every point of its axes" \
  env PYTHONPATH=workflows .venv/bin/python - <<'PYTHON'
import study_grid

grid = {
    "{mask}-{rate}-{fill}": {
        "mask": "random", "rate": [0.25, 0.5], "fill": ["single", "multi"]},
    "dropped": None,
}
cells = study_grid.cells(grid)
assert list(cells) == ["random-0.25-single", "random-0.25-multi",
                       "random-0.5-single", "random-0.5-multi"], cells
assert cells["random-0.5-multi"] == {
    "mask": "random", "rate": 0.5, "fill": "multi"}, cells
assert study_grid.cells(None) == {}
try:
    study_grid.cells({"same": {"rate": [0.25, 0.5]}})
    raise SystemExit("two cells of one name were taken")
except ValueError as error:
    assert "{rate}" in str(error), error
PYTHON

./quickstart.sh validation --output="$work/validation" --dry-run \
  >"$work/plan" 2>&1
expect "plans the validation" test $? = 0
expect "with the control of equally many random patches" \
  grep -q "train: matched-0.2-single, seed 1" "$work/plan"
expect "its CAMs once" test "$(grep -c "cam_tool: " "$work/plan")" = 1
expect "and the size of it" grep -Eq "^plan: [0-9]+ stages; [0-9]+ of them are shared" \
  "$work/plan"
expect "makes nothing" test ! -e "$work/validation/records"

# Five cells, one seed and few pictures of the validation.
cat >"$work/tiny.yaml" <<'YAML'
spurious_shapes: {train_size: 128, test_size: 32}
seeds: [0]
merges: {wise-ft: null}
counterfactuals: {random-0.5-single: null, object-0.2-single: null}
grid:
  "random-{rate}-{fill}": {rate: [0.5], fill: [single], variants: 2}
  "object-{threshold}-{fill}": {threshold: [0.2], fill: [multi], variants: 2}
  "context-{threshold}-{fill}": {threshold: [0.2], fill: [multi], variants: 2}
  "matched-{threshold}-{fill}": {threshold: [0.2], variants: 2}
  "object-{threshold}-none": {threshold: [0.2]}
  "random-{rate}-none": null
  "context-{threshold}-none": null
train: {epochs: 2, global_batch_size: 32}
curves: [ft]
YAML
study() { # name, further configuration...
  local name=$1
  shift
  .venv/bin/snakemake --snakefile workflows/Snakefile --cores 2 \
    --configfile workflows/shapes.yaml workflows/validation.yaml \
    "$work/tiny.yaml" --directory "$work/$name" \
    --config store="$work/store" "$@" >"$work/$name.out" 2>&1
}
as_before() { # study, log
  tail -n 1 "$work/$1/logs/$2.log" | grep -q ", as before$"
}
stored() { # tool: how many results of it the store has
  find "$work/store/$1" -mindepth 1 -maxdepth 1 | wc -l
}
study first
expect "runs a validation of five cells" test $? = 0
[ $failed = 0 ] || tail -n 40 "$work/first.out" >&2
expect "and its disagreement has a row for each cell" .venv/bin/python - \
  "$work/first/disagreement.json" <<'PYTHON'
import json
import sys

found = json.load(open(sys.argv[1]))
cells = {(row["mask"], row["fill"]) for row in found["rows"]}
refilled = {("random", "single"), ("object", "multi"), ("context", "multi")}
assert cells > refilled, cells
assert {fill for _, fill in cells - refilled} == {"none"}, cells
assert found["images"] == 128, found
# What is dropped by a CAM is the same in every variant.
assert {row["variants"] for row in found["rows"]} == {1, 2}, found
assert all(row["disagreement"] > 0 for row in found["rows"]), found
PYTHON
# What the teacher of fd says is noted once; the same by asking it at every step.
fd=$(sed -n '1s/^[^ ]* [^ ]* //p' "$work/first/logs/train-fd-seed0.log")
expect "fd takes its teacher's features" test "${fd#*--teacher_features=}" != "$fd"
asking=$(sed 's/ --teacher_features=[^ ]*//; s/ --output=[^ ]*/ --output=asking/' \
  <<<"$fd")
# shellcheck disable=SC2086
(cd "$work/first" && $asking) >"$work/asking.out" 2>&1
expect "and would learn the same from the teacher itself" \
  cmp "$work/first/asking/last/model.safetensors" \
  "$work/first/runs/fd-seed0/last/model.safetensors"
rm -rf "$work/first/asking"
expect "its page draws the way from zero-shot to fine-tuned" \
  grep -q "Grey lines are WiSE-FT curves" "$work/first/report/index.html"
expect "and shows the disagreement" \
  grep -q -i "disagree" "$work/first/report/index.html"
.venv/bin/python workflows/validation_report.py "$work/first" >"$work/report.md"
expect "reports" test $? = 0
expect "each conclusion" test "$(grep -c "^| masking > none \|^| refilling > \
none \|^| object > random, context " "$work/report.md")" -ge 12
expect "says what was not measured" grep -q "not measured" "$work/report.md"
expect "and that one seed tells nothing" grep -q "one seed tells nothing" \
  "$work/report.md"
.venv/bin/snakemake --snakefile workflows/Snakefile --cores 2 --dag \
  --configfile workflows/shapes.yaml workflows/validation.yaml \
  "$work/tiny.yaml" --directory "$work/first" 2>/dev/null |
  .venv/bin/python workflows/study_plan.py "$work/first" >"$work/plan"
expect "a plan takes times and sizes from it" grep -Eq "^time: about [0-9]" \
  "$work/plan"
expect "and misses few" test "$(grep -c "not counted on disk" "$work/plan")" = 0

# A second study in another directory makes what is its own and no more.
shared="ingest-train ingest-a import_model build_zeroshot cam_tool-train"
shared+=" mask_tool-object-0.2-multi-seed0 feature_tool-zero-shot"
study second
expect "runs the same in another directory" test $? = 0
for log in $shared; do
  expect "which finds $log" as_before second "$log"
done
expect "but trains itself" test "$(as_before second train-ft-seed0 ||
  echo trained)" = trained
expect "with the same result" cmp -s "$work/first/report/report.md" \
  "$work/second/report/report.md"
expect "and no result is in the store twice" test "$(stored mask_tool)" = 5
expect "all of it behind links" test -L "$work/second/cams/train"

# One option, one byte of an input: nothing that depends on it is found.
echo 'grid: {"object-{threshold}-{fill}": {threshold: [0.25]}}' \
  >>"$work/other.yaml"
.venv/bin/snakemake --snakefile workflows/Snakefile --cores 2 \
  --configfile workflows/shapes.yaml workflows/validation.yaml \
  "$work/tiny.yaml" "$work/other.yaml" --directory "$work/second" \
  --config store="$work/store" -- \
  "done/cf/object-0.25-multi-seed0/train.manifest.json" \
  >"$work/other.out" 2>&1
expect "another threshold runs" test $? = 0
expect "and makes another set" test "$(stored mask_tool)" = 6
picture=$(find "$work/second/spurious_shapes/ILSVRC2012/train" -type f |
  sort | head -n 1)
printf '\377' | dd of="$picture" bs=1 seek=400 conv=notrunc status=none
sets=$(stored ingest)
ingest=$(sed -n '1s/^[^ ]* [^ ]* //p' "$work/second/logs/ingest-train.log")
# shellcheck disable=SC2086
(cd "$work/second" && $ingest --dry_run) >"$work/dry" 2>&1
changed=$(sed -n 's/^fingerprint: //p' "$work/dry")
expect "a changed byte of a picture is other work" test -n "$changed" -a \
  ! -e "$work/store/ingest/$changed"
expect "and the store is as it was" test "$(stored ingest)" = "$sets"

# stage.sh: a person's directory and an emptied store.
cat >"$work/tool" <<'SH'
#!/usr/bin/env bash
output=${1#--output=}
if [ "${2-}" = --dry_run ]; then
  echo "fingerprint: $(cat "$(dirname "$0")/options")"
  exit
fi
echo made >>"$output/result"
SH
chmod +x "$work/tool"
tool() {
  workflows/stage.sh --store="$work/store" "$work/tool" --output="$work/$1"
}
echo one >"$work/options"
mkdir -p "$work/mine"
tool mine
expect "what was there before the store stays" test -s "$work/mine/result" -a \
  ! -L "$work/mine"
tool a/b
expect "a result lies under its fingerprint" test -s "$work/store/tool/one/result"
expect "and at --output" test "$(readlink "$work/a/b")" = "$work/store/tool/one"
echo two >"$work/options"
tool a/b
expect "other work goes elsewhere" test "$(readlink "$work/a/b")" = \
  "$work/store/tool/two"
rm -rf "$work/store"
tool a/b
expect "an emptied store is filled again" test -s "$work/store/tool/two/result"

# The paper's table: its plan, and all of it on a few pictures in the six layouts,
# with a small random CLIP.
./quickstart.sh imagenet --output="$work/imagenet" --dry-run >"$work/plan" 2>&1
expect "plans the paper's table" grep -Eq \
  "^time: [0-9.]+ device hours, and [0-9.]+ hours of a core" "$work/plan"
./quickstart.sh imagenet --images="$work" >"$work/refused" 2>&1
expect "wants weights for it" test $? = 64
cat >"$work/small.yaml" <<'YAML'
spurious_shapes: {train_size: 120, test_size: 20}
sets:
  train: {holdout: 20, num_shards: 2}
  holdout: {holdout: 20}
  selection:
    layout: imagenet
    split: val
    directory: ILSVRC2012
    drawn: {seed: 1, suites: id}
num_shards: 2
class_names: spurious_shapes/checkpoint/class_names.txt
templates: spurious_shapes/checkpoint/templates.txt
random_clip:
  {image_size: 64, width: 64, layers: 2, text_width: 64, text_layers: 2, embed_dim: 32}
seeds: [0]
curves: [ft]
# Rows that start, follow and look where other rows are.
counterfactuals:
  by-ft: {mask: object, threshold: 0.3, fill: single, cams_of: ft}
runs:
  lp: {mode: lp}
  lp-ft: {mode: ft, checkpoint: lp}
  by-others: {mode: fd_mask, beta: 30, counterfactuals: by-ft, teacher: wise-ft}
  flyp: {mode: flyp}
merges:
  greedy-soup: {method: greedy_soup, models: [ft, lp-ft], held_out: selection}
train: {epochs: 2, global_batch_size: 32}
precision: fp32
device: cpu
YAML
.venv/bin/snakemake --snakefile workflows/Snakefile --cores 2 \
  --configfile workflows/imagenet.yaml "$work/small.yaml" \
  --printshellcmds --directory "$work/imagenet" >"$work/imagenet.out" 2>&1
expect "and makes it in small" test $? = 0
[ $failed = 0 ] || tail -n 40 "$work/imagenet.out" >&2
for row in zero-shot ft wise-ft object-single object-multi lp-ft by-others \
  flyp greedy-soup; do
  expect "with the row $row" grep -q "^| $row " "$work/imagenet/report/report.md"
done
expect "a row starts from another" grep -q -- "--checkpoint=runs/lp-seed0/best" \
  "$work/imagenet.out"
expect "flyp from the CLIP that has a text tower" \
  grep -q -- "--mode=flyp --checkpoint=models/clip --class_names=" "$work/imagenet.out"
expect "a soup chooses by a set of its own" grep -q \
  "kept" "$work/imagenet/logs/merge_models-greedy-soup-seed0.log"
expect "whose pictures no other set has" test -z "$(
  cd "$work/imagenet" && find spurious_shapes/ILSVRC2012/val \
    spurious_shapes-selection/ILSVRC2012/val -type f -exec sha256sum {} + |
    cut -d ' ' -f 1 | sort | uniq -d
)"
expect "and no table" test "$(grep -c selection \
  "$work/imagenet/report/report.md")" = 0
# The workflow and the program have one list of modes.
expect "the workflow knows what each mode needs" env PYTHONPATH=workflows \
  .venv/bin/python - "$(bazel-bin/train/train --help 2>&1)" <<'PYTHON'
import ast
import re
import sys

# Each flag's line, and below it what it says.
says = dict(re.findall(r"^  --(\w+) .*\n +(.*)", sys.argv[1], re.MULTILINE))
modes = re.findall(r"(\w+) \(", says["mode"])
teachers = says["teacher"].split("the teacher of ")[1].split(", ")
texts = re.search(r"the prompts of ([\w, ]+):", says["templates"])[1].split(", ")
source = open("workflows/Snakefile", encoding="utf-8").read()
known = re.search(r"WITHOUT_TEACHER, WITH_TEXT = (.*)", source)[1]
without_teacher, with_text = ast.literal_eval(known)
assert set(without_teacher) == set(modes) - set(teachers), (modes, teachers)
assert set(with_text) == set(texts), texts
PYTHON
expect "beside the published values" \
  grep -q "arXiv 2303.03052" "$work/imagenet/report/report.md"

exit $failed

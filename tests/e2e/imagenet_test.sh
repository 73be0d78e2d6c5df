#!/usr/bin/env bash
# workflows/imagenet.yaml from beginning to end in miniature: the six layouts with
# ImageNet's own labels (imagenet_layouts.py), a random CLIP of ViT-B/32's size, and
# every row of the study; less of it are only images, epochs, seeds, templates and
# one of the two curves. After ./quickstart.sh, whose programs it runs.
#
#   tests/e2e/imagenet_test.sh [DIR]
#
# Takes 4 GB of memory, and 10 GB below DIR, which stays, or below TMPDIR.
set -uo pipefail
cd "$(dirname "$0")/../.."

if [ $# -gt 0 ]; then
  mkdir -p "$1" && work=$(cd "$1" && pwd) || exit 73
else
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
fi
# shellcheck source=tests/e2e/expectations.sh
source tests/e2e/expectations.sh
free_mb=$(df -Pm "$work" | awk 'NR == 2 {print $4}')
if [ "$free_mb" -lt 12000 ]; then
  say "SKIPPED: $work has $free_mb MB free and 12000 are wanted; set TMPDIR"
  exit 0
fi

.venv/bin/python tests/e2e/imagenet_layouts.py "$work/images" || exit 70
echo "a photo of a {}." >"$work/templates.txt"
# JSON is YAML.
cat >"$work/miniature.yaml" <<YAML
images: "$work/images"
templates: "$work/templates.txt"
sets: {train: {holdout: 4, num_shards: 2}, holdout: {holdout: 4}}
num_shards: 2
seeds: [0]
counterfactuals: {object-0.3-single: {variants: 2}, object-0.6-multi: {variants: 2}}
train: {epochs: 2, global_batch_size: 4, batch_size: 4}
curves: [object-single]
cam_batch_size: 4
eval_batch_size: 8
models_at_once: 2
threads_per_job: 2
precision: fp32
device: cpu
YAML
run=$work/run
# Where other programs want the cores too, waiting threads leave them to these.
export OMP_WAIT_POLICY=PASSIVE
started=$SECONDS
.venv/bin/snakemake --snakefile workflows/Snakefile --cores 2 \
  --configfile workflows/imagenet.yaml "$work/miniature.yaml" \
  --directory "$run" >"$work/out" 2>&1
expect "makes the paper's table in miniature" test $? = 0
[ $failed = 0 ] || tail -n 40 "$work/out" >&2
say "took $((SECONDS - started)) s and $(du -sm "$run" | cut -f 1) MB"

expect "with a CLIP of ViT-B/32's size, ImageNet's labels and every number" \
  .venv/bin/python - "$run" <<'PYTHON'
import json
import sys
from pathlib import Path

run = Path(sys.argv[1])


def read(path):
    return json.loads((run / path).read_text(encoding="utf-8"))


clip = read("models/clip/config.json")
assert (clip["image_size"], clip["patch_size"]) == (224, 32), clip
towers = {"vision": (768, 12, 12), "text": (512, 12, 8)}
for tower, size in towers.items():
    found = clip[tower]
    assert (found["width"], found["layers"], found["heads"]) == size, clip

# Of the sets: images, classes among which is asked.
sets = {"imagenet": (4, 1000), "imagenet-v2": (4, 1000), "imagenet-r": (4, 200),
        "imagenet-sketch": (4, 1000), "objectnet": (3, 4), "imagenet-a": (4, 200)}
for name, (images, classes) in sets.items():
    manifest = read(f"records/{name}/{name}.manifest.json")
    dataset = manifest["dataset"]
    records = sum(int(shard["records"]) for shard in manifest["shards"])
    allowed = dataset["allowed_classes"] or dataset["class_keys"]
    assert (records, len(allowed)) == (images, classes), (name, records, len(allowed))
    assert len(dataset["class_keys"]) == 1000, name
    assert any(note["name"] == "deviation" for note in manifest["notes"]), name

report = read("report/report.json")
rows = {row["name"]: row["mean"] for row in report["methods"]}
assert list(rows) == ["zero-shot", "ft", "object-single", "object-multi",
                      "wise-ft"], list(rows)
for name, mean in rows.items():
    assert list(mean["sets"]) == list(sets), mean
    assert all(0 <= value <= 100 for value in mean["sets"].values()), mean
    others = [value for of, value in mean["sets"].items() if of != "imagenet"]
    average = mean["averages"]["OOD avg"]
    assert abs(average - sum(others) / 5) < 1e-9, (name, mean)
curve = read("eval/curve-object-single-seed0.json")
assert len(curve["curve"]) == 11, len(curve["curve"])
PYTHON
expect "beside the published values" \
  grep -q "arXiv 2303.03052" "$run/report/report.md"
expect "and a page with the curve" \
  grep -q "Grey lines are WiSE-FT curves" "$run/report/index.html"
for stage in ft object-single object-multi; do
  expect "$stage has learnt" grep -q "epoch 2: validation" \
    "$run/logs/train-$stage-seed0.log"
done

exit $failed

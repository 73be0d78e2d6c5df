#!/usr/bin/env bash
# The job descriptions of workflows/cwl and workflows/kubernetes are what the
# programs' --help=json gives; Kubernetes' schema takes the Jobs; cwltool runs the
# pipeline of photographs, with the result of the plain commands, and tells
# failures apart that a retry may mend. The programs are those of bazel-bin.
set -uo pipefail
cd "$(dirname "$0")/../.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck source=tests/e2e/expectations.sh
source tests/e2e/expectations.sh

python=${MASKFILL_PYTHON:-$PWD/.venv/bin/python}
for tool in cwltool kubernetes-validate; do
  if [ ! -x "$(dirname "$python")/$tool" ]; then
    say "SKIPPED: there is no $tool beside $python; \
tools/setup.sh --libraries installs it"
    exit 0
  fi
done
cwltool() {
  "$(dirname "$python")/cwltool" --no-container --disable-color \
    --tmpdir-prefix="$work/tmp/" --tmp-outdir-prefix="$work/out/" "$@"
}
validate() { "$(dirname "$python")/kubernetes-validate" --strict --quiet "$@"; }

mkdir "$work/bin"
while read -r program; do
  ln -s "$PWD/bazel-bin/$program" "$work/bin/"
done <tools/programs.txt
PATH=$work/bin:$PATH

# What the generators make.
for kind in cwl kubernetes; do
  expect "workflows/$kind is what tools/make_$kind.py makes" \
    "$python" tools/make_$kind.py --check
done
cp -r workflows/cwl "$work/cwl"
sed -i 's/- 75/- 76/' "$work/cwl/eval.cwl"
"$python" tools/make_cwl.py --check --output="$work/cwl" 2>"$work/err"
expect "a file that was edited is found" test $? = 1
expect "and named" grep -q "cwl/eval.cwl is not what tools/make_cwl.py" "$work/err"

# Kubernetes.
for version in 1.31 1.37; do
  expect "Kubernetes $version takes the Jobs" \
    validate --kubernetes-version=$version workflows/kubernetes/*.yaml
done
"$python" tools/make_kubernetes.py --output="$work/jobs" --tasks=16 --gpus=1 \
  --image=registry.example.org/maskfill:1 --claim=records
expect "makes Jobs for another image" test $? = 0
expect "which Kubernetes takes as well" \
  validate --kubernetes-version=1.37 "$work"/jobs/*.yaml
expect "of as many pods" grep -q "completions: 16" "$work/jobs/cam_tool.yaml"
expect "that know it" grep -q -- "--task_count=16" "$work/jobs/cam_tool.yaml"
expect "with a GPU where a model runs" \
  grep -q "nvidia.com/gpu: 1" "$work/jobs/cam_tool.yaml"
expect "and none elsewhere" \
  test "$(grep -c nvidia "$work/jobs/mask_tool.yaml")" = 0
sed 's/podFailurePolicy/podFailurPolicy/' workflows/kubernetes/train.yaml \
  >"$work/wrong.yaml"
validate --kubernetes-version=1.37 "$work/wrong.yaml" >/dev/null 2>&1
expect "a Job of another shape is refused" test $? != 0
expect "every exit code worth a retry is left out of FailJob" "$python" - <<'PYTHON'
import glob
import json
import subprocess
import yaml

for path in glob.glob("workflows/kubernetes/*.yaml"):
    job = yaml.safe_load(open(path))
    container = job["spec"]["template"]["spec"]["containers"][0]
    help = json.loads(subprocess.check_output([container["command"][0], "--help=json"]))
    fails = job["spec"]["podFailurePolicy"]["rules"][-1]["onExitCodes"]
    assert fails["operator"] == "NotIn" and fails["containerName"] == container["name"]
    retried = {e["code"] for e in help["exit_codes"] if e["retry"]}
    assert set(fails["values"]) == retried | {137, 143}, path
PYTHON

# CWL.
"$python" - workflows/cwl/*.cwl >"$work/valid" 2>&1 <<'PYTHON'
import sys
from cwltool.main import main

refused = [file for file in sys.argv[1:] if main(["--validate", file]) != 0]
sys.exit(f"refused: {refused}" if refused else 0)
PYTHON
expect "cwltool takes every tool" test $? = 0
[ $failed = 0 ] || tail -n 20 "$work/valid" >&2

# The plain commands.
plain=$work/plain
mkdir "$plain"
photos=$PWD/examples/photos
(
  set -e
  cd "$plain"
  make_random_clip --image_size=64 --patch_size=16 --width=64 --layers=3 \
    --text_width=64 --text_layers=2 --embed_dim=32 --output=clip.safetensors
  import_model --source=clip.safetensors --output=clip
  build_zeroshot --checkpoint=clip --templates="$OLDPWD/examples/templates.txt" \
    --device=cpu --num_threads=1 --output=zeroshot
  for split in train val; do
    ingest --source="$photos" --layout=imagenet --split=$split --name=$split \
      --pixels=preprocessed --image_size=64 --num_shards=2 --num_threads=1 \
      --output=records-$split
  done
  cam_tool --input=records-train --checkpoint=zeroshot --device=cpu \
    --num_threads=1 --output=cams
  mask_tool --input=records-train --cams=cams --num_threads=1 \
    --preview=counterfactuals.png --output=counterfactuals
  trained() {
    train --input=records-train --checkpoint=zeroshot --epochs=2 \
      --global_batch_size=8 --learning_rate=1e-4 --device=cpu --num_threads=1 "$@"
  }
  trained --mode=ft --output=ft
  trained --mode=fd_mask --counterfactuals=counterfactuals --teacher=zeroshot \
    --beta=30 --output=mask-fill
  scored() { # checkpoint, row
    env eval --checkpoint="$1" --inputs=records-train,records-val \
      --device=cpu --num_threads=1 --output="$2.json"
  }
  scored zeroshot zero-shot
  scored ft/last ft
  scored mask-fill/last mask-fill
  report --reports=zero-shot.json,ft.json,mask-fill.json --format=md,json \
    --output=report
) >"$work/plain.log" 2>&1
expect "the plain commands run" test $? = 0
[ $failed = 0 ] || tail -n 20 "$work/plain.log" >&2

cat >"$work/job.yaml" <<YAML
images: {class: Directory, path: $photos}
weights: {class: File, path: $plain/clip.safetensors}
templates: {class: File, path: $PWD/examples/templates.txt}
image_size: 64
epochs: 2
global_batch_size: 8
learning_rate: 1.0e-4
device: cpu
num_threads: 1
YAML
# Inside somebody's array, of which CWL's steps must not take a part each.
SLURM_ARRAY_TASK_ID=1 SLURM_ARRAY_TASK_COUNT=3 SLURM_ARRAY_TASK_MIN=0 \
  cwltool --outdir="$work/made" --preserve-entire-environment \
  workflows/cwl/photos.cwl "$work/job.yaml" >"$work/made.json" 2>"$work/cwl.log"
expect "cwltool runs the pipeline" test $? = 0
[ $failed = 0 ] || tail -n 40 "$work/cwl.log" >&2
bytes_of() { # directory
  (cd "$1" && find . \( -name '*.tfrecord' -o -name '*.safetensors' -o \
    -name '*.png' \) ! -path './clip*' | LC_ALL=C sort |
    xargs -d '\n' sha256sum)
}
bytes_of "$plain" >"$work/expected"
bytes_of "$work/made" >"$work/found"
expect "there is something to compare" test "$(wc -l <"$work/expected")" -gt 12
expect "with the bytes of the plain commands" \
  diff "$work/expected" "$work/found"
# But for where things lay, and how long it took.
expect "and the fingerprints and numbers of their evaluations" \
  "$python" - "$plain" "$work/made" <<'PYTHON'
import json
import sys

for row in ("zero-shot", "ft", "mask-fill"):
    plain, made = (json.load(open(f"{run}/{row}.json")) for run in sys.argv[1:])
    for report in (plain, made):
        for of_set in report["sets"]:
            del of_set["seconds"]
    assert len(plain["sets"]) == 2 and plain["sets"][0]["loss"] > 0, plain
    for key in ("fingerprint", "checkpoint_fingerprint", "sets"):
        assert plain[key] == made[key], (row, key, plain[key], made[key])
PYTHON
expect "and a report" grep -q "^| zero-shot " "$work/made/report/report.md"

# How a step failed. One without its output is a permanentFail to cwltool,
# whatever its code.
ends_with() { # exit code, what cwltool says
  rm -rf "$work/fake" && mkdir "$work/fake"
  printf '#!/bin/sh\ntouch clip.safetensors\nexit %s\n' "$1" \
    >"$work/fake/make_random_clip"
  chmod +x "$work/fake/make_random_clip"
  PATH=$work/fake:$PATH cwltool --outdir="$work/failed" \
    workflows/cwl/make_random_clip.cwl --output=clip.safetensors \
    >/dev/null 2>"$work/err"
  expect "exit code $1 is a $2" grep -q "$2" "$work/err"
}
for code in 74 75; do ends_with $code temporaryFail; done
for code in 65 79; do ends_with $code permanentFail; done

exit $failed

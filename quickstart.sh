#!/usr/bin/env bash
# From images to a table of accuracies: sets the machine up, builds, and runs
# every stage. About 15 minutes on 2 cores the first time, nearly all of it the
# build; seconds the second time.
#
#   ./quickstart.sh            Spurious Shapes, the built-in benchmark: does
#                              each method keep a fine-tuned CLIP robust?
#                              about 3 minutes once it is built
#   ./quickstart.sh study      the same with three seeds: 8 to 15 minutes
#   ./quickstart.sh rows       every row of the paper's table and its neighbours,
#                              five seeds: about an hour and a half
#   ./quickstart.sh validation the grid of masks, thresholds and fills on which
#                              the paper's conclusions are judged: hours
#   ./quickstart.sh imagenet   the paper's table on ImageNet and its five
#                              out-of-distribution sets, for who has them and
#                              CLIP's weights: hours of a GPU (--dry-run)
#   ./quickstart.sh photos     a handful of photographs, with a small random
#                              CLIP unless you give real weights
#
#   --images=DIR     photos: your own, one folder for each class: DIR/<class>/*,
#                    or DIR/train/<class>/* and DIR/val/<class>/*; the folders'
#                    names are the classes' names, unless all are ImageNet's wnids
#   --layout=folder|imagenet
#                    photos: in place of finding out
#                    imagenet: the unpacked archives (workflows/imagenet.yaml)
#   --weights=FILE   photos, imagenet: OpenAI's ViT-B-32.pt, or safetensors or a .pt with
#                    the same names
#   --activation=quick_gelu|gelu
#                    photos: only where the weights cannot tell
#   --precision=bf16 every model's arithmetic, fp32 by default: a third to a half
#                    less time where the processor multiplies bfloat16, and the
#                    same conclusions (docs/study.md); or tf32
#   --output=DIR     default: runs/ and the study's name
#   --store=DIR      records, models, CAMs, counterfactuals and features lie there,
#                    for other studies that ask for the same
#   --dry-run        print the plan and stop; how long it takes and how large it
#                    gets, by what other runs in its place have measured
#   --cores=N        default: all
set -euo pipefail
caller=$PWD
cd "$(dirname "$0")"

say() { printf '[quickstart] %s\n' "$*" >&2; }
fail() {
  printf 'error: %s\n' "$1" >&2
  exit "${2:-64}"
}
usage() { sed -n '2,/^set -/p' "$0" | sed -n 's/^# \{0,1\}//p'; }
absolute() { case $1 in /*) printf '%s' "$1" ;; *) printf '%s/%s' "$caller" "$1" ;; esac; }

study=shapes images="" layout="" weights="" activation="" precision="" output=""
store="" dry_run=""
cores=$(nproc)
for argument in "$@"; do
  case $argument in
    shapes | study | rows | validation | photos | imagenet) study=$argument ;;
    --images=*) images=$(absolute "${argument#*=}") ;;
    --layout=folder | --layout=imagenet) layout=${argument#*=} ;;
    --weights=*) weights=$(absolute "${argument#*=}") ;;
    --activation=*) activation=${argument#*=} ;;
    --precision=fp32 | --precision=bf16 | --precision=tf32) precision=${argument#*=} ;;
    --output=*) output=$(absolute "${argument#*=}") ;;
    --store=*) store=$(absolute "${argument#*=}") ;;
    --cores=*) cores=${argument#*=} ;;
    --dry-run) dry_run=--dry-run ;;
    -h | --help) usage && exit 0 ;;
    *) fail "unknown argument \"$argument\"; see ./quickstart.sh --help" ;;
  esac
done
output=${output:-runs/$study}
case $study in
  photos) ;;
  imagenet)
    [ -z "$layout" ] || fail "--layout belongs to ./quickstart.sh photos"
    if [ -z "$dry_run" ] && { [ -z "$images" ] || [ -z "$weights" ]; }; then
      fail "./quickstart.sh imagenet needs --images=DIR, the unpacked archives, \
and --weights=FILE; --dry-run plans without them"
    fi
    ;;
  *)
    [ -z "$images$layout$weights$activation" ] ||
      fail "--images, --layout, --weights and --activation belong to \
./quickstart.sh photos; $study draws its images and has weights of its own"
    ;;
esac
if [ -n "$layout" ] && [ -z "$images" ]; then fail "--layout needs --images"; fi

config=()
if [ -n "$weights" ]; then
  [ -f "$weights" ] || fail "found no weights file \"$weights\"" 66
  config+=("weights=$weights")
fi
if [ -n "$activation" ]; then config+=("activation=$activation"); fi
if [ -n "$precision" ]; then config+=("precision=$precision"); fi
if [ -n "$store" ]; then config+=("store=$store"); fi
if [ -n "$images" ] && [ ! -d "$images" ]; then
  fail "found no directory \"$images\"" 66
fi

case $study in
  shapes) configfiles=(workflows/shapes.yaml) ;;
  study) configfiles=(workflows/shapes.yaml workflows/shapes_study.yaml) ;;
  rows) configfiles=(workflows/shapes.yaml workflows/shapes_rows.yaml) ;;
  validation) configfiles=(workflows/shapes.yaml workflows/validation.yaml) ;;
  photos) configfiles=(workflows/photos.yaml) ;;
  imagenet)
    configfiles=(workflows/imagenet.yaml)
    if [ -n "$images" ]; then config+=("images=$images"); fi
    ;;
esac

started=$SECONDS
tools/setup.sh
if [ "$study" = photos ] && [ -n "$images" ]; then
  .venv/bin/python workflows/find_images.py "$images" "$output" \
    --layout="${layout:-auto}" || exit
  configfiles+=("$output/images.json")
fi

# Bazel's "[1,234 / 2,345] Compiling ..." as a line that says enough.
build_progress() {
  local line began=$SECONDS
  while IFS= read -r line; do
    if [[ $line =~ ^\[([0-9,]+)\ /\ ([0-9,]+)\] ]]; then
      printf '[build] %s of %s actions, %d:%02d\n' "${BASH_REMATCH[1]}" \
        "${BASH_REMATCH[2]}" $(((SECONDS - began) / 60)) \
        $(((SECONDS - began) % 60))
    elif [[ ! $line =~ ^(Loading|Analyzing|INFO|\ +currently\ loading): ]]; then
      printf '%s\n' "$line"
    fi
  done
}
targets="//ingest //model_tool/... //cam_tool //cam_tool:cam_compare \
//mask_tool //feature_tool //feature_tool:feature_compare //train //eval/... \
//record_tool:records //spurious_shapes:make_spurious_shapes"
say "building (about 10 minutes the first time, then a second)"
# shellcheck disable=SC2086
bazel build --color=no --curses=no --show_progress_rate_limit=20 \
  --show_result=0 --ui_event_filters=-info $targets 2>&1 | build_progress >&2 ||
  fail "the build failed; its message is above" 70
built=$SECONDS

mkdir -p "$output"
snakemake=(.venv/bin/snakemake --snakefile workflows/Snakefile
  --configfile "${configfiles[@]}" ${config[0]+--config "${config[@]}"}
  --directory "$output" --cores "$cores")
if [ -n "$dry_run" ]; then # a plan is a result: stdout
  "${snakemake[@]}" --dry-run --quiet host reason 2>&1 || exit
  "${snakemake[@]}" --dag 2>/dev/null | .venv/bin/python workflows/study_plan.py \
    --configfile "${configfiles[@]}" --jobs="$cores" -- "$(dirname "$output")"/*/
  exit
fi

# Told to stop, it tells Snakemake, which tells the stages.
say "running ${configfiles[*]} in $output"
workflow="" stopped=""
stop() {
  stopped=1 signalled=1
  say "stopping: the stages that run save what they have"
  if [ -n "$workflow" ]; then kill -TERM "$workflow" 2>/dev/null; fi
}
trap stop TERM INT USR1 HUP
PYTHONPATH=workflows "${snakemake[@]}" --logger stages >&2 &
workflow=$!
signalled=1
while [ -n "$signalled" ]; do # a signal ends `wait` before the workflow has
  signalled="" code=0
  wait "$workflow" || code=$?
done
say "all that Snakemake said: $output/workflow.log; each stage: $output/logs"
if [ -n "$stopped" ]; then
  fail "stopped; the same command continues where it stopped" 75
fi
if [ "$code" != 0 ]; then
  if [ -f "$output/logs/failed" ]; then read -r code _ <"$output/logs/failed"; fi
  fail "the workflow failed; its message is above. The same command continues \
where it stopped" "$code"
fi
trap - TERM INT USR1 HUP

printf '\n'
cat "$output/report/report.md"
if [ "$study" = photos ]; then
  if [ -z "$weights" ]; then
    cat <<'NOTE'

No weights were given, so a small random CLIP stood in for the real one:
THE ACCURACIES ABOVE MEAN NOTHING. They show that every stage runs.
Give real ones with: ./quickstart.sh photos --weights=ViT-B-32.pt --images=DIR
NOTE
  fi
elif [ "$study" = validation ]; then
  printf '\n'
  .venv/bin/python workflows/validation_report.py "$output"
elif [ "$study" != imagenet ]; then
  cat <<NOTE

How to read it: fine-tuning (ft) should gain on images like its own (id) and
lose on the others (OOD avg), since it learns the backgrounds. Distilling
features on images whose objects were refilled from others (object-single)
should keep more of both than distilling on the images alone (fd).

Try next: another correlation, beta, threshold or fill in
workflows/shapes.yaml; three seeds with ./quickstart.sh study; photographs
with ./quickstart.sh photos --weights=ViT-B-32.pt --images=DIR
NOTE
fi
printf '\nThe page with plots, pictures and where every number is from:\n'
printf '  %s\n' "$output/report/index.html"
printf '\nRelevance and counterfactuals of eight images:\n'
printf '  %s\n' "$output"/cf/*-seed0.png
say "set-up and build $((built - started)) s, pipeline $((SECONDS - built)) s"

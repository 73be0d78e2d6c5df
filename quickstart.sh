#!/usr/bin/env bash
# From images to a table of accuracies: sets the machine up, builds, and runs
# every stage. About 15 minutes on 2 cores the first time, nearly all of it the
# build; seconds the second time.
#
#   ./quickstart.sh            Spurious Shapes, the built-in benchmark: does
#                              each method keep a fine-tuned CLIP robust?
#                              about 3 minutes once it is built
#   ./quickstart.sh study      the same with three seeds: 8 to 15 minutes
#   ./quickstart.sh photos     a handful of photographs, with a small random
#                              CLIP unless you give real weights
#
#   --images=DIR     photos: your own in ImageNet layout,
#                    DIR/<split>/<wnid>/*.JPEG
#   --weights=FILE   photos: OpenAI's ViT-B-32.pt, or safetensors or a .pt with
#                    the same names
#   --activation=quick_gelu|gelu
#                    photos: only where the weights cannot tell
#   --output=DIR     default: runs/shapes, runs/study or runs/photos
#   --dry-run        print the plan and stop
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

study=shapes images="" weights="" activation="" output="" dry_run=""
cores=$(nproc)
for argument in "$@"; do
  case $argument in
    shapes | study | photos) study=$argument ;;
    --images=*) images=$(absolute "${argument#*=}") ;;
    --weights=*) weights=$(absolute "${argument#*=}") ;;
    --activation=*) activation=${argument#*=} ;;
    --output=*) output=$(absolute "${argument#*=}") ;;
    --cores=*) cores=${argument#*=} ;;
    --dry-run) dry_run=--dry-run ;;
    -h | --help) usage && exit 0 ;;
    *) fail "unknown argument \"$argument\"; see ./quickstart.sh --help" ;;
  esac
done
output=${output:-runs/$study}
if [ "$study" != photos ] && [ -n "$images$weights$activation" ]; then
  fail "--images, --weights and --activation belong to ./quickstart.sh photos; \
$study draws its images and has weights of its own"
fi

config=()
if [ -n "$weights" ]; then
  [ -f "$weights" ] || fail "found no weights file \"$weights\"" 66
  config+=("weights=$weights")
fi
if [ -n "$activation" ]; then config+=("activation=$activation"); fi
if [ -n "$images" ]; then
  [ -d "$images" ] || fail "found no directory \"$images\"" 66
  if [ -d "$images/ILSVRC2012" ]; then images=$images/ILSVRC2012; fi
  config+=("images=$images")
  if [ -d "$images/train" ] && [ -d "$images/val" ]; then
    :
  elif [ -d "$images/val" ] || [ -d "$images/train" ]; then
    split=$(if [ -d "$images/val" ]; then echo val; else echo train; fi)
    say "only $images/$split is there: the same images train and test"
    config+=("train_set=$split" "eval_sets=[$split]")
  else
    fail "\"$images\" holds neither train/ nor val/; expected ImageNet layout, \
<split>/<wnid>/*.JPEG; found: $(ls "$images" | head -5 | tr '\n' ' ')" 66
  fi
fi

case $study in
  shapes) configfiles=(workflows/shapes.yaml) ;;
  study) configfiles=(workflows/shapes.yaml workflows/shapes_study.yaml) ;;
  photos) configfiles=(workflows/photos.yaml) ;;
esac

started=$SECONDS
tools/setup.sh
targets="//ingest //model_tool/... //cam_tool //mask_tool //train //eval/... \
//core/record:records //spurious_shapes:make_spurious_shapes \
//spurious_shapes/cam_quality"
say "building (about 10 minutes the first time, then a second)"
# shellcheck disable=SC2086
bazel build --noshow_progress --ui_event_filters=-info $targets ||
  fail "the build failed; its message is above" 70
built=$SECONDS

mkdir -p "$output"
say "running ${configfiles[*]} in $output"
# The result goes to stdout, all else to stderr; a plan is a result.
if [ -n "$dry_run" ]; then exec 3>&1; else exec 3>&2; fi
.venv/bin/snakemake --snakefile workflows/Snakefile \
  --configfile "${configfiles[@]}" ${config[0]+--config "${config[@]}"} \
  --directory "$output" --cores "$cores" --nolock --rerun-incomplete \
  --quiet host reason ${dry_run:+"$dry_run"} >&3 || fail "a stage failed; its \
message is above. The same command continues where it stopped" $?
if [ -n "$dry_run" ]; then exit 0; fi

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
else
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
printf '\nRelevance and counterfactuals of eight images:\n'
printf '  %s\n' "$output"/cf/*-seed0.png
say "set-up and build $((built - started)) s, pipeline $((SECONDS - built)) s"

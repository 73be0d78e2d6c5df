#!/usr/bin/env bash
# Submits the whole pipeline on photographs, from weights and images to a report,
# as jobs that wait for each other, and prints the number of each:
#
#   workflows/slurm/submit.sh             what settings.sh says
#   OUTPUT=runs/b WEIGHTS=ViT-B-32.pt workflows/slurm/submit.sh
#
# Submit again at any time: what is finished is found so, what was begun goes on,
# and what another job is just making is waited for. A job that fails takes those
# with it that wait for it.
set -euo pipefail
MASKFILL=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export MASKFILL
cd "$MASKFILL" # relative paths in the settings count from here
# shellcheck source=workflows/slurm/settings.sh
source "${SETTINGS:-workflows/slurm/settings.sh}"
for path in "$BIN" "$IMAGES" ${WEIGHTS:+"$WEIGHTS"}; do
  if [ ! -e "$path" ]; then
    printf 'error: there is no "%s", which the settings name\n' "$path" >&2
    exit 66
  fi
done
mkdir -p "$OUTPUT/logs"
OUTPUT=$(realpath "$OUTPUT")
export OUTPUT

# job after the jobs listed, "12:13" or nothing; sets `id`.
submit() { # after, sbatch's arguments...
  local after=$1
  shift
  id=$(sbatch --parsable --chdir="$OUTPUT" --cpus-per-task="$THREADS" \
    --kill-on-invalid-dep=yes ${after:+--dependency=afterok:$after} "$@")
  id=${id%%;*} # of several clusters it names the one
  printf '%s %s\n' "$id" "${*##*/}"
}
jobs=workflows/slurm
array=--array=0-$((TASKS - 1))

submit "" $jobs/model.sbatch
model=$id
records=""
# shellcheck disable=SC2086
for set in $(printf '%s\n' "$TRAIN_SET" $EVAL_SETS | sort -u); do
  submit "" "$array" $jobs/ingest.sbatch "$set"
  records+=:$id
done
records=${records#:}
submit "$model:$records" "$array" $jobs/cams.sbatch
submit "$id" "$array" $jobs/masks.sbatch
masks=$id
submit "$model:$records" --ntasks="$RANKS" $jobs/train.sbatch ft
ft=$id
submit "$masks" --ntasks="$RANKS" $jobs/train.sbatch mask-fill
mask_fill=$id
evals=""
for row in "zero-shot $model" "ft $ft" "mask-fill $mask_fill"; do
  submit "${row#* }:$records" $jobs/eval.sbatch "${row% *}"
  evals+=:$id
done
submit "${evals#:}" $jobs/report.sbatch zero-shot ft mask-fill

#!/usr/bin/env bash
# The pipeline of workflows/slurm on a cluster of its own: undisturbed, and again
# and again while its jobs are cancelled, requeued and killed, and nodes fail: the
# same bytes. Then what the jobs do with each exit code, and Snakemake's executor.
#
#   tests/slurm/slurm_test.sh             1 disturbed run: about 2 minutes
#   tests/slurm/slurm_test.sh --runs=20   as docs/schedulers.md reports
#     --seed=N      of the first disturbed run; 1
#     --limits      also time limits, which Slurm counts in minutes: 5 minutes more
#     --snakemake   also the whole workflow by Snakemake's executor
#     --keep=DIR    works in DIR, and leaves it
#
# Ends with 77 where there is no Slurm.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
# shellcheck source=tests/e2e/expectations.sh
source tests/e2e/expectations.sh

runs=1 seed=1 limits="" snakemake="" keep=""
for argument; do
  case $argument in
    --runs=*) runs=${argument#*=} ;;
    --seed=*) seed=${argument#*=} ;;
    --limits) limits=1 ;;
    --snakemake) snakemake=1 ;;
    --keep=*) keep=${argument#*=} ;;
    *)
      sed -n '2,/^set -/p' "$0" | sed -n 's/^# \{0,1\}//p' >&2
      exit 64
      ;;
  esac
done
if ! tests/slurm/cluster.sh check; then
  say "SKIPPED: Slurm is not here, so the jobs of workflows/slurm were not run"
  exit 77
fi

work=${keep:-$(mktemp -d)}
mkdir -p "$work"
work=$(cd "$work" && pwd)
# shellcheck disable=SC2317
finish() {
  tests/slurm/cluster.sh stop "$work/cluster"
  [ -n "$keep" ] || rm -rf "$work"
}
trap finish EXIT
tests/slurm/cluster.sh start "$work/cluster" || exit
# shellcheck source=/dev/null
source "$work/cluster/env"

export BIN=${BIN:-$PWD/bazel-bin}
# Small enough for a run of seconds.
"$BIN/model_tool/make_random_clip" --image_size=64 --patch_size=16 \
  --width=64 --layers=3 --text_width=64 --text_layers=2 --embed_dim=32 --seed=1 \
  --output="$work/clip.safetensors" 2>/dev/null || exit
export WEIGHTS=$work/clip.safetensors IMAGE_SIZE=64 NUM_SHARDS=5 TASKS=2 RANKS=2
export TEMPLATES=examples/templates.txt
# Both nodes are this machine, and their names mean nothing to it.
export MASTER_ADDR=127.0.0.1
export SLURM_WAIT=20 # seconds
export TRAIN_FLAGS="--epochs=6 --global_batch_size=8 --learning_rate=1e-4 \
--checkpoint_every_steps=2"

tree() { .venv/bin/python tests/slurm/digests.py "$1"; }
disturb() { # name, disturbances, argument...
  OUTPUT=$work/$1 tests/slurm/disturb.py --output="$work/$1" \
    --disturbances="$2" --log="$work/$1.log" "${@:3}"
}
same_tree() { # name
  tree "$work/$1" >"$work/$1.tree" && diff "$work/undisturbed.tree" \
    "$work/$1.tree" >"$work/$1.diff"
}

disturb undisturbed 0
expect "the jobs run" test $? = 0
tree "$work/undisturbed" >"$work/undisturbed.tree"
say "$(wc -l <"$work/undisturbed.tree") files"
expect "as two processes that train" \
  grep -q "2 ranks" "$work"/undisturbed/logs/maskfill-train-*.out
expect "and end with a report" grep -q "mask-fill" "$work/undisturbed/report/report.md"

alike=0
for ((i = seed; i < seed + runs; ++i)); do
  if disturb "disturbed-$i" 8 --seed="$i" && same_tree "disturbed-$i"; then
    alike=$((alike + 1))
    [ -n "$keep" ] || rm -rf "$work/disturbed-$i"
  else
    say "run $i differs:"
    head -n 20 "$work/disturbed-$i.diff" "$work/disturbed-$i.log" >&2
  fi
done
expect "$alike of $runs disturbed runs end with the same bytes" test $alike = "$runs"
say "disturbances:"
cat "$work"/*.log | sed -n 's/.*"did": "\([^"]*\)", "job".*/\1/p' |
  sort | uniq -c >&2

# Without Slurm the same files are scripts.
plain() { OUTPUT=$work/plain MASKFILL=$PWD bash "workflows/slurm/$1.sbatch" "${@:2}"; }
{ plain model && plain ingest train && plain ingest val && plain cams &&
  plain masks; } >"$work/plain.out" 2>&1
expect "the jobs run without Slurm" test $? = 0
sets() { tree "$1" | grep -E ' (records|models|cams|cf)/'; }
expect "and make the same records, models, CAMs and counterfactuals" \
  cmp -s <(sets "$work/undisturbed") <(sets "$work/plain")
# Not through plain(): the signal goes to the script, not to a subshell.
OUTPUT=$work/plain MASKFILL=$PWD bash workflows/slurm/train.sbatch ft \
  >"$work/train.out" 2>&1 &
script=$!
for _ in $(seq 600); do
  if [ -e "$work/plain/runs/ft/run.json" ]; then break; fi
  sleep 0.1
done
kill -TERM $script
wait $script
expect "TERM to such a script saves and ends it with 75" test $? = 75
plain train ft >>"$work/train.out" 2>&1
expect "and it goes on" test $? = 0

shown() { scontrol show job "$1" | tr ' ' '\n' | sed -n "s/^$2=//p" | sort -u; }
jobs_gone() { # seconds
  for _ in $(seq $(($1 * 5))); do
    if [ -z "$(squeue -h)" ]; then return; fi
    sleep 0.2
  done
  return 1
}
id_of() { sed -n "s/ .*$2\$//p" "$work/$1.ids"; } # submission, end of its line

# Other work in the same place.
OUTPUT=$work/undisturbed TRAIN_FLAGS="--epochs=1 --global_batch_size=8" \
  workflows/slurm/submit.sh >"$work/other.ids"
jobs_gone 120
train=$(id_of other 'train.sbatch ft')
expect "a training that finds other work fails with 78" \
  test "$(shown "$train" JobState) $(shown "$train" ExitCode)" = "FAILED 78:0"
expect "and is not started again" test "$(shown "$train" Restarts)" = 0
expect "what waits for it is dropped" \
  test "$(shown "$(id_of other 'report.sbatch .*')" JobState)" = CANCELLED
expect "and what is there stays" same_tree undisturbed

# One stage without a script: RequeueExit does what job.sh does.
mkdir -p "$work/wrapped/logs"
cp -r "$work/undisturbed/"{records,models} "$work/wrapped"
wrap() { # command, sbatch's arguments...
  sbatch --parsable --requeue --open-mode=append --chdir="$work/wrapped" \
    --output=%j.out "${@:2}" --wrap "exec srun $1"
}
cams=$(wrap "$BIN/cam_tool/cam_tool --input=records/train --batch_size=16 \
  --checkpoint=models/zeroshot --output=cams/train --num_threads=1" --array=0-1 \
  --signal=USR1@60)
for _ in $(seq 300); do
  if scancel --signal=USR1 "${cams}_1" 2>/dev/null; then break; fi # a running step
  sleep 0.1
done
jobs_gone 120
expect "a wrapped stage ends" test "$(shown "$cams" JobState)" = COMPLETED
expect "with the same CAMs" diff -r "$work/undisturbed/cams" "$work/wrapped/cams"

if [ -n "$limits" ]; then
  # Three times a training of minutes: in peace; with a limit of a minute and the
  # script; with that limit and RequeueExit.
  flags="--epochs=1000 --global_batch_size=8 --learning_rate=1e-4"
  train="$BIN/train/train --mode=ft --input=records/train --num_threads=1 \
    --checkpoint=models/zeroshot --seed=0 $flags"
  calm=$(wrap "$train --output=runs/calm" --ntasks=2)
  wrapped=$(wrap "$train --output=runs/wrapped" --ntasks=2 --time=1 \
    --signal=USR1@60)
  scripted=$(OUTPUT=$work/wrapped MASKFILL=$PWD TRAIN_FLAGS=$flags sbatch --parsable \
    --chdir="$work/wrapped" --time=1 workflows/slurm/train.sbatch ft)
  jobs_gone 900
  expect "the calm training ends" test "$(shown "$calm" JobState)" = COMPLETED
  # Not by their states: TIMEOUT when a limit comes while a training ends.
  for run in wrapped ft; do
    expect "$run ends" test -e "$work/wrapped/runs/$run/train.manifest.json"
  done
  say "limits: $(shown "$wrapped" Restarts) by RequeueExit, \
$(shown "$scripted" Restarts) by the script"
  expect "the limit has stopped both" test "$(shown "$wrapped" Restarts)" -gt 0 -a \
    "$(shown "$scripted" Restarts)" -gt 0
  for run in calm wrapped ft; do tree "$work/wrapped/runs/$run" >"$work/$run.tree"; done
  expect "and RequeueExit makes nothing of it" cmp "$work/calm.tree" "$work/wrapped.tree"
  expect "nor does the script" cmp "$work/calm.tree" "$work/ft.tree"
fi

# By Snakemake: the images of a set as an array, or everything.
python=${PYTHON:-.venv/bin/python}
if $python -c 'import snakemake_executor_plugin_slurm' 2>/dev/null; then
  target=done/records/val/val.manifest.json
  if [ -n "$snakemake" ]; then target=all; fi
  $python -m snakemake $target --snakefile workflows/Snakefile \
    --configfile workflows/photos.yaml --profile workflows/profiles/slurm \
    --directory "$work/snakemake" --slurm-status-command=squeue \
    --slurm-init-seconds-before-status-checks=5 --config bin="$BIN" \
    weights="$WEIGHTS" templates=$TEMPLATES num_shards=$NUM_SHARDS tasks_per_set=2 \
    threads_per_job=1 >"$work/snakemake.log" 2>&1
  expect "Snakemake's executor runs" test $? = 0
  expect "with an array of jobs for a set" \
    grep -q "Submitted array job" "$work/snakemake.log"
  for made in records/val ${snakemake:+records/train models}; do
    expect "and makes the same $made" \
      diff -r "$work/undisturbed/$made" "$work/snakemake/$made"
  done
  if [ -n "$snakemake" ]; then
    expect "and a report" grep -q mask-fill "$work/snakemake/report/report.md"
  fi
else
  say "SKIPPED: no Snakemake executor for Slurm; tools/setup.sh --slurm installs it"
fi

exit $failed

# shellcheck shell=bash
# For the jobs of this folder to source: the settings, the place to work in, and
#
#   step PROGRAM FLAG...    runs the program as a step of this job
#
# which returns once the program has done its work, and else ends the job:
#
#   told to stop by USR1, which Slurm sends before the time limit (--signal):
#     the program saves what it has, and the job is queued again
#   told to stop by TERM, of scancel, scontrol requeue and Slurm itself:
#     the program saves what it has; whoever sent it decides what follows
#   75 (another process makes the same): queued again, until that one is done
#   73, 74 (disk, lost processes), 137, 143 (killed), 1 (srun's own):
#     queued again, three times at most
#   anything else is no better the next time; what waits for the job is dropped
#
# Without Slurm the job runs here and now: bash workflows/slurm/cams.sbatch.

MASKFILL=${MASKFILL:-${SLURM_SUBMIT_DIR:-$PWD}}
cd "$MASKFILL" || exit 66 # relative paths in the settings count from here
# shellcheck source=workflows/slurm/settings.sh
source "${SETTINGS:-workflows/slurm/settings.sh}"
IMAGES=$(realpath "$IMAGES") BIN=$(realpath "$BIN")
if [ -n "$WEIGHTS" ]; then WEIGHTS=$(realpath "$WEIGHTS"); fi
case $TEMPLATES in */*) TEMPLATES=$(realpath "$TEMPLATES") ;; esac
mkdir -p "$OUTPUT/logs" && cd "$OUTPUT" || exit 73

# Of a training whose first process was killed the others end by themselves, but
# where it had not met them yet: so srun waits for them no longer than this.
export SLURM_WAIT=${SLURM_WAIT:-120} # seconds
told="" pid=""

# Not a signal to srun, which takes TERM for "kill the step at once"; through
# Slurm it reaches the programs alone. Again until they end: the step may not have
# begun yet.
tell_program() {
  while kill -0 "$pid"; do
    if [ -n "${SLURM_JOB_ID-}" ]; then
      scancel --signal=TERM "$SLURM_JOB_ID"
    else
      kill -TERM "$pid"
    fi
    sleep 5
  done >/dev/null 2>&1 &
}
stop() { # signal
  told=$1 signalled=1
  if [ -n "$pid" ]; then tell_program; fi
}
trap 'stop USR1' USR1
trap 'stop TERM' TERM INT

# A task of an array by its place, since the number of one of its jobs is that of
# the array. RequeueExit=75 alone would do for jobs without others that wait for
# them: to these Slurm says that the array has failed.
queue_again() {
  local job=$SLURM_JOB_ID
  if [ -n "${SLURM_ARRAY_JOB_ID-}" ]; then
    job=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID
  fi
  scontrol requeue "$job" || printf 'job.sh: not queued again\n' >&2
  exit 75
}

# Whether fewer than four attempts of this job have failed: a file remembers, the
# environment is new each time.
may_fail_again() { # exit code
  local failures=logs/.failures-$SLURM_JOB_ID
  printf '%s exit %d\n' "$(date '+%F %T')" "$1" >>"$failures"
  [ "$(wc -l <"$failures")" -le 3 ]
}

step() {
  local code=0
  if [ "$told" = USR1 ]; then queue_again; fi
  if [ -n "$told" ]; then exit 75; fi
  printf '%s %s\n' "$(date '+%F %T')" "$*"
  if [ -n "${SLURM_JOB_ID-}" ]; then
    srun --cpus-per-task="$THREADS" "$@" &
  else
    "$@" &
  fi
  pid=$!
  if [ -n "$told" ]; then tell_program; fi
  signalled=1
  while [ -n "$signalled" ]; do # a signal ends `wait` before the program has
    signalled="" code=0
    wait "$pid" || code=$?
  done
  pid=""
  printf '%s exit %d%s\n' "$(date '+%F %T')" "$code" "${told:+, told by $told}"
  if [ "$code" = 0 ]; then
    rm -f "logs/.failures-${SLURM_JOB_ID-}"
    return
  fi
  case $told:$code in
    TERM:*) exit "$code" ;;
    *:75 | USR1:143) ;; # 143: so early that the program did not listen yet
    *:1 | *:73 | *:74 | *:137 | *:143) may_fail_again "$code" || exit "$code" ;;
    *) exit "$code" ;;
  esac
  if [ -z "${SLURM_JOB_ID-}" ]; then exit "$code"; fi
  queue_again
}

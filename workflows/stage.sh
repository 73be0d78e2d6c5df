#!/usr/bin/env bash
# Runs a stage for a workflow and ends with the stage's exit code.
#
#   workflows/stage.sh [--store=DIR] [--log=FILE] PROGRAM FLAG...
#
# A stage refuses to mix its work with what other options left (exit 78); the
# workflow knows that this is out of date, so it is made anew. No other exit
# code is tried again. SIGTERM, SIGINT, SIGUSR1 and SIGHUP reach the stage as
# SIGTERM; it saves what it has and ends with 75.
#
#   --log=FILE  what the stage says is added to FILE, and a last line "stage.sh:
#               exit CODE after SECONDS s"; ", as before" when nothing was left to
#               do. Of a failure the end of FILE goes to stderr, and "CODE FILE" to
#               "failed" beside FILE
#   --store=DIR the result, a directory, is DIR/<program>/<fingerprint of the
#               work>, and --output a link to it; so studies that ask for the same
#               work share it. What was made at --output without a store stays
#               there
set -u

child="" stopped=""
# shellcheck disable=SC2317
stop() {
  stopped=1 signalled=1
  if [ -n "$child" ]; then kill -TERM "$child" 2>/dev/null; fi
}

# The stage in the background, since bash runs a trap only between commands but
# at once during `wait`.
run() {
  local code=0
  [ -z "$stopped" ] || return 75
  "$@" &
  child=$!
  if [ -n "$stopped" ]; then kill -TERM "$child" 2>/dev/null; fi
  signalled=1
  while [ -n "$signalled" ]; do # a signal ends `wait` before the stage has
    signalled="" code=0
    wait "$child" || code=$?
  done
  child=""
  return "$code"
}

# Makes the --output of "$@" a link to where its work lies in the store. The
# program finds there what it would find at --output, and checks it alike.
link_to_store() { # store, command...
  local store=$1 output="" argument fingerprint place
  shift
  for argument; do
    case $argument in --output=*) output=${argument#*=} ;; esac
  done
  if [ -L "$output" ]; then
    case $(readlink "$output") in "$store"/*) ;; *) return ;; esac
    if [ ! -e "$output" ]; then rm "$output"; fi # the store was emptied
  elif [ -e "$output" ]; then
    return
  fi
  fingerprint=$("$@" --dry_run 2>/dev/null | sed -n 's/^fingerprint: //p')
  if [ -z "$fingerprint" ]; then return; fi # the stage itself says why
  place=$store/$name/$fingerprint
  mkdir -p "$place" "$(dirname "$output")" && ln -sfnT "$place" "$output"
}

# A function, so that bash has read it all before a stage of hours begins.
main() {
  log="" store=""
  while :; do
    case ${1-} in
      --log=*) log=${1#*=} ;;
      --store=*) store=${1#*=} ;;
      *) break ;;
    esac
    shift
  done
  name=$(basename "$1")

  # A workflow may itself be a task of an array, or of several; its stages are
  # not.
  # shellcheck disable=SC2086
  unset ${!SLURM_ARRAY_@} ${!SLURM_PROCID@} ${!SLURM_NTASKS@} \
    ${!JOB_COMPLETION_@} ${!AWS_BATCH_JOB_@} ${!PBS_ARRAY@} ${!SGE_TASK_@} \
    ${!LSB_JOBINDEX@} ${!OMPI_COMM_WORLD_@} RANK WORLD_SIZE
  trap stop TERM INT USR1 HUP

  start=0
  if [ -n "$log" ]; then
    mkdir -p "$(dirname "$log")"
    exec 3>&2 >>"$log" 2>&1
    start=$(stat -c %s "$log")
    printf '%s %s\n' "$(date '+%F %T')" "$*"
  fi
  began=${EPOCHREALTIME/[.,]/}

  if [ -n "$store" ]; then link_to_store "$store" "$@"; fi
  code=0
  run "$@" || code=$?
  if [ "$code" = 78 ]; then
    printf 'stage.sh: %s, again with --overwrite\n' "$name" >&2
    code=0
    run "$@" --overwrite || code=$?
  fi

  if [ -z "$log" ]; then exit "$code"; fi
  as_before=""
  if [ "$code" = 0 ] && tail -c "+$((start + 1))" "$log" |
    grep -v 'shards are finished already' |
    grep -Eq 'finished already|already done'; then
    as_before=", as before"
  fi
  elapsed=$((${EPOCHREALTIME/[.,]/} - began))
  printf 'stage.sh: exit %d after %d.%d s%s\n' "$code" $((elapsed / 1000000)) \
    $((elapsed / 100000 % 10)) "$as_before"
  if [ "$code" != 0 ]; then
    printf '%d %s\n' "$code" "$log" >"$(dirname "$log")/failed"
    case $code in
      75) printf '%s was stopped; what it has made is kept\n' "$name" >&3 ;;
      *)
        printf '%s ended with exit code %d. The end of %s:\n' \
          "$name" "$code" "$log" >&3
        tail -c "+$((start + 1))" "$log" | tail -n 12 | sed 's/^/  | /' >&3
        ;;
    esac
  fi
  exit "$code"
}
main "$@"

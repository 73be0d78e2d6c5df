#!/usr/bin/env bash
# A Slurm cluster of two nodes, both this machine, for tests, in a folder of its
# own: Debian's munged, slurmctld and slurmd with their own key, socket, ports,
# state and logs. Nothing outside the folder is written, and no service of the
# machine is touched.
#
#   tests/slurm/cluster.sh start DIR [NAME=VALUE...]   NAME: as in slurm.conf
#   source DIR/env        what sbatch, squeue and scancel of this cluster need
#   tests/slurm/cluster.sh stop DIR
#   tests/slurm/cluster.sh check      whether it can run here; says why if not
#
# `start` ends with 77 where the cluster cannot run, with 1 where it should and
# does not.
set -euo pipefail

# Nodes, and processors of each that jobs may share, however many the machine has.
NODES=(node1 node2) CPUS=2

say() { printf '[cluster] %s\n' "$*" >&2; }

daemon() { # of Debian's sbin, which may not be in PATH
  PATH=$PATH:/usr/sbin:/sbin command -v "$1"
}

check() {
  local missing=() program
  for program in munged slurmctld slurmd; do
    daemon $program >/dev/null || missing+=("$program")
  done
  for program in sbatch srun squeue scancel scontrol; do
    command -v $program >/dev/null || missing+=("$program")
  done
  if [ ${#missing[@]} -gt 0 ]; then
    say "there is no ${missing[*]}; tools/setup.sh --slurm installs them"
    return 77
  fi
}

# As many as there is need of, at which nobody listens now.
free_ports() { # number
  python3 - "$1" <<'PYTHON'
import socket
import sys
sockets = [socket.socket() for _ in range(int(sys.argv[1]))]
for s in sockets:
    s.bind(("127.0.0.1", 0))
print(*(s.getsockname()[1] for s in sockets))
PYTHON
}

# name, command...: starts it in the background, its number in DIR/name.pid.
launch() {
  local name=$1
  shift
  "$@" >>"$dir/$name.out" 2>&1 </dev/null &
  echo $! >"$dir/$name.pid"
}

is_running() { # name
  local pid
  pid=$(cat "$dir/$1.pid" 2>/dev/null) && kill -0 "$pid" 2>/dev/null
}

# seconds, what, command...
wait_for() {
  local seconds=$1 what=$2
  shift 2
  for _ in $(seq $((seconds * 10))); do
    if "$@"; then return; fi
    sleep 0.1
  done
  say "error: after $seconds s there is no $what; the ends of the logs:"
  tail -n 5 "$dir"/*.log "$dir"/*.out >&2 || true
  return 1
}

nodes_are_idle() { [ "$(sinfo -h -t idle -o %D 2>/dev/null)" = ${#NODES[@]} ]; }
no_jobs() { [ -z "$(squeue -h 2>/dev/null)" ]; }

write_configuration() { # NAME=VALUE...
  local host ports i
  host=$(hostname -s)
  read -ra ports < <(free_ports $((${#NODES[@]} + 1)))
  cat >"$dir/slurm.conf" <<CONF
ClusterName=maskfill
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=${ports[0]}
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
# A requeued job starts again after cred_expire seconds, Slurm's default 120.
AuthType=auth/munge
AuthInfo=socket=$dir/munge.socket,cred_expire=5
CredType=cred/munge
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool/%n
SlurmctldPidFile=$dir/slurmctld.own-pid
SlurmdPidFile=$dir/%n.own-pid
SlurmctldLogFile=$dir/slurmctld.log
SlurmdLogFile=$dir/%n.log
# Without control groups, systemd and a data base.
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc=$dir/finished_jobs
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=1,sched_interval=1,sched_min_interval=0,batch_sched_delay=0,defer_batch
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
# What docs/schedulers.md asks of a cluster.
JobRequeue=1
RequeueExit=75
KillWait=10
MinJobAge=300
ReturnToService=2
SlurmdTimeout=60
InactiveLimit=0
SlurmdParameters=config_overrides
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
  for i in "${!NODES[@]}"; do
    printf 'NodeName=%s NodeHostname=%s NodeAddr=127.0.0.1 Port=%d CPUs=%d RealMemory=65536\n' \
      "${NODES[i]}" "$host" "${ports[i + 1]}" $CPUS >>"$dir/slurm.conf"
  done
  local setting
  for setting in "$@"; do # Slurm refuses a name that stands there twice
    sed -i "/^${setting%%=*}=/d" "$dir/slurm.conf"
    printf '%s\n' "$setting" >>"$dir/slurm.conf"
  done
  # Snakemake's executor takes SLURM_* from its srun, which then looks in /etc.
  mkdir -p "$dir/bin"
  printf '#!/bin/sh\nSLURM_CONF=%s exec %s "$@"\n' "$dir/slurm.conf" \
    "$(command -v srun)" >"$dir/bin/srun"
  chmod +x "$dir/bin/srun"
  cat >"$dir/env" <<ENV
export SLURM_CONF=$dir/slurm.conf
export PATH=$dir/bin:\$PATH
ENV
}

start() { # DIR, NAME=VALUE...
  check || exit
  mkdir -p "$1"
  dir=$(cd "$1" && pwd)
  shift
  if is_running slurmctld; then
    say "runs already in $dir"
    return
  fi
  mkdir -p "$dir/state" "${NODES[@]/#/$dir/spool/}"
  write_configuration "$@"
  # shellcheck source=/dev/null
  source "$dir/env"
  (umask 077 && head -c 128 /dev/urandom >"$dir/munge.key")
  # --force: others may write to a directory above this one, as to /tmp.
  launch munged "$(daemon munged)" --foreground --force \
    --key-file="$dir/munge.key" --socket="$dir/munge.socket" \
    --pid-file="$dir/munged.own-pid" --log-file="$dir/munged.log" \
    --seed-file="$dir/munge.seed"
  wait_for 10 "munged" test -S "$dir/munge.socket"
  launch slurmctld "$(daemon slurmctld)" -D -c
  wait_for 20 "slurmctld" scontrol ping >/dev/null
  local node
  for node in "${NODES[@]}"; do
    launch "$node" "$(daemon slurmd)" -D -N "$node"
  done
  wait_for 20 "node" nodes_are_idle
  say "$("$(daemon slurmd)" -V) runs in $dir"
}

stop() { # DIR
  dir=$(cd "$1" && pwd)
  # shellcheck source=/dev/null
  source "$dir/env"
  if is_running slurmctld; then
    scancel --quiet --user="$(id -un)" || true
    wait_for 30 "end of the jobs" no_jobs || true
  fi
  local name pid
  for name in "${NODES[@]}" slurmctld munged; do
    pid=$(cat "$dir/$name.pid" 2>/dev/null) || continue
    kill -TERM "$pid" 2>/dev/null || continue
    for _ in $(seq 100); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    if kill -KILL "$pid" 2>/dev/null; then say "$name had to be killed"; fi
  done
  rm -f "$dir"/*.pid
}

case ${1-}:$# in
  check:1 | stop:2 | start:[2-9]*) "$@" ;;
  *)
    sed -n '2,/^set -/p' "$0" | sed -n 's/^# \{0,1\}//p' >&2
    exit 64
    ;;
esac

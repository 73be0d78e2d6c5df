#!/usr/bin/env python3
"""Runs submit.sh to its end while jobs are cancelled, requeued and killed.

    source CLUSTER/env
    tests/slurm/disturb.py --output=DIR --seed=1 --disturbances=6

Submits, waits a random while, does one of ACTIONS to a random job, and so on;
submits again what was cancelled or failed. Then lets the jobs end, and submits
until nothing is left to do. Writes what it did, one JSON object for each, to
--log. Exit code 0 when the report is there and the last submission was
undisturbed and complete; 1 when it is not, or when jobs neither end nor go on.
--disturbances=0 is an undisturbed run.
"""

import argparse
import datetime
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SUBMIT = ROOT / "workflows/slurm/submit.sh"
LIMIT_S = 300  # without a change of the queue
HITS = 2  # of the jobs of one name: the disturbances spread over the stages


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False)


def queue():
    """(number, state, name, node, reason) of each job and task of an array."""
    lines = run("squeue", "--noheader", "--array", "--format=%i|%T|%j|%N|%r").stdout
    return [tuple(line.split("|")) for line in lines.splitlines()]


def slurm_number(job):
    """The number that Slurm itself gives to a task of an array."""
    shown = run("scontrol", "--oneliner", "show", "job", job).stdout
    return next(
        (w.removeprefix("JobId=") for w in shown.split() if w.startswith("JobId=")),
        None,
    )


def processes_of(job):
    """(pid, is of a step) of a job's processes of ours."""
    found = []
    own = f"SLURM_CONF={os.environ['SLURM_CONF']}"
    for directory in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            variables = (directory / "environ").read_text(errors="replace").split("\0")
            if own in variables and f"SLURM_JOB_ID={job}" in variables:
                in_step = any(v.startswith("SLURM_STEP_ID=") for v in variables)
                found.append((int(directory.name), in_step))
    return found


# Each gets a running job and says what it did, or nothing when it was too late.


def cancel(job, *_):
    return run("scancel", job).returncode == 0 and "scancel"


def requeue(job, *_):
    return run("scontrol", "requeue", job).returncode == 0 and "scontrol requeue"


def warn(job, *_):
    """As --signal=B:USR1@60 does before the limit."""
    sent = run("scancel", "--batch", "--signal=USR1", job)
    return sent.returncode == 0 and "USR1 to the batch script"


def end_time(job, *_):
    """A limit that is over at once, and enforced when Slurm next looks."""
    now = datetime.datetime.now().isoformat(timespec="seconds")
    changed = run("scontrol", "update", f"JobId={job}", f"EndTime={now}")
    return changed.returncode == 0 and "EndTime=now"


def kill(job, rng, in_step):
    number = slurm_number(job)
    candidates = [pid for pid, step in processes_of(number) if step == in_step]
    if not candidates:
        return None
    with suppress(ProcessLookupError):
        os.kill(rng.choice(candidates), signal.SIGKILL)
        return "kill -9 of a process of " + ("a step" if in_step else "a batch script")
    return None


def kill_step(job, rng, *_):
    return kill(job, rng, True)


def kill_batch(job, rng, *_):
    return kill(job, rng, False)


def fail_node(_, __, node):
    """Its jobs are queued again; the node comes back at once."""
    down = run(
        "scontrol", "update", f"NodeName={node}", "State=DOWN", "Reason=disturbed"
    )
    run("scontrol", "update", f"NodeName={node}", "State=RESUME")
    return down.returncode == 0 and "node down"


def release(job):
    """What Slurm holds since its first start still ran on a node declared down."""
    for node in run("sinfo", "-h", "-N", "-t", "drain", "-o", "%N").stdout.split():
        run("scontrol", "update", f"NodeName={node}", "State=RESUME")
    run("scontrol", "release", job)


ACTIONS = [cancel, requeue, warn, end_time, kill_step, kill_step, kill_batch, fail_node]


class Disturber:
    def __init__(self, arguments):
        self.rng = random.Random(arguments.seed)
        self.output = Path(arguments.output)
        self.log = open(arguments.log, "a", encoding="utf-8")
        self.left = arguments.disturbances
        self.pause = arguments.pause
        self.began = time.monotonic()
        self.submissions = 0
        self.hits = Counter()

    def note(self, **values):
        at = round(time.monotonic() - self.began, 2)
        self.log.write(json.dumps({"at": at, **values}) + "\n")
        self.log.flush()

    def submit(self):
        self.submissions += 1
        done = run("bash", str(SUBMIT))
        if done.returncode != 0:
            sys.exit(f"submit.sh ended with {done.returncode}: {done.stderr}")
        self.note(did="submit.sh", jobs=done.stdout.split("\n")[:-1])
        return [line.split()[0] for line in done.stdout.splitlines()]

    def disturb(self):
        running = [
            (job, name, node)
            for job, state, name, node, _ in queue()
            if state == "RUNNING" and self.hits[name] < HITS
        ]
        if not running:
            return
        job, name, node = self.rng.choice(running)
        action = self.rng.choice(ACTIONS)
        did = action(job, self.rng, node)
        if not did:
            return
        self.left -= 1
        self.hits[name] += 1
        self.note(did=did, job=job, name=name)
        # A person submits again what was cancelled; not always in order.
        if action is cancel and self.rng.random() < 0.5:
            self.submit()

    def wait(self, disturb):
        """Until no job is left."""
        seen, since = None, time.monotonic()
        while jobs := queue():
            if jobs != seen:
                seen, since = jobs, time.monotonic()
            for job, _, name, _, reason in jobs:
                if reason.endswith("held"):
                    release(job)
                    self.note(did="scontrol release", why=reason, name=name)
            if time.monotonic() - since > LIMIT_S:
                self.note(did="gave up", jobs=jobs)
                sys.exit(f"for {LIMIT_S} s the queue has not changed: {jobs}")
            if disturb and self.left > 0:
                time.sleep(self.rng.expovariate(1 / self.pause))
                self.disturb()
            else:
                time.sleep(0.2)

    def run(self):
        while self.left > 0:
            self.submit()
            self.wait(disturb=True)
            if (self.output / "report/report.md").exists():
                break
        # What is there is whole: this finds it so, or makes what is left.
        jobs = self.submit()
        self.wait(disturb=False)
        query = ("squeue", "--noheader", "--states=all", "--format=%T", "--jobs")
        states = {job: run(*query, job).stdout.split() for job in jobs}
        self.note(did="end", submissions=self.submissions, disturbances_left=self.left)
        bad = {job: s for job, s in states.items() if set(s) != {"COMPLETED"}}
        if bad or not (self.output / "report/report.md").exists():
            sys.exit(f"the last jobs ended otherwise than COMPLETED: {bad}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", default=os.environ.get("OUTPUT"))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--disturbances", type=int, default=6)
    parser.add_argument("--pause", type=float, default=4.0, help="mean, in seconds")
    parser.add_argument("--log", default="/dev/stderr")
    arguments = parser.parse_args()
    os.environ["OUTPUT"] = arguments.output
    Disturber(arguments).run()


if __name__ == "__main__":
    main()

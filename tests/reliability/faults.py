"""Stages that are killed, whose system calls fail, or that lose power."""

import errno
import os
import pathlib
import random
import signal
import shutil
import subprocess
import time

import stages
import traces

# What a call that changes the disk may fail with.
_CREATES = "create,write,truncate,mkdir,rename,exchange,link,fsync,syncfs"
FAULTS = {
    "kill": ("kill", _CREATES + ",unlink,rmdir"),
    "ENOSPC": (str(errno.ENOSPC), _CREATES),
    "EIO": (str(errno.EIO), ""),
    "EINTR": (str(errno.EINTR), "open,create,read,write,fsync"),
    "short": ("short", "read,write"),
}
_CODES = {
    "kill": (-signal.SIGKILL,),
    "ENOSPC": (0, 73, 74),
    "EIO": (0, 73, 74),
    "EINTR": (0, 74),
    "short": (0,),
}


class Faults:
    """Makes the stages of a workplace fail."""

    def __init__(self, place, seed):
        self.place = place
        self.seed = seed
        self._log = self.place.directory / "calls.log"
        self._traces = {}

    def _environment(self, **settings):
        return {"MASKFILL_CALLS_ROOT": str(self.place.directory),
                **{f"MASKFILL_CALLS_{name.upper()}": str(value)
                   for name, value in settings.items()}}

    def trace(self, stage, *flags):
        """Of an undisturbed run into what is at the output now."""
        for path in (self._log, pathlib.Path(f"{self._log}.bytes")):
            path.unlink(missing_ok=True)
        output = self.place.directory / stage
        output.mkdir(exist_ok=True)
        before = traces.Snapshot.of(output)
        result = self.place.run(
            stage, *flags, environment={
                **self._environment(log=self._log),
                "MASKFILL_CALLS_ROOT": str(output)})
        if result.code != 0:
            raise RuntimeError(f"{stage}: {result.err}")
        return traces.Trace(self._log, output, before)

    def versions(self, stage):
        if stage not in self._traces:
            self.place.clear(stage)
            self._traces[stage] = self.trace(stage)
        return self._traces[stage].versions

    def _num_calls(self, stage, names):
        self._log.unlink(missing_ok=True)
        self.place.clear(stage)
        self.place.run(stage, environment=self._environment(
            log=self._log))
        wanted = names.split(",") if names else None
        return sum(wanted is None or call.name in wanted
                   for call in traces.read_log(self._log))

    def kill_at_random_moments(self, stage, times):
        """SIGKILL, once or twice in a row, then a run to the end."""
        rng = random.Random(f"{self.seed} {stage}")
        versions = self.versions(stage)
        self.place.clear(stage)
        start = time.monotonic()
        self.place.start(stage).wait()
        seconds = time.monotonic() - start
        wrong, killed = [], 0
        while killed < times:
            self.place.clear(stage)
            for _ in range(rng.choice((1, 2))):
                process = self.place.start(stage)
                try:
                    process.wait(rng.random() * seconds)
                except subprocess.TimeoutExpired:
                    process.kill()
                killed += process.wait() == -signal.SIGKILL
                wrong += _list(self.place.partial(stage, versions))
            wrong += _list(self.place.rerun(stage))
        return killed, _of(stage, "kill", wrong)

    def fail_calls(self, stage, fault, most):
        """Each of the first `most` system calls fails once, a run each."""
        value, names = FAULTS[fault]
        versions = self.versions(stage)
        calls = self._num_calls(stage, names)
        numbers = range(1, calls + 1)
        if calls > most:  # spread over all of them
            numbers = sorted(random.Random(self.seed).sample(numbers, most))
        wrong = []
        for number in numbers:
            self.place.clear(stage)
            result = self.place.run(stage, environment=self._environment(
                names=names, at=number, fault=value))
            told = stages.last_line(result.err)
            # Calls of several threads are not numbered alike in each run.
            missed = fault == "kill" and result.code == 0
            found = []
            if result.code not in _CODES[fault] and not missed:
                found.append(f"ends with {result.code}: {told}")
            if result.code == 0:
                found += _list(self.place.difference(stage))
            else:
                found += _list(self.place.partial(stage, versions))
            found += _list(self.place.rerun(stage))
            wrong += _of(stage, f"{fault} at call {number}", found)
        return len(numbers), wrong

    def lose_power(self, stage, samples, most, *flags):
        """All states that a loss of power can leave, or `most` of them.

        flags: of a run into the finished output of the stage without them.
        """
        self.place.clear(stage)
        if flags:
            self.place.run(stage, *flags)
            flags = ("--overwrite",)
        trace = self.trace(stage, *flags)
        states = list(trace.states(self.seed, samples))
        if len(states) > most:
            states = random.Random(self.seed).sample(states, most)
        wrong = []
        for calls, files in states:
            self.place.clear(stage)
            (self.place.directory / stage).mkdir()
            traces.write_files(self.place.directory / stage, files)
            found = _list(self.place.partial(stage, trace.versions))
            found += _list(self.place.rerun(stage, *flags))
            wrong += _of(stage, f"power lost after call {calls}", found)
        return len(states), wrong

    def race(self, stage, times):
        """Two equal processes at once. The second may be told to wait."""
        wrong, waited = [], 0
        for _ in range(times):
            self.place.clear(stage)
            two = [self.place.start(stage) for _ in range(2)]
            codes = sorted(process.wait(120) for process in two)
            found = []
            if codes not in ([0, 0], [0, 75]):
                found.append(f"end with {codes}")
            waited += codes == [0, 75]
            found += _list(self.place.difference(stage))
            wrong += _of(stage, "two at once", found)
        return times, waited, wrong

    def kill_ranks(self, times):
        """One of two processes of a training is killed at a random moment."""
        rng = random.Random(f"{self.seed} ranks")
        place = self.place
        place.clear("train")
        seconds, codes = self._ranks(None, 0, rng)
        wrong, ends, slowest = [], {}, 0.0
        if codes != [0, 0]:
            return 0, {}, 0.0, [f"train in two processes ends with {codes}"]
        place.expected["train"] = place.files("train")
        killed = 0
        while killed < times:
            place.clear("train")
            after = rng.random() * seconds
            took, codes = self._ranks(rng.randrange(2), after, rng)
            if -signal.SIGKILL not in codes:
                continue
            killed += 1
            slowest = max(slowest, took - after)
            (other,) = [code for code in codes
                        if code != -signal.SIGKILL] or [-signal.SIGKILL]
            ends[other] = ends.get(other, 0) + 1
            found = []
            if other not in (0, 74, 75):
                found.append(f"the other one ends with {other}")
            if other == 0 and (difference := place.difference("train")):
                found.append(f"the other one says that all is done: {difference}")
            _, codes = self._ranks(None, 0, rng)
            if codes != [0, 0]:
                found.append(f"the rerun ends with {codes}")
            else:
                found += _list(place.difference("train"))
            wrong += _of("train", "a killed rank", found)
        return killed, ends, slowest, wrong

    def _ranks(self, victim, after, rng):
        """(seconds, exit codes) of two processes of one training."""
        meeting = self.place.directory / f"meet-{rng.getrandbits(64):x}"
        start = time.monotonic()
        processes = [self.place.start(
            "train", f"--rank={rank}", "--num_ranks=2",
            f"--rendezvous=file:{meeting}", "--collective_timeout=20")
            for rank in range(2)]
        if victim is not None:
            try:
                processes[victim].wait(after)
            except subprocess.TimeoutExpired:
                processes[victim].kill()
        try:
            codes = [process.wait(60) for process in processes]
        except subprocess.TimeoutExpired:
            for process in processes:
                process.kill()
            codes = [process.wait() for process in processes] + ["hang"]
        shutil.rmtree(meeting, ignore_errors=True)
        meeting.unlink(missing_ok=True) if meeting.is_file() else None
        return time.monotonic() - start, codes


def _list(text):
    return [] if text is None else [text]


def _of(stage, what, wrong):
    return [f"{stage}, {what}: {text}" for text in wrong]

"""What a person wants to know of a running workflow, on stderr.

`PYTHONPATH=workflows snakemake --logger stages ...` prints one line for every
stage that did something, with its time, and what runs now; all that Snakemake
says goes to its log alone, but for errors that no stage tells of.
"""

import logging
import re
import sys
import threading
import time
from pathlib import Path

from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent

ANNOUNCED_AFTER = 5  # s; most stages are done sooner
REPEATED_AFTER = 20  # s without a line
PROGRESS = re.compile(r"\w+: [\d.]+/[\d.]+ \w+, .*")  # of --progress=log


def duration(seconds):
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


class Stage:
    def __init__(self, record):
        self.name = record.rule_msg or record.rule_name
        log = re.search(r"--log=(\S+)", record.shellcmd or "")
        self.log = Path(log[1]) if log else None
        self.size = self._size()  # of the log before it
        self.started = time.monotonic()
        self.announced = False

    def _size(self):
        return self.log.stat().st_size if self.log and self.log.exists() else 0

    def seconds(self):
        return time.monotonic() - self.started

    def said(self):
        """The lines of its log."""
        if not self.log or not self.log.exists():
            return []
        with self.log.open("rb") as file:
            file.seek(max(self.size, self._size() - 4096))
            return file.read().decode(errors="replace").splitlines()

    def outcome(self):
        """What stage.sh says last: "exit CODE after ..."."""
        return self.said()[-1] if self.said() else ""

    def newest(self):
        lines = [line for line in self.said() if PROGRESS.fullmatch(line)]
        return lines[-1] if lines else f"{self.name}: {duration(self.seconds())}"


class LogHandler(LogHandlerBase):
    writes_to_stream = True
    writes_to_file = False
    has_filter = True  # needs all events
    has_formatter = False
    needs_rulegraph = False

    def __post_init__(self):
        self.total = self.finished = self.before = 0
        self.running = {}
        self.printed = time.monotonic()
        self.ended = threading.Event()
        threading.Thread(target=self._tell_what_runs, daemon=True).start()

    def emit(self, record):
        event = getattr(record, "event", None)
        if event == LogEvent.RUN_INFO:
            self.total = record.stats["total"] - record.stats.get("all", 0)
        elif event == LogEvent.JOB_INFO and record.rule_name != "all":
            self.running[record.jobid] = Stage(record)
        elif event in (LogEvent.JOB_FINISHED, LogEvent.JOB_ERROR):
            failed = event == LogEvent.JOB_ERROR
            job = record.jobid if failed else record.job_id
            if stage := self.running.pop(job, None):
                self._end(stage, failed)
        elif record.levelno >= logging.ERROR and not self._of_a_stage(record):
            self._print(self.format(record))

    def close(self):
        if not self.ended.is_set() and self.before:
            self._print(f"{self.finished} stages, {self.before} of them as before")
        self.ended.set()
        super().close()

    def _of_a_stage(self, record):
        """Whether stage.sh has told of this error."""
        text = record.getMessage()
        return any(
            part in text
            for part in (
                "CalledProcessError",
                "Exiting because a job",
                "At least one job did not complete",
            )
        )

    def _end(self, stage, failed):
        self.finished += not failed
        if stage.outcome().endswith(", as before"):
            self.before += 1
            if time.monotonic() - self.printed < ANNOUNCED_AFTER:
                return
            time_or_not = "as before"
        else:
            time_or_not = duration(stage.seconds())
        count = f"{self.finished:3}/{self.total}"
        if failed:
            count = "stopped" if " exit 75 " in stage.outcome() else "failed"
        self._print(f"[{count:>7}] {time_or_not:>9}  {stage.name}")

    def _tell_what_runs(self):
        while not self.ended.wait(1):
            stages = list(self.running.values())
            long = [s for s in stages if s.seconds() >= ANNOUNCED_AFTER]
            silent = time.monotonic() - self.printed
            for stage in long:
                if not stage.announced:
                    stage.announced = True
                    self._print(f"            running:  {stage.name}")
                elif silent >= REPEATED_AFTER:
                    self._print(f"                      {stage.newest()}")

    def _print(self, text):
        self.printed = time.monotonic()
        print(text, file=sys.stderr, flush=True)

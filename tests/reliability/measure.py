"""Takes the figures for what is promised, and writes docs/RELIABILITY.md.

    .venv/bin/python tests/reliability/measure.py --quick
                    a sample in two minutes, of stages that need no LibTorch
    ... measure.py  all: hours
    ... measure.py --only=kill,flips --times=1000
    ... measure.py --page    the page alone, of the figures that are there

Exits with 1 where a figure shows a fault. Figures that are not --quick are kept
in docs/reliability.json, each with its date and commit. Needs the programs and
//tests/reliability:all built (bazel build).
"""

import argparse
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import faults
import pixels
import stages

REPOSITORY = stages.REPOSITORY
FIGURES = REPOSITORY / "docs" / "reliability.json"
_TOOLS = (REPOSITORY / "bazel-bin").resolve()
PAGE = REPOSITORY / "docs" / "RELIABILITY.md"
_STAGES = {
    "all": tuple(stages.COMMANDS),
    "without_libtorch": stages.WITHOUT_LIBTORCH,
    "with_libtorch": tuple(name for name in stages.COMMANDS
                           if name not in stages.WITHOUT_LIBTORCH),
}
# Of stages with LibTorch, which take longer, a share.
_SLOW_SHARE = 8


class Measures:
    """Each method takes one figure; `times` is how large it is to be."""

    def __init__(self, programs, directory, seed, names):
        self.programs = programs
        self.directory = directory
        self.seed = seed
        self.names = names  # of the stages
        self._faults = None

    @property
    def faults(self):
        if self._faults is None:
            place = stages.Workplace(
                self.programs, self.directory / "stages",
                _TOOLS / "tests/reliability/libsystem_calls.so")
            place.make_all(self.names)
            self._faults = faults.Faults(place, self.seed)
        return self._faults

    def kill(self, times):
        """A stage killed by SIGKILL at a random moment, and run again"""
        killed, wrong, each = 0, [], {}
        for stage in self.names:
            each[stage], found = self.faults.kill_at_random_moments(
                stage, -(-times // len(self.names)))
            killed += each[stage]
            wrong += found
        return killed, _share(each), wrong

    def calls(self, times):
        """A system call that fails or is the last one, each in a run of its own"""
        tried, wrong, each = 0, [], {}
        for fault in faults.FAULTS:
            each[fault] = 0
            for stage in self.names:
                number, found = self.faults.fail_calls(stage, fault, times)
                each[fault] += number
                wrong += found
            tried += each[fault]
        return tried, _share(each), wrong

    def power(self, times):
        """A state that a loss of power can leave on the disk, and a run after it"""
        tried, wrong, each = 0, [], {}
        for stage in self.names:
            slow = stage not in stages.WITHOUT_LIBTORCH
            most = max(1, times // _SLOW_SHARE) if slow else times
            each[stage], found = self.faults.lose_power(stage, 3, most)
            tried += each[stage]
            wrong += found
        return tried, _share(each), wrong

    def replace(self, times):
        """The same where other work is replaced (--overwrite)"""
        tried, wrong, each = 0, [], {}
        for stage, other in (("ingest", "--image_size=16"),
                             ("mask", "--threshold=0.4"),
                             ("report", "--format=md"),
                             ("random_clip", "--seed=2"),
                             ("train", "--learning_rate=2e-4")):
            if stage not in self.names:
                continue
            slow = stage not in stages.WITHOUT_LIBTORCH
            most = max(1, times // _SLOW_SHARE) if slow else times
            each[stage], found = self.faults.lose_power(stage, 3, most, other)
            tried += each[stage]
            wrong += found
        return tried, _share(each), wrong

    def race(self, times):
        """Two equal processes at once on one output"""
        tried, wrong, each = 0, [], {}
        for stage in [stage for stage in ("ingest", "mask", "import", "report",
                                          "train") if stage in self.names]:
            number, waited, found = self.faults.race(
                stage, times if stage in stages.WITHOUT_LIBTORCH
                else max(1, times // _SLOW_SHARE))
            each[stage] = f"{number} ({waited} told to wait)"
            tried += number
            wrong += found
        return tried, _share(each), wrong

    def ranks(self, times):
        """One of two processes of a training killed at a random moment"""
        killed, ends, slowest, wrong = self.faults.kill_ranks(times)
        ends = ", ".join(f"{code} {n} times" for code, n in sorted(
            ends.items(), key=str))  # or "hang"
        return killed, (f"the other one ended with {ends}, at the latest "
                        f"{slowest:.1f} s after"), wrong

    def flips(self, times):
        """A flipped bit of a record set or a checkpoint, read as stages do"""
        (self.directory / "classes").write_text("cat\ndog\n")
        (self.directory / "templates").write_text("a {}\n")
        for command in (
                f"ingest/ingest --source={REPOSITORY}/examples/photos/val "
                "--pixels=preprocessed --image_size=8 --num_shards=2 "
                "--output=images",
                "model_tool/make_random_clip --image_size=8 --patch_size=8 "
                "--width=8 --heads=1 --layers=1 --text_width=8 --text_heads=1 "
                "--text_layers=1 --embed_dim=2 --output=weights",
                "model_tool/import_model --source=weights --output=clip",
                "model_tool/build_zeroshot --checkpoint=clip --device=cpu "
                "--class_names=classes --templates=templates "
                "--output=zeroshot"):
            program, *arguments = command.split()
            subprocess.run([str(self.programs / program), *arguments],
                           cwd=self.directory, check=True,
                           stderr=subprocess.DEVNULL)
        found = json.loads(subprocess.run(
            [str(_TOOLS / "tests/reliability/flip_bits"), str(times),
             "images,zeroshot"], cwd=self.directory, check=True,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout)
        total = {name: sum(file[name] for file in found) for name in (
            "bits", "noticed", "without_effect", "wrong")}
        wrong = [f"{file['file']}: {file['wrong']} flipped bits give something "
                 "else" for file in found if file["wrong"]]
        return total["bits"], (
            f"{total['noticed']} noticed, {total['without_effect']} without "
            f"effect; {len(found)} files"), wrong

    def torn(self, times):
        """A training state that is torn, cut, emptied or cannot be read"""
        del times  # the test knows
        program = _TOOLS / "core/training/training_state_test"
        done = subprocess.run(
            [str(program), "--gtest_filter=*WhateverHappensToOthers"],
            cwd=REPOSITORY, env={**os.environ, "TEST_TMPDIR":
                                 str(self.directory)},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        source = (REPOSITORY / "core/training/training_state_test.cc"
                  ).read_text(encoding="utf-8")
        (number,) = re.findall(r"i < (\d+); \+\+i\) {\n +CounterRng rng\(1, "
                               r'"torn states"', source)
        wrong = [] if done.returncode == 0 else [stages.last_line(done.stdout)]
        return int(number), "training_state_test", wrong

    def pixels(self, times):
        """A random JPEG, PNG or WebP, decoded and resized, beside Pillow"""
        return pixels.compare(self.programs, self.directory / "pixels",
                              self.seed, times)

    def fuzz(self, times):
        """An input made by libFuzzer under the address and undefined-behaviour
        sanitizers"""
        done = subprocess.run(
            [str(REPOSITORY / "tests/fuzz/run.sh"), str(times)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        target, each = "", {}
        for line in done.stdout.splitlines():
            if match := re.match(r"\[fuzz\] (\w+)_fuzz for", line):
                target = match[1]
            if match := re.match(r"stat::number_of_executed_units: (\d+)",
                                 line):
                each[target] = int(match[1])
        wrong = [] if done.returncode == 0 else [done.stdout[-2000:]]
        return sum(each.values()), _share(each), wrong


# Name -> times when all is taken, and in a hurry.
SIZES = {
    "kill": (1000, 24), "calls": (500, 6), "power": (500, 12),
    "replace": (500, 12), "race": (200, 5), "ranks": (100, 0),
    "flips": (1_000_000_000, 200), "torn": (500, 0), "pixels": (10_000, 300),
    "fuzz": (120, 0),
}


def _share(each):
    return ", ".join(f"{name} {n}" for name, n in each.items())


def _run(command):
    return subprocess.run(command, cwd=REPOSITORY, check=True, text=True,
                          stdout=subprocess.PIPE).stdout.strip()


def _machine():
    cpu = re.search(r"model name\s*: (.*)", pathlib.Path(
        "/proc/cpuinfo").read_text(encoding="utf-8"))
    version = next((REPOSITORY / ".venv").glob(
        "lib/python*/site-packages/torch/version.py"), None)
    libtorch = version and re.search(
        r"__version__ = '([^']*)'", version.read_text(encoding="utf-8"))
    return {
        "commit": _run(["git", "describe", "--always", "--dirty"]),
        "date": datetime.date.today().isoformat(),
        "machine": f"{os.cpu_count()} x {cpu[1] if cpu else 'unknown'}",
        "libtorch": libtorch[1] if libtorch else "unknown",
    }


def _figures():
    return json.loads(FIGURES.read_text()) if FIGURES.exists() else {}


def write_page(figures):
    lines = [
        "# Figures for what is promised", "",
        "Written by `tests/reliability/measure.py` from "
        "[reliability.json](reliability.json): do not edit. What is promised "
        "stands in [architecture.md](architecture.md) and "
        "[record_format.md](record_format.md); what each figure is, in the "
        "script's own words and code. A fault is a wrong result, a file under "
        "its final name that is not whole, an exit code that "
        "[architecture.md](architecture.md) does not have for it, a hang, or a "
        "rerun that does not end with the bytes of an undisturbed run.", "",
        "| what | tried | faults | of these | seed | taken |",
        "|---|---|---|---|---|---|",
    ]
    for name in SIZES:
        what = " ".join(getattr(Measures, name).__doc__.split())
        taken = {key: figure for key, figure in sorted(figures.items())
                 if key.split("/")[0] == name}
        if not taken:
            lines.append(f"| {what} (`{name}`) | not taken yet | | | | |")
        for key, figure in taken.items():
            lines.append(
                f"| {what} (`{key}`) | {figure['tried']:,} | "
                f"{len(figure['wrong'])} | {figure['of']} | {figure['seed']} | "
                f"{figure['date']}, {figure['commit']}, "
                f"{figure['seconds'] / 60:.0f} min |")
    machines = sorted({(figure["machine"], figure["libtorch"])
                       for figure in figures.values()})
    lines += ["", "Machine and LibTorch: " + "; ".join(
        f"{machine}, LibTorch {libtorch}" for machine, libtorch in machines)
        + ".", ""]
    lines += _EXPLANATION.splitlines()
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")


_EXPLANATION = """\
## What each is

`kill`: a stage of a small pipeline on photographs begins, is killed once or
twice in a row after a random time up to its usual one, and is run to its end.

`calls`: a library before libc (`system_calls.cc`) counts the stage's calls on
files and directories of its inputs and outputs and makes one of them, in each
run another, fail with ENOSPC, EIO or EINTR, do half of its work, or be the
process's last. Calls of libc to itself are not seen. A run is a process of its own, forked
where the program's libraries are loaded (`fork_server.cc`). The exit code has to be 73
or 74, or 0 and the result whole; no file under its final name is half; the rerun
succeeds. Of stages with more calls than were tried a random sample is taken.

`power`: the same library writes down what the stage does to the disk. Whatever
was not synced may be lost: for the moment after each call, all of it, none of
it, and three random parts of it in any order, of the last write to a file a part.
Each such state, once, is laid out: each file under its final name has to be one
that was whole, old or new, and the stage has to end as if nothing had been.
Renames are taken to happen as a whole, on the disk too.

`replace`: the same where a finished result of other work lies there.

`race`: both have to end with 0, or one of them with 75 ("run me again") where an
output has one writer.

`ranks`: the other process has to end by itself, with 0 (the one may be killed when
its work is done: then all has to be there, of figures after acd364c), 74 or 75; both
are started again and have to end with the bytes of an undisturbed training.

`flips`: each bit of each file, one after another; manifests, indexes and
configurations too. Something else than before without an error is a fault.

`pixels`: no byte may differ. Pillow's two passes are taken in the order of
Pillow 9 ([decision 005](decisions/005-pixels-of-pillow-9.md)).

`fuzz`: a crash, a sanitizer's finding, ten seconds or two gigabytes for an input
is a fault.
"""


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", default=",".join(SIZES))
    parser.add_argument("--times", type=int, help="in place of the usual ones")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--programs", default="bazel-bin", type=pathlib.Path)
    parser.add_argument("--commit", help="that the programs are of, where it is "
                        "not that of this checkout")
    parser.add_argument("--stages", help="their names, or all, with_libtorch or "
                        "without_libtorch (--quick)")
    parser.add_argument("--page", action="store_true")
    options = parser.parse_args()
    unknown = set(options.only.split(",")) - SIZES.keys()
    if unknown:
        parser.error(f"--only: no figure is called {', '.join(unknown)}; "
                     f"there are {', '.join(SIZES)}")
    chosen = options.stages or ("without_libtorch" if options.quick else "all")
    failed = False
    for name in [] if options.page else options.only.split(","):
        times = options.times or SIZES[name][options.quick]
        if times == 0:
            continue
        with tempfile.TemporaryDirectory() as directory:
            measures = Measures((REPOSITORY / options.programs).resolve(),
                                pathlib.Path(directory), options.seed,
                                _STAGES.get(chosen) or chosen.split(","))
            start = time.monotonic()
            tried, of, wrong = getattr(measures, name)(times)
            seconds = time.monotonic() - start
        print(f"{name}: {tried:,} tried, {len(wrong)} faults, {seconds:.0f} s; "
              f"{of}", flush=True)
        for text in wrong[:50]:
            print(f"  {text}", flush=True)
        failed |= bool(wrong) or tried == 0
        if not options.quick:
            figures = _figures()
            key = name if chosen == "all" else f"{name}/{chosen}"
            figures[key] = {"tried": tried, "of": of, "wrong": wrong[:50],
                            "seed": options.seed, "seconds": round(seconds),
                            **_machine()}
            if options.commit:
                figures[key]["commit"] = options.commit
            FIGURES.write_text(json.dumps(figures, indent=1) + "\n")
    if not options.quick:
        write_page(_figures())
    sys.exit(failed)


if __name__ == "__main__":
    main()

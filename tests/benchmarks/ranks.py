#!/usr/bin/env python3
"""Two ranks of a training against one, in turns in one run.

    ranks.py [--binaries=bazel-bin] [--rounds=3] [--models=small,large] [--batch_size=N]

On pictures of Spurious Shapes. large: a ViT-B/32, two ranks with a thread each
against one rank with two threads. small: Spurious Shapes' CLIP, against one rank with
one thread. Beside both, what the machine can give at most: two trainings that know
nothing of each other, at once, with a thread and half of the images each.
Each measurement is a run of `train` of a few steps, the first of which do not
count. Prints images/s of all three and the medians of the ratios; and the same
of images for each second of processor time, times the processors that each side
has: what a machine that does nothing else would give if nobody waited. On a busy
one read that.
"""

import argparse
import concurrent.futures
import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
SHIPPED = REPOSITORY / "spurious_shapes" / "checkpoint"
TICK = os.sysconf("SC_CLK_TCK")
# (ranks, threads of each) of the side measured, and of the one it is held to.
SIDES = {"large": ((2, 1), (1, 2)), "small": ((2, 1), (1, 1))}
BATCH = {"large": 32, "small": 128}
# Before the clock, and all: within an epoch, at whose end a state is saved.
STEPS = {"large": (1, 3), "small": (4, 24)}


class Bench:
    def __init__(self, binaries, folder):
        self.binaries = binaries
        self.folder = Path(folder)
        self.runs = itertools.count()

    def run(self, program, *arguments):
        done = subprocess.run(
            [self.binaries / program, *arguments], cwd=self.folder, capture_output=True, text=True
        )
        if done.returncode != 0:
            sys.exit(f"error: {program} failed:\n{done.stderr}")

    def prepare(self, model):
        """A record set and a checkpoint with a head, named by the model."""
        if model == "large":
            number, size, weights = 320, 224, "large.safetensors"
            self.run(
                "model_tool/make_random_clip",
                *("--width=768", "--layers=12", "--patch_size=32", "--embed_dim=512"),
                f"--output={weights}",
            )
        else:
            number, size, weights = 3200, 56, SHIPPED / "clip.safetensors"
        self.run(
            "spurious_shapes/make_spurious_shapes",
            *(f"--output={model}-shapes", f"--train_size={number}", "--test_size=10"),
        )
        self.run(
            "ingest/ingest",
            *(f"--source={model}-shapes/ILSVRC2012/train", "--layout=folder", "--num_shards=2"),
            *("--pixels=preprocessed", f"--image_size={size}", f"--output={model}-images"),
        )
        self.run("model_tool/import_model", f"--source={weights}", f"--output={model}-clip")
        self.run(
            "model_tool/build_zeroshot",
            *(f"--{name}={SHIPPED}/{name}.txt" for name in ("class_names", "templates")),
            *(f"--checkpoint={model}-clip", f"--output={model}-zeroshot"),
        )

    def images_per_second(self, model, steps, batch, threads, ranks, *arguments):
        """Of a training: by the clock, and of processor time and processor.

        steps: before the measurement begins, and when it ends.
        """
        output = self.folder / f"run-{next(self.runs)}"
        command = [
            *(self.binaries / "train" / "train", f"--input={model}-images", *arguments),
            *(f"--checkpoint={model}-zeroshot", f"--output={output}", "--device=cpu"),
            *(f"--global_batch_size={batch}", f"--num_threads={threads}"),
            *("--epochs=1000", "--schedule=constant", "--progress=none"),
        ]
        meeting = [f"--num_ranks={ranks}", f"--rendezvous=file:{output}-meeting"]
        processes = [
            subprocess.Popen(
                [*command, *([*meeting, f"--rank={rank}"] if ranks > 1 else [])],
                cwd=self.folder,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
            for rank in range(ranks)
        ]
        try:
            start, used = self._when(output, steps[0], processes)
            end, used_then = self._when(output, steps[1], processes)
        finally:
            for process in processes:
                process.kill()
                process.communicate()
        images = (steps[1] - steps[0]) * batch
        return images / (end - start), images / (used_then - used) * ranks * threads

    def apart(self, model, steps, batch, *arguments):
        """The same of two trainings at once, of half of the images each, together."""
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            both = pool.map(
                lambda _: self.images_per_second(model, steps, batch // 2, 1, 1, *arguments),
                range(2),
            )
            return [sum(rates) for rates in zip(*both)]

    def _when(self, output, step, processes):
        """Clock and processor time of all at the end of a step, to 10 ms."""
        metrics = output / "metrics.jsonl"
        while not (metrics.exists() and len(metrics.read_text().splitlines()) >= step):
            for process in processes:
                if process.poll() is not None:
                    sys.exit(f"error: train ended:\n{process.communicate()[1]}")
            time.sleep(0.01)
        used = 0
        for process in processes:
            fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
            used += int(fields[11]) + int(fields[12])
        return time.monotonic(), used / TICK


def ratio(rounds, kind, ours, other):
    ratios = sorted(each[ours][kind] / each[other][kind] for each in rounds)
    return f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--binaries", type=Path, default=REPOSITORY / "bazel-bin")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--models", default=",".join(SIDES))
    parser.add_argument("--batch_size", type=int, help="images a step, of both sides")
    options = parser.parse_args()
    models = options.models.split(",")
    if unknown := [model for model in models if model not in SIDES]:
        sys.exit(f"error: unknown models {unknown}; expected some of {list(SIDES)}")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(options.binaries.resolve(), folder)
        for model in models:
            bench.prepare(model)
            sides = SIDES[model]
            batch = options.batch_size or BATCH[model]
            rounds = [
                [
                    *(
                        bench.images_per_second(
                            model, STEPS[model], batch, threads, ranks, "--mode=ft"
                        )
                        for ranks, threads in sides
                    ),
                    bench.apart(model, STEPS[model], batch, "--mode=ft"),
                ]
                for _ in range(options.rounds)
            ]
            for kind, unit in enumerate(("images/s", "images/s of processor time")):
                medians = [
                    statistics.median(each[side][kind] for each in rounds) for side in range(3)
                ]
                print(
                    f"{model:<6} {medians[0]:8.2f} with 2 ranks of 1 thread, "
                    f"{medians[1]:8.2f} with 1 rank of {sides[1][1]}: {ratio(rounds, kind, 0, 1)}; "
                    f"{medians[2]:8.2f} apart: {ratio(rounds, kind, 2, 1)} {unit}",
                    flush=True,
                )


if __name__ == "__main__":
    main()

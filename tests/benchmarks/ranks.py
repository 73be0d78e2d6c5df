#!/usr/bin/env python3
"""Two ranks of a training against one, by turns of a few steps.

    ranks.py [--binaries=bazel-bin] [--turns=12] [--models=small,large] [--batch_size=N]

On pictures of Spurious Shapes. large: a ViT-B/32, two ranks with a thread each
against one rank with two threads. small: Spurious Shapes' CLIP, against one rank with
one thread. Beside both, what the machine can give at most: two trainings that know
nothing of each other, at once, with a thread and half of the images each.
All are there at once and stopped (SIGSTOP) but for the one whose turn it is, so that a
machine whose speed changes from minute to minute is as fast for one as for the other.
Prints the medians of images/s of all three and of the ratios of a turn, and the
ratios' quartiles; and the same of images for each second of processor time, times the
processors that each has: what a machine that does nothing else would give if nobody
waited. On a busy one read that.
"""

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from trainings import REPOSITORY, Training, prepare, turn

# Threads of the one rank that two ranks of one thread are held to.
THREADS = {"large": 2, "small": 1}
BATCH = {"large": 32, "small": 128}
# Of a turn.
STEPS = {"large": 1, "small": 6}


def ratio(turns, kind, ours, other):
    ratios = [each[ours][kind] / each[other][kind] for each in turns]
    low, median, high = statistics.quantiles(ratios, n=4)
    return f"{median:.2f} ({low:.2f} to {high:.2f})"


def measure(binaries, folder, model, batch, count):
    steps = STEPS[model]
    # All within an epoch, at whose end a state is saved; the first turn warms up.
    prepare(binaries, folder, model, batch * (steps * (count + 1) + 8))
    sides = [  # threads and ranks of each of a side's trainings
        [(batch, 1, 2)],
        [(batch, THREADS[model], 1)],
        [(batch // 2, 1, 1)] * 2,
    ]
    running = []
    try:
        for side, shapes in enumerate(sides):
            running.append([])
            for i, shape in enumerate(shapes):
                name = f"{model}-{side}-{i}"
                running[-1].append(Training(binaries, folder, name, model, *shape, "--mode=ft"))
            turn(running[-1], 1)
        turns = [[turn(each, steps) for each in running] for _ in range(count + 1)][1:]
    finally:
        for training in sum(running, []):
            training.end()
    for kind, unit in enumerate(("images/s", "images/s of processor time")):
        medians = [statistics.median(each[side][kind] for each in turns) for side in range(3)]
        print(
            f"{model:<6} {medians[0]:8.2f} with 2 ranks of 1 thread, {medians[1]:8.2f} with "
            f"1 rank of {THREADS[model]}: {ratio(turns, kind, 0, 1)}; {medians[2]:8.2f} apart: "
            f"{ratio(turns, kind, 2, 1)} {unit}",
            flush=True,
        )


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--binaries", type=Path, default=REPOSITORY / "bazel-bin")
    parser.add_argument("--turns", type=int, default=12)
    parser.add_argument("--models", default=",".join(BATCH))
    parser.add_argument("--batch_size", type=int, help="images a step, of all sides")
    options = parser.parse_args()
    models = options.models.split(",")
    if unknown := [model for model in models if model not in BATCH]:
        sys.exit(f"error: unknown models {unknown}; expected some of {list(BATCH)}")
    with tempfile.TemporaryDirectory() as folder:
        for model in models:
            measure(
                options.binaries.resolve(),
                Path(folder),
                model,
                options.batch_size or BATCH[model],
                options.turns,
            )


if __name__ == "__main__":
    main()

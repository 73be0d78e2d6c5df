#!/usr/bin/env python3
"""The program train beside its step alone, in turns in one run.

    train_program.py [--binaries=bazel-bin] [--rounds=3] [--precision=fp32]

By turns of three steps. A ViT-B/32 of random weights on pictures of 224 px: `train --mode=fd_mask` with cached
counterfactuals, batches of 32, against model_benchmark's training_step, which has
its batch in memory. Prints images/s of both and the median of the ratios: what
reading, decoding, progress and the ledger cost.
"""

import argparse
import os
import statistics
import tempfile
from pathlib import Path

from compare import Server
from trainings import REPOSITORY, Training, prepare, run, turn

BATCH = 32
STEPS = 3  # of a turn of each


def make_counterfactuals(binaries, folder, number):
    prepare(binaries, folder, "large", number)
    run(
        *(binaries, folder, "cam_tool/cam_tool"),
        *("--input=large-images", "--checkpoint=large-zeroshot", "--output=large-cams"),
    )
    run(
        *(binaries, folder, "mask_tool/mask_tool"),
        *("--input=large-images", "--cams=large-cams", "--mask=object"),
        *("--threshold=0.3", "--fill=single", "--output=large-counterfactuals"),
    )


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--binaries", type=Path, default=REPOSITORY / "bazel-bin")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--precision", default="fp32")
    options = parser.parse_args()
    binaries = options.binaries.resolve()
    threads = os.cpu_count()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # Within an epoch, at whose end a state is saved.
        make_counterfactuals(binaries, folder, BATCH * (STEPS * options.rounds + 3))
        step = Server(
            [
                binaries / "tests" / "benchmarks" / "model" / "model_benchmark",
                *(f"--threads={threads}", f"--precision={options.precision}"),
                *(f"--batch_size={BATCH}", f"--iterations={STEPS}"),
            ]
        )
        program = Training(
            *(binaries, folder, "run", "large", BATCH, threads, 1),
            *("--mode=fd_mask", "--counterfactuals=large-counterfactuals"),
            *("--teacher=large-zeroshot", f"--precision={options.precision}"),
        )
        try:
            turn([program], 1)
            rounds = [
                (turn([program], STEPS)[0], step.measure("training_step"))
                for _ in range(options.rounds)
            ]
        finally:
            program.end()
            step.close()
    ratios = sorted(program / alone for program, alone in rounds)
    program, alone = (statistics.median(each[i] for each in rounds) for i in (0, 1))
    print(
        f"train {program:.2f}, its step alone {alone:.2f} images/s, {options.precision}: "
        f"{statistics.median(ratios):.3f} ({ratios[0]:.3f} to {ratios[-1]:.3f})"
    )


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""The program train beside its step alone, in turns in one run.

    train_program.py [--binaries=bazel-bin] [--rounds=3] [--precision=fp32]

A ViT-B/32 of random weights on pictures of 224 px: `train --mode=fd_mask` with cached
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
from ranks import REPOSITORY, Bench

BATCH = 32


def make_counterfactuals(bench):
    bench.prepare("large")
    bench.run(
        "cam_tool/cam_tool",
        *("--input=large-images", "--checkpoint=large-zeroshot", "--output=large-cams"),
    )
    bench.run(
        "mask_tool/mask_tool",
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
    threads = os.cpu_count()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(options.binaries.resolve(), folder)
        make_counterfactuals(bench)
        step = Server(
            [
                options.binaries / "tests" / "benchmarks" / "model" / "model_benchmark",
                *(f"--threads={threads}", f"--precision={options.precision}"),
                *(f"--batch_size={BATCH}", "--iterations=3"),
            ]
        )
        rounds = [
            (
                bench.images_per_second(
                    *("large", (1, 4), BATCH, threads, 1),
                    *("--mode=fd_mask", "--counterfactuals=large-counterfactuals"),
                    *("--teacher=large-zeroshot", f"--precision={options.precision}"),
                )[0],
                step.measure("training_step"),
            )
            for _ in range(options.rounds)
        ]
        step.close()
    ratios = sorted(program / alone for program, alone in rounds)
    program, alone = (statistics.median(each[i] for each in rounds) for i in (0, 1))
    print(
        f"train {program:.2f}, its step alone {alone:.2f} images/s, {options.precision}: "
        f"{statistics.median(ratios):.3f} ({ratios[0]:.3f} to {ratios[-1]:.3f})"
    )


if __name__ == "__main__":
    main()

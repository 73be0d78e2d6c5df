#!/usr/bin/env python3
"""Ours against plain PyTorch and Pillow, measured in turns in one run.

Each side is started once and asked for one measurement after the other, so
that both see the same state of the machine. Prints per mode the medians of
both sides and the median of the ratios of neighbouring measurements.

    compare.py --binaries=bazel-bin [--modes=forward,pixels] [--rounds=5]

Other arguments go to both sides of the model's modes, for instance
--precision=bf16 --patch_size=16 --batch_size=8 --threads=2.
"""

import argparse
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
UNITS = {
    "gemm": "GFLOP/s",
    "forward": "images/s",
    "forward_backward": "images/s",
    "attribution": "images/s",
    "training_step": "images/s",
    "online_step": "images/s",
    "pixels": "images/s, one thread",
}


class Server:
    """A process that answers each mode on stdin with "mode unit value"."""

    def __init__(self, command):
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def measure(self, mode):
        self.process.stdin.write(mode + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline().split()
        if len(line) != 3 or line[0] != mode:
            sys.exit(f"error: expected a measurement of {mode}, found {line}")
        return float(line[2])

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Command:
    """A process that measures once and prints "images_per_second value"."""

    def __init__(self, command):
        self.command = command

    def measure(self, mode):
        output = subprocess.run(
            self.command, stdout=subprocess.PIPE, text=True, check=True
        ).stdout.split()
        if len(output) != 2 or output[0] != "images_per_second":
            sys.exit(f"error: expected a measurement of {mode}, found {output}")
        return float(output[1])

    def close(self):
        pass


def sides(modes, binaries, images, model_arguments, compile_baseline):
    """Yields (modes, ours, theirs) one pair of programs after the other."""
    benchmarks = binaries / "tests" / "benchmarks"
    of_model = [mode for mode in modes if mode != "pixels"]
    if of_model:
        yield of_model, Server(
            [benchmarks / "model" / "model_benchmark", *model_arguments]
        ), Server(
            [
                sys.executable,
                HERE / "model" / "pytorch_baseline.py",
                *model_arguments,
                *(["--compile"] if compile_baseline else []),
            ]
        )
    if "pixels" in modes:
        source = f"--source={images}"
        yield ["pixels"], Command([benchmarks / "pixels" / "decode_benchmark", source]), Command(
            [sys.executable, HERE / "pixels" / "pillow_decode.py", source]
        )


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--binaries", type=Path, default=HERE.parents[1] / "bazel-bin")
    parser.add_argument("--images", default=HERE.parents[1] / "examples" / "photos")
    parser.add_argument("--modes", default=",".join(UNITS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--compile_baseline", action="store_true", help="torch.compile")
    options, model_arguments = parser.parse_known_args()
    modes = options.modes.split(",")
    unknown = [mode for mode in modes if mode not in UNITS]
    if unknown:
        sys.exit(f"error: unknown modes {unknown}; expected some of {list(UNITS)}")

    print(f"{'mode':<18}{'ours':>10}{'baseline':>10}{'ratio':>8}  (range)")
    for group, ours, theirs in sides(
        modes, options.binaries, options.images, model_arguments, options.compile_baseline
    ):
        for mode in group:
            pairs = [
                (ours.measure(mode), theirs.measure(mode)) for _ in range(options.rounds)
            ]
            ratios = sorted(a / b for a, b in pairs)
            print(
                f"{mode:<18}{statistics.median(a for a, _ in pairs):>10.2f}"
                f"{statistics.median(b for _, b in pairs):>10.2f}"
                f"{statistics.median(ratios):>8.2f}  "
                f"({ratios[0]:.2f} to {ratios[-1]:.2f}) {UNITS[mode]}",
                flush=True,
            )
        ours.close()
        theirs.close()


if __name__ == "__main__":
    main()

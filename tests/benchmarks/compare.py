#!/usr/bin/env python3
"""Ours against plain PyTorch and Pillow, measured in turns in one run.

Each side is started once and asked for one measurement after the other, so
that both see the same state of the machine. Prints per mode the medians of
both sides, the median of the ratios of neighbouring measurements and, of the
model's modes, our share of the limit: the products that a pass through the
tower takes at the rate of the machine's best products, measured before and after
the mode (`gemm`: the block's shapes, packed weights where there is oneDNN).

    compare.py --binaries=bazel-bin [--modes=forward,pixels] [--rounds=5]

Other arguments go to both sides of the model's modes, for instance
--precision=bf16 --batch_size=8 --threads=2, or --threads=1 --clock=cpu on a
machine that is busy with other things.
"""

import argparse
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Forward passes of the tower that a mode's products amount to; a backward pass
# counts twice. A training step is the teacher's pass and the student's two.
PASSES = {
    "forward": 1,
    "forward_backward": 3,
    "attribution": 2,
    "training_step": 7,
    "online_step": 7,
    "features_step": 6,  # with the teacher's features from a cache
}
UNITS = {
    "gemm": "GFLOP/s",
    "forward": "images/s",
    "forward_backward": "images/s",
    "attribution": "images/s",
    "training_step": "images/s",
    "online_step": "images/s",
    "features_step": "images/s",
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


def gflop_per_pass(patch_size, width=768, layers=12):
    """Of ViT-B at 224 px, as published: all tokens in all layers."""
    patches = (224 // patch_size) ** 2
    tokens = patches + 1
    block = 24 * tokens * width**2 + 4 * tokens**2 * width
    return 1e-9 * (layers * block + 6 * patches * patch_size**2 * width)


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
    parser.add_argument("--patch_size", type=int, default=32, help="px, of the model")
    options, model_arguments = parser.parse_known_args()
    model_arguments.append(f"--patch_size={options.patch_size}")
    modes = options.modes.split(",")
    unknown = [mode for mode in modes if mode not in UNITS]
    if unknown:
        sys.exit(f"error: unknown modes {unknown}; expected some of {list(UNITS)}")

    work = gflop_per_pass(options.patch_size)
    print(f"{'mode':<18}{'ours':>10}{'baseline':>10}{'ratio':>8}{'limit':>8}  (range of ratios)")
    for group, ours, theirs in sides(
        modes, options.binaries, options.images, model_arguments, options.compile_baseline
    ):
        for mode in group:
            rounds, shares = [], []
            for _ in range(options.rounds):
                before = ours.measure("gemm") if mode in PASSES else 0
                own = ours.measure(mode)
                if mode in PASSES:
                    limit = max(before, ours.measure("gemm"))
                    shares.append(own * PASSES[mode] * work / limit)
                rounds.append((own, theirs.measure(mode)))
            ratios = sorted(a / b for a, b in rounds)
            share = f"{statistics.median(shares):.0%}" if shares else ""
            print(
                f"{mode:<18}{statistics.median(a for a, _ in rounds):>10.2f}"
                f"{statistics.median(b for _, b in rounds):>10.2f}"
                f"{statistics.median(ratios):>8.2f}{share:>8}  "
                f"({ratios[0]:.2f} to {ratios[-1]:.2f}) {UNITS[mode]}",
                flush=True,
            )
        ours.close()
        theirs.close()


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Checks and measurements of a device; see run.sh, which sets the paths."""

import argparse
import filecmp
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch

ROOT = Path(__file__).resolve().parents[2]
TEMPFAIL = 75

# Spurious Shapes as its study trains it (workflows/shapes.yaml), but shorter.
TRAIN = [
    "--epochs=3",
    "--global_batch_size=64",
    "--learning_rate=3e-4",
    "--seed=0",
]
MASK = ["--mask=object", "--threshold=0.2", "--fill=single"]
CHECKPOINT = ROOT / "spurious_shapes" / "checkpoint"
PROMPTS = [
    f"--class_names={CHECKPOINT / 'class_names.txt'}",
    f"--templates={CHECKPOINT / 'templates.txt'}",
]


class Checks:
    """Runs the programs; what is found goes to stdout as Markdown."""

    def __init__(self, options, work):
        self.programs = (ROOT / options.programs).resolve()
        self.device = options.device
        self.work = work
        self.failed = 0
        self.environment = dict(os.environ)
        for ours, theirs in (
            ("MASKFILL_LIBRARY_PATH", "LD_LIBRARY_PATH"),
            ("MASKFILL_PRELOAD", "LD_PRELOAD"),
        ):
            if ours in os.environ:
                self.environment[theirs] = os.environ[ours]

    def say(self, text=""):
        print(text, flush=True)

    def check(self, holds, text):
        self.failed += not holds
        self.say(f"* {'ok' if holds else '**FAILED**'}: {text}")

    def start(self, program, *flags, **environment):
        log = (self.work / "log").open("a")
        log.write(f"\n$ {program} {' '.join(map(str, flags))}\n")
        log.flush()
        return subprocess.Popen(
            [self.programs / program, *map(str, flags)],
            cwd=ROOT,
            env={**self.environment, **environment},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )

    def run(self, program, *flags, **environment):
        """Seconds and stdout; ends everything when the program fails."""
        started = time.monotonic()
        process = self.start(program, *flags, **environment)
        output, _ = process.communicate()
        if process.returncode != 0:
            self.say(f"* **FAILED**: {program} {' '.join(map(str, flags))}")
            self.say((self.work / "log").read_text()[-3000:])
            sys.exit(1)
        return time.monotonic() - started, output

    def path(self, name):
        return self.work / name


def parity(checks):
    checks.say(f"\n## Goldens on {checks.device}\n")
    for test in ("vision_test", "training_test"):
        process = checks.start(
            f"tests/parity/{test}", MASKFILL_TEST_DEVICE=checks.device
        )
        output, _ = process.communicate()
        passed = output.count("[       OK ]")
        checks.check(
            process.returncode == 0 and passed > 0,
            f"{test}: {passed} tests, within 1e-4 + 1e-3 |golden|",
        )
        if process.returncode != 0:
            checks.say("```\n" + output[-2500:] + "\n```")


def prepare(checks, train_size, test_size):
    """The benchmark's images as records, and its zero-shot model."""
    checks.run(
        "spurious_shapes/make_spurious_shapes",
        f"--output={checks.path('shapes')}",
        f"--train_size={train_size}",
        f"--test_size={test_size}",
    )
    checks.run(
        "model_tool/import_model",
        f"--source={CHECKPOINT / 'clip.safetensors'}",
        f"--output={checks.path('clip')}",
    )
    size = json.loads((checks.path("clip") / "config.json").read_text())["image_size"]
    for split in ("train", "val"):
        checks.run(
            "ingest/ingest",
            "--layout=imagenet",
            f"--split={split}",
            f"--source={checks.path('shapes')}/ILSVRC2012",
            f"--classes={checks.path('shapes')}/classes.json",
            f"--output={checks.path(split)}",
            f"--name={split}",
            "--pixels=preprocessed",
            f"--image_size={size}",
        )
    checks.run(
        "model_tool/build_zeroshot",
        f"--checkpoint={checks.path('clip')}",
        *PROMPTS,
        f"--output={checks.path('zeroshot')}",
        f"--device={checks.device}",
    )


def cams(checks, precisions):
    checks.say("\n## CAMs: object masks beside those of the CPU at fp32\n")
    flags = [f"--input={checks.path('train')}", f"--checkpoint={checks.path('zeroshot')}"]
    checks.run("cam_tool/cam_tool", *flags, f"--output={checks.path('cams-cpu')}", "--device=cpu")
    checks.say("| device, precision | IoU at 0.2 | at 0.3 | at 0.5 | rank correlation |")
    checks.say("|---|---|---|---|---|")
    for precision in precisions:
        output = checks.path(f"cams-{precision}")
        checks.run(
            "cam_tool/cam_tool",
            *flags,
            f"--output={output}",
            f"--device={checks.device}",
            f"--precision={precision}",
        )
        result = checks.path(f"cams-{precision}.json")
        checks.run(
            "cam_tool/cam_compare",
            f"--cams={checks.path('cams-cpu')},{output}",
            "--thresholds=0.2,0.3,0.5",
            f"--output={result}",
        )
        pair = json.loads(result.read_text())["pairs"][0]
        at = [row["iou"] for row in pair["thresholds"]]
        checks.say(
            f"| {checks.device}, {precision} | "
            + " | ".join(f"{iou:.4f}" for iou in at)
            + f" | {pair['rank_correlation']:.5f} |"
        )
        if precision == "fp32":
            checks.check(min(at) >= 0.999, "fp32: masks agree to 0.999")


def rows(checks):
    """What is trained: a name, and train's flags besides those of all."""
    zeroshot, cf = checks.path("zeroshot"), checks.path("cf")
    fd_mask = ["--mode=fd_mask", f"--teacher={zeroshot}"]
    return {
        "ft": ["--mode=ft"],
        "flyp": ["--mode=flyp", f"--checkpoint={checks.path('clip')}", *PROMPTS],
        "lp": ["--mode=lp"],
        "fd": ["--mode=fd", f"--teacher={zeroshot}"],
        "kd": ["--mode=kd", f"--teacher={zeroshot}"],
        "fd_mask": [*fd_mask, f"--counterfactuals={cf}"],
        "kd_mask": ["--mode=kd_mask", f"--teacher={zeroshot}", f"--counterfactuals={cf}"],
        "fd_mask-no-fill": [*fd_mask, f"--counterfactuals={checks.path('cf-none')}"],
        "fd_mask-online": [*fd_mask, "--cam_source=online", *MASK],
        "fd_mask-ema": [*fd_mask, f"--counterfactuals={cf}", "--teacher_update=ema"],
        "fd_mask-features": [
            "--mode=fd_mask",
            f"--counterfactuals={cf}",
            f"--teacher_features={checks.path('features')}",
        ],
    }


def train_flags(checks, row):
    return [
        f"--input={checks.path('train')}",
        f"--checkpoint={checks.path('zeroshot')}",
        *TRAIN,
        *([] if row in ("ft", "flyp", "lp") else ["--beta=2"]),
        *rows(checks)[row],
    ]


def top1(checks, checkpoint, device):
    """Percent, on the benchmark's own test images."""
    report = checks.path(f"eval-{checkpoint.parent.name}-{device.replace(':', '')}.json")
    checks.run(
        "eval/eval",
        f"--checkpoint={checkpoint}",
        f"--inputs={checks.path('val')}",
        f"--output={report}",
        f"--device={device}",
    )
    return json.loads(report.read_text())["sets"][0]["top1"]


def training(checks, precisions):
    checks.say("\n## Training: top-1 of the last model on the benchmark's own images\n")
    for name, mask in (
        ("cf", [*MASK, "--variants=3"]),
        ("cf-none", [*MASK[:2], "--fill=none"]),
    ):
        checks.run(
            "mask_tool/mask_tool",
            f"--input={checks.path('train')}",
            f"--cams={checks.path('cams-cpu')}",
            f"--output={checks.path(name)}",
            *mask,
        )
    checks.run(
        "feature_tool/feature_tool",
        f"--input={checks.path('cf')}",
        f"--checkpoint={checks.path('zeroshot')}",
        f"--output={checks.path('features')}",
        f"--device={checks.device}",
    )
    checks.say("| run | device, precision | top-1 there | top-1 on the CPU | seconds |")
    checks.say("|---|---|---|---|---|")
    accuracies = {}
    for row, device, precision in [
        *((row, checks.device, "fp32") for row in rows(checks)),
        *(("fd_mask", checks.device, p) for p in precisions if p != "fp32"),
        *([("fd_mask", "cpu", "fp32")] if checks.device != "cpu" else []),
    ]:
        run = checks.path(f"{row}-{device}-{precision}".replace(":", ""))
        seconds, _ = checks.run(
            "train/train",
            *train_flags(checks, row),
            f"--output={run}",
            f"--device={device}",
            f"--precision={precision}",
        )
        there = top1(checks, run / "last", checks.device)
        here = top1(checks, run / "last", "cpu")
        accuracies[row, device, precision] = here
        checks.say(f"| {row} | {device}, {precision} | {there:.2f} | {here:.2f} | {seconds:.1f} |")
        if abs(there - here) > 0.5:
            checks.check(False, "eval agrees on both devices to half a point")
    expected = accuracies["fd_mask", checks.device, "fp32"]
    checks.check(
        abs(accuracies["fd_mask-features", checks.device, "fp32"] - expected) <= 1,
        "teacher features give the teacher's result, within a point",
    )
    reference = accuracies["fd_mask", "cpu", "fp32"]
    for (row, device, precision), accuracy in accuracies.items():
        if row == "fd_mask" and device != "cpu":
            checks.check(
                abs(accuracy - reference) <= 2.5,
                f"fd_mask on {device} at {precision} is within 2.5 points of the CPU's",
            )


def beside_undisturbed(checks, run):
    """fd_mask's undisturbed run on the device; top-1 on the CPU of it and of `run`."""
    whole = checks.path(f"fd_mask-{checks.device}-fp32".replace(":", ""))
    return whole, [top1(checks, at / "last", "cpu") for at in (whole, run)]


def resume(checks):
    checks.say("\n## Stopped and continued\n")
    run = checks.path("stopped")
    flags = [
        *train_flags(checks, "fd_mask"),
        f"--output={run}",
        f"--device={checks.device}",
        "--checkpoint_every_steps=5",
    ]
    process = checks.start("train/train", *flags)
    while process.poll() is None and not list(run.glob("state/step-*")):
        time.sleep(0.01)
    process.terminate()
    process.communicate()
    checks.check(process.returncode == TEMPFAIL, f"SIGTERM: exit {process.returncode}")
    checks.run("train/train", *flags)
    whole, accuracies = beside_undisturbed(checks, run)
    model = Path("last") / "model.safetensors"
    equal = filecmp.cmp(run / model, whole / model, shallow=False)
    checks.say(
        f"* last model of both runs: {'equal bits' if equal else 'other bits'}, "
        f"top-1 {accuracies[0]:.2f} and {accuracies[1]:.2f}"
    )
    checks.check(
        equal or (checks.device != "cpu" and abs(accuracies[0] - accuracies[1]) <= 2.5),
        "the run goes on where it was (to the bit on the CPU)",
    )


def ranks(checks):
    checks.say("\n## Two processes on one device\n")
    run = checks.path("ranks")
    flags = [
        *train_flags(checks, "fd_mask"),
        f"--output={run}",
        f"--device={checks.device}",
        "--num_ranks=2",
        f"--rendezvous=file:{checks.path('meet')}",
    ]
    started = time.monotonic()
    processes = [checks.start("train/train", *flags, f"--rank={rank}") for rank in range(2)]
    for process in processes:
        process.communicate()
    seconds = time.monotonic() - started
    codes = [process.returncode for process in processes]
    checks.check(codes == [0, 0], f"exit codes {codes}, {seconds:.1f} s")
    _, accuracies = beside_undisturbed(checks, run)
    checks.check(
        abs(accuracies[0] - accuracies[1]) <= 2.5,
        f"top-1 of one process and of two: {accuracies[0]:.2f} and {accuracies[1]:.2f}",
    )


def speed(checks, models, precisions, compiled, iterations, threads):
    checks.say("\n## Speed beside PyTorch\n")
    checks.say(f"Ratios of medians of 3 rounds; {iterations} batches per measurement.\n")
    for patch_size, batch in models:
        for precision in precisions:
            for compile_it in (False, True) if compiled and precision == "bf16" else (False,):
                modes = "forward,forward_backward,training_step"
                modes += "" if compile_it else ",attribution,online_step,gemm"
                checks.say(
                    f"\n### B/{patch_size}, batch {batch}, {precision}, baseline: PyTorch "
                    f"{'compiled' if compile_it else 'eager'}\n\n```"
                )
                # Both sides find the same LibTorch.
                subprocess.run(
                    [
                        sys.executable,
                        ROOT / "tests/benchmarks/compare.py",
                        f"--binaries={checks.programs}",
                        f"--modes={modes}",
                        "--rounds=3",
                        *(["--compile_baseline"] if compile_it else []),
                        f"--device={checks.device}",
                        f"--precision={precision}",
                        f"--patch_size={patch_size}",
                        f"--batch_size={batch}",
                        f"--iterations={iterations}",
                        f"--threads={threads}",
                    ],
                    env=checks.environment,
                    check=True,
                )
                checks.say("```")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", default="bazel-bin", help="bazel-bin, or what pack.sh made")
    parser.add_argument("--python", help="read by run.sh: the Python with PyTorch")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--work", type=Path, help="keep what the programs wrote there")
    parser.add_argument("--quick", action="store_true", help="fewer images, no speed")
    parser.add_argument(
        "--parts", default="parity,cams,training,resume,ranks,speed", help="some of these, in order"
    )
    options = parser.parse_args()
    parts = options.parts.split(",")
    work = options.work or Path(tempfile.mkdtemp(prefix="maskfill-device-"))
    work.mkdir(parents=True, exist_ok=True)
    checks = Checks(options, work.resolve())

    on_cuda = options.device.startswith("cuda")
    name = torch.cuda.get_device_name() if on_cuda else platform.processor() or "CPU"
    checks.say(f"# {options.device}: {name}, PyTorch {torch.__version__}, {os.cpu_count()} cores")
    precisions = ["fp32", "tf32", "bf16"] if on_cuda else ["fp32", "bf16"]
    started = time.monotonic()
    if "parity" in parts:
        parity(checks)
    if "cams" in parts:
        prepare(checks, *((256, 100) if options.quick else (3000, 1000)))
        cams(checks, precisions)
    if "training" in parts:
        training(checks, precisions)
    if "resume" in parts:
        resume(checks)
    if "ranks" in parts:
        ranks(checks)
    if "speed" in parts and not options.quick:
        if on_cuda:
            speed(checks, [(32, 128), (16, 128)], precisions, True, 10, 8)
        else:
            speed(checks, [(32, 32)], precisions, False, 2, os.cpu_count())
    checks.say(f"\n{time.monotonic() - started:.0f} s; {checks.failed} failed")
    if options.work is None:
        shutil.rmtree(work)
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())

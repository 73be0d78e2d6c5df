"""Trainings on pictures of Spurious Shapes, measured by turns of a few steps."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
SHIPPED = REPOSITORY / "spurious_shapes" / "checkpoint"
TICK = os.sysconf("SC_CLK_TCK")


class Training:
    """Processes that train one model together, and run in resume()d turns alone."""

    def __init__(self, binaries, folder, name, model, batch, threads, ranks, *arguments):
        self.batch = batch
        self.processors = ranks * threads
        output = folder / name
        self.metrics = output / "metrics.jsonl"
        command = [
            *(binaries / "train" / "train", f"--input={model}-images"),
            *(f"--checkpoint={model}-zeroshot", f"--output={output}", *arguments),
            *(f"--global_batch_size={batch}", f"--num_threads={threads}"),
            *("--epochs=1", "--schedule=constant", "--progress=none", "--device=cpu"),
        ]
        meeting = [f"--num_ranks={ranks}", f"--rendezvous=file:{output}-meeting"]
        self.processes = [
            subprocess.Popen(
                [*command, *([*meeting, f"--rank={rank}"] if ranks > 1 else [])],
                cwd=folder,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
            for rank in range(ranks)
        ]

    def signal(self, number):
        for process in self.processes:
            process.send_signal(number)

    def end(self):
        for process in self.processes:
            process.kill()
            process.communicate()

    def steps(self):
        for process in self.processes:
            if process.poll() is not None:
                sys.exit(f"error: train ended:\n{process.communicate()[1]}")
        return len(self.metrics.read_text().splitlines()) if self.metrics.exists() else 0

    def used(self):
        """Processor time of all, to 10 ms."""
        used = 0
        for process in self.processes:
            fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
            used += int(fields[11]) + int(fields[12])
        return used / TICK


def turn(trainings, steps):
    """Images/s of these together, by the clock and of processor time and processor."""
    start = time.monotonic()
    begin = {training: (training.steps(), training.used()) for training in trainings}
    for training in trainings:
        training.signal(signal.SIGCONT)
    rates = {}
    while len(rates) < len(trainings):  # who is done keeps the others company
        time.sleep(0.003)
        for training, (step, used) in begin.items():
            if training not in rates and training.steps() >= step + steps:
                images = steps * training.batch
                spent = (training.used() - used) / training.processors
                rates[training] = images / (time.monotonic() - start), images / spent
    for training in trainings:
        training.signal(signal.SIGSTOP)
    return [sum(each) for each in zip(*rates.values())]


def run(binaries, folder, program, *arguments):
    done = subprocess.run(
        [binaries / program, *arguments], cwd=folder, capture_output=True, text=True
    )
    if done.returncode != 0:
        sys.exit(f"error: {program} failed:\n{done.stderr}")


def prepare(binaries, folder, model, number):
    """A set of that many images and a checkpoint with a head, named by the model."""
    if model == "large":
        size, weights = 224, "large.safetensors"
        run(
            *(binaries, folder, "model_tool/make_random_clip"),
            *("--width=768", "--layers=12", "--patch_size=32", "--embed_dim=512"),
            f"--output={weights}",
        )
    else:
        size, weights = 56, SHIPPED / "clip.safetensors"
    run(
        *(binaries, folder, "spurious_shapes/make_spurious_shapes"),
        *(f"--output={model}-shapes", f"--train_size={number}", "--test_size=10"),
    )
    run(
        *(binaries, folder, "ingest/ingest"),
        *(f"--source={model}-shapes/ILSVRC2012/train", "--layout=folder", "--num_shards=2"),
        *("--pixels=preprocessed", f"--image_size={size}", f"--output={model}-images"),
    )
    run(
        *(binaries, folder, "model_tool/import_model"),
        *(f"--source={weights}", f"--output={model}-clip"),
    )
    run(
        *(binaries, folder, "model_tool/build_zeroshot"),
        *(f"--{name}={SHIPPED}/{name}.txt" for name in ("class_names", "templates")),
        *(f"--checkpoint={model}-clip", f"--output={model}-zeroshot"),
    )

#!/usr/bin/env python3
"""What work costs as it grows: records, models and batches, ranks, memory.

    growth.py [--binaries=bazel-bin] [--parts=records,models,ranks,memory]

Costs are processor seconds, user and system, which a busy machine changes by a
fifth and not by ten times; elapsed seconds stand beside them. What was measured
is kept in --figures and not measured again; --parts= draws what is there. Writes
docs/images/growth-*.svg. Needs the programs and //tests/benchmarks/... built, and
5 GB in --work.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path.append(str(HERE.parent))
from compare import gflop_per_pass  # noqa: E402
# Name -> patch size in px, width and layers, at 224 px.
MODELS = {"ViT-B-32": (32, 768, 12), "ViT-B-16": (16, 768, 12), "ViT-L-14": (14, 1024, 24)}
SHAPES = ROOT / "spurious_shapes" / "checkpoint"
QUIET = "--progress=none"


class Bench:
    def __init__(self, options):
        self.options = options
        self.work = options.work.resolve()
        self.work.mkdir(parents=True, exist_ok=True)
        self.figures = (
            json.loads(options.figures.read_text()) if options.figures.exists() else {}
        )

    def once(self, name, measure):
        """Keeps what `measure` returns under that name."""
        if name not in self.figures:
            self.figures[name] = measure()
            print(name, json.dumps(self.figures[name]), flush=True)
            self.options.figures.write_text(json.dumps(self.figures, indent=1) + "\n")
        return self.figures[name]

    def start(self, program, *arguments):
        found = list(self.options.binaries.resolve().glob(f"*/{program}"))
        if len(found) != 1:
            sys.exit(f"error: found {len(found)} programs {program}; build it")
        log = open(self.work / "log", "a")
        return subprocess.Popen(
            [found[0], *map(str, arguments)], cwd=self.work, stdout=log, stderr=log
        )

    def run(self, program, *arguments):
        """Processor seconds, elapsed seconds and peak MiB."""
        began = time.monotonic()
        process = self.start(program, *arguments)
        _, status, usage = os.wait4(process.pid, 0)
        if status != 0:
            sys.exit(f"error: {program} failed, see {self.work / 'log'}")
        return {
            "cpu_s": usage.ru_utime + usage.ru_stime,
            "elapsed_s": time.monotonic() - began,
            "peak_mib": usage.ru_maxrss / 1024,
        }

    def pictures(self, number):
        """A folder of so many pictures: a thousand, under many names."""
        source = self.work / "data" / "ILSVRC2012" / "train"
        if not source.exists():
            self.run("make_spurious_shapes", "--output=data", "--train_size=1000",
                     "--test_size=10", "--num_threads=1", QUIET)
        folder = self.work / f"pictures-{number}"
        for i, picture in enumerate(sorted(source.glob("*/*")) * (number // 1000 + 1)):
            if i == number:
                break
            link = folder / picture.parent.name / f"{i:06}{picture.suffix}"
            if not link.exists():
                link.parent.mkdir(parents=True, exist_ok=True)
                os.link(picture, link)
        return folder

    def ingest(self, number, size, output):
        return self.run(
            "ingest", "--layout=folder", f"--source={self.pictures(number)}", "--name=train",
            "--pixels=preprocessed", f"--image_size={size}", f"--output={output}",
            "--num_threads=1", QUIET,
        )  # fmt: skip

    def shapes(self):
        """The classifier of Spurious Shapes."""
        if not (self.work / "shapes").exists():
            self.run("import_model", f"--source={SHAPES / 'clip.safetensors'}",
                     "--output=clip", "--activation=quick_gelu")
            self.run("build_zeroshot", "--checkpoint=clip", "--output=shapes", QUIET,
                     f"--class_names={SHAPES / 'class_names.txt'}",
                     f"--templates={SHAPES / 'templates.txt'}")
        return "shapes"

    # Each part: what is measured, by name.

    def records(self):
        for number in self.options.records:
            data = f"records-{number}"
            stages = {
                "ingest": lambda: self.ingest(number, 56, data),
                "cam_tool": lambda: self.run(
                    "cam_tool", f"--input={data}", f"--checkpoint={self.shapes()}",
                    f"--output=cams-{number}", "--num_threads=1", QUIET),
                "mask_tool": lambda: self.run(
                    "mask_tool", f"--input={data}", "--mask=random", "--patch_size=8",
                    "--fill=multi", "--payload=recipe", f"--output=cf-{number}",
                    "--num_threads=1", QUIET),
                "records verify": lambda: self.run("records", "verify", data),
            }  # fmt: skip
            for stage, measure in stages.items():
                if stage != "cam_tool" or number <= self.options.most_cams:
                    self.once(f"records/{stage}/{number}", measure)

    def models(self):
        for model in MODELS:
            for mode in ("forward", "attribution", "training_step"):
                for batch in self.options.batches:
                    self.once(f"models/{model}/{mode}/{batch}", lambda: self.speed(
                        model, batch, f"--mode={mode}"))

    def memory(self):
        """Of a step of plain fine-tuning, with and without --recompute."""
        for model, batches in self.options.memory.items():
            for recompute in ("recompute", "norecompute"):
                for batch in batches:
                    self.once(f"memory/{model}/{recompute}/{batch}", lambda: self.speed(
                        model, batch, "--mode=training_step", "--objective=ft",
                        f"--{recompute}"))

    def speed(self, model, batch, *arguments):
        """Images per processor second of one thread, and peak MiB."""
        patch, width, layers = MODELS[model]
        process = subprocess.Popen(
            [self.options.binaries / "tests" / "benchmarks" / "model" / "model_benchmark",
             "--threads=1", "--clock=cpu", "--iterations=1", f"--batch_size={batch}",
             f"--precision={self.options.precision}", f"--patch_size={patch}",
             f"--width={width}", f"--layers={layers}", *arguments],
            stdout=subprocess.PIPE, text=True)  # fmt: skip
        output = process.stdout.read().split()
        _, status, usage = os.wait4(process.pid, 0)
        if status != 0:
            sys.exit("error: model_benchmark failed")
        return {"images_per_s": float(output[2]), "peak_mib": usage.ru_maxrss / 1024}

    def ranks(self):
        if not (self.work / "records-1000").exists():
            self.ingest(1000, 56, "records-1000")
        common = ("--mode=ft", "--input=records-1000", f"--checkpoint={self.shapes()}",
                  "--epochs=2", "--global_batch_size=64", QUIET)
        for threads in (1, 2):
            self.once(f"ranks/1 of {threads} threads", lambda: self.run(
                "train", *common, f"--num_threads={threads}", f"--output=threads-{threads}"))
        self.once("ranks/2 of 1 thread", lambda: self.two_ranks(common))

    def two_ranks(self, arguments):
        began = time.monotonic()
        meet = self.work / "meet"
        meet.unlink(missing_ok=True)
        ranks = [self.start("train", *arguments, "--num_ranks=2", f"--rank={rank}",
                            f"--rendezvous=file:{meet}", "--num_threads=1", "--output=ranks")
                 for rank in range(2)]  # fmt: skip
        ends = [os.wait4(rank.pid, 0) for rank in ranks]
        if any(status for _, status, _ in ends):
            sys.exit(f"error: a rank failed, see {self.work / 'log'}")
        return {
            "cpu_s": sum(usage.ru_utime + usage.ru_stime for _, _, usage in ends),
            "elapsed_s": time.monotonic() - began,
            "peak_mib": max(usage.ru_maxrss for _, _, usage in ends) / 1024,
        }

    # What is drawn.

    def draw(self, part, value, unit=1, **labels):
        """The part's figures over the last piece of their names, as lines."""
        lines = {}
        for name, figure in self.figures.items():
            head, *middle, size = name.split("/")
            if head == part and middle != ["cam_tool"]:  # it would hide the others
                lines.setdefault(" ".join(middle), []).append(
                    [float(size) / unit, value(figure, float(size))])
        self.draw_lines(lines, **labels)

    def draw_models(self):
        """What an image costs in batches of the least size, by its products."""
        lines = {}
        for model, (patch, width, layers) in MODELS.items():
            work = gflop_per_pass(patch, width, layers)
            for mode in ("forward", "attribution", "training_step"):
                name = f"models/{model}/{mode}/{min(self.options.batches)}"
                if name in self.figures:
                    lines.setdefault(mode, []).append(
                        [work, 1 / self.figures[name]["images_per_s"]])
        self.draw_lines(lines, title="Models: processor time of an image",
                        x_label="GFLOP of an image's forward pass", y_label="s an image")

    def draw_lines(self, lines, **labels):
        if not lines:
            return
        series = [{"name": name, "points": sorted(points)} for name, points in lines.items()]
        program = self.options.binaries / "tests/benchmarks/growth/draw_chart"
        svg = subprocess.run([program], input=json.dumps({"series": series, **labels}),
                             text=True, stdout=subprocess.PIPE, check=True).stdout
        style = (ROOT / "eval" / "report" / "page" / "page.css").read_text()
        opening, content = svg.split(">", 1)
        name = labels["title"].split(":")[0].lower().replace(" ", "-")
        (ROOT / "docs" / "images" / f"growth-{name}.svg").write_text(
            f'{opening} xmlns="http://www.w3.org/2000/svg"><style>\n{style}'
            f".chart {{ background: var(--ground); font-family: sans-serif; }}\n"
            f"</style>{content}")

    def draw_all(self):
        self.draw("records", lambda figure, number: 1e6 * figure["cpu_s"] / number,
                  title="Records: processor time of each", unit=1000,
                  x_label="thousand records", y_label="\u00b5s a record")
        self.draw("records", lambda figure, _: figure["peak_mib"],
                  title="Record memory: peak size of a stage", unit=1000,
                  x_label="thousand records", y_label="MiB")
        self.draw_models()
        self.draw("memory", lambda figure, _: figure["peak_mib"] / 1024,
                  title="Memory: peak size of a training step", x_label="images in a batch",
                  y_label="GiB")


def numbers(text):
    return [int(number) for number in text.split(",")]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--binaries", type=Path, default=ROOT / "bazel-bin")
    parser.add_argument("--work", type=Path, default=Path("growth"), help="folder")
    parser.add_argument("--figures", type=Path, default=ROOT / "docs" / "growth.json")
    parser.add_argument("--parts", default="records,models,ranks,memory")
    parser.add_argument("--records", type=numbers, default=[1000, 4000, 16000, 64000, 200000])
    parser.add_argument("--most_cams", type=int, default=16000, help="records with CAMs")
    parser.add_argument("--batches", type=numbers, default=[8, 32])
    parser.add_argument("--precision", default="bf16", help="of models and memory")
    parser.add_argument(
        "--memory",
        type=json.loads,
        default={"ViT-B-16": [8, 32], "ViT-L-14": [4, 8]},
        help="batches of each model, as JSON: what is kept must fit the machine",
    )
    options = parser.parse_args()
    bench = Bench(options)
    for part in filter(None, options.parts.split(",")):
        getattr(bench, part)()
    bench.draw_all()


if __name__ == "__main__":
    main()

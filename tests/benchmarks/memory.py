#!/usr/bin/env python3
"""Peak memory of the stages that handle records without LibTorch.

    memory.py [--binaries=bazel-bin] [--images=4000] [--factor=4]

Renders pictures, then runs every such stage on --images of them and on
--factor times as many, with one thread each, and prints the peak resident
sizes side by side. Fails where one grows by more than --most_bytes for each
further record: ingest keeps a list of the files that it is to read, mask_tool an
index of the records that donors are drawn from, nothing keeps images.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
CLIP = "--image_size=56 --patch_size=8 --width=64 --layers=1 --text_width=64 --text_layers=1 --embed_dim=16"


def peak_mib(command, cwd):
    """Runs a command; its peak resident size in MiB."""
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=cwd,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"error: {command[0]} failed:\n{errors}")
    return usage.ru_maxrss / 1024


def measure(binaries, images):
    """Stage -> peak MiB for `images` training pictures."""
    with tempfile.TemporaryDirectory() as folder:
        peaks = {}
        quiet = "--progress=none"

        def stage(name, program, *arguments):
            peaks[name] = peak_mib([binaries / program, *arguments], folder)

        stage(
            "make_spurious_shapes",
            "spurious_shapes/make_spurious_shapes",
            *("--output=data", f"--train_size={images}", "--test_size=10"),
            *("--num_threads=1", quiet),
        )
        classes = json.loads((Path(folder) / "data" / "classes.json").read_text())
        (Path(folder) / "classes.txt").write_text("\n".join(classes) + "\n")
        (Path(folder) / "templates.txt").write_text("a {}.\n")
        common = ("--num_threads=1", quiet)
        ingest = ("--layout=folder", "--source=data/ILSVRC2012/train", "--name=train")
        for pixels, output in (("original", "files"), ("preprocessed", "records")):
            stage(
                f"ingest --pixels={pixels}",
                "ingest/ingest",
                *(*ingest, f"--pixels={pixels}", "--image_size=56"),
                *(f"--output={output}", *common),
            )
        for arguments in (
            ("make_random_clip", *CLIP.split(), "--output=clip.safetensors"),
            ("import_model", "--source=clip.safetensors", "--output=clip"),
            (
                "build_zeroshot",
                *("--checkpoint=clip", "--class_names=classes.txt"),
                *("--templates=templates.txt", "--output=zeroshot", quiet),
            ),
        ):
            peak_mib([binaries / "model_tool" / arguments[0], *arguments[1:]], folder)
        cam_tool = binaries / "cam_tool" / "cam_tool"
        peak_mib(
            [cam_tool, "--input=records", "--checkpoint=zeroshot", "--output=cams", quiet],
            folder,
        )
        for i, arguments in enumerate(
            (
                ("--mask=object", "--fill=single"),
                ("--mask=object", "--fill=multi", "--donors=other_class"),
                ("--mask=context", "--fill=none", "--payload=recipe"),
                ("--mask=random", "--fill=single", "--preview=preview.png"),
                ("--mask=random", "--fill=mean", "--payload=recipe"),
            )
        ):
            stage(
                f"mask_tool {' '.join(arguments)}",
                "mask_tool/mask_tool",
                *("--input=records", "--cams=cams", *arguments),
                *(f"--output=cf-{i}", *common),
            )
        stage(
            "mask_tool --stats",
            "mask_tool/mask_tool",
            *("--cams=cams", "--stats=stats.json", *common),
        )
        for command in ("verify", "stat", "cat"):
            stage(f"records {command}", "record_tool/records", command, "cf-0")
        return peaks


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--binaries", type=Path, default=HERE.parents[1] / "bazel-bin")
    parser.add_argument("--images", type=int, default=4000)
    parser.add_argument("--factor", type=int, default=4)
    parser.add_argument("--most_bytes", type=int, default=400)
    options = parser.parse_args()
    binaries = options.binaries.resolve()
    many = options.images * options.factor
    small, large = measure(binaries, options.images), measure(binaries, many)
    print(f"{'peak MiB':<62}{options.images:>8}{many:>8}  bytes per further record")
    bad = []
    for stage, peak in small.items():
        growth = (large[stage] - peak) * 2**20 / (many - options.images)
        print(f"{stage:<62}{peak:>8.1f}{large[stage]:>8.1f}  {growth:.0f}")
        if growth > options.most_bytes:
            bad.append(stage)
    if bad:
        sys.exit(f"error: memory grows with the number of records in: {', '.join(bad)}")


if __name__ == "__main__":
    main()

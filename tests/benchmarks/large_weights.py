#!/usr/bin/env python3
"""Time and peak memory of importing and exporting a CLIP of ViT-L/14's size.

    large_weights.py [--binaries=bazel-bin] [--runs=3] [--scratch=DIR]

Makes 1.7 GB of random float32 weights in OpenAI's names, imports them, exports the
checkpoint in every format and imports two of these again. Prints each stage's
best time beside that of reading the first file from the page cache, once by `cat`
and once as PyTorch users do (safetensors.torch.load_file), both measured between
its runs, and its peak resident size. Fails where that is above the file's size
plus 200 MB, or the time above 2.2 times Python's. Takes 10 GB of disk and about 3
minutes.

bazel test //tests/benchmarks:large_weights_test runs it; no pattern does.
"""

import argparse
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv/bin/python"
SLACK = 200e6
MOST = 2.2  # times what Python takes
FORMATS = ("open_clip", "hf", "openai", "pt")


def tower(prefix, width, layers):
    """Names and shapes of a transformer in OpenAI's names."""
    for layer in range(layers):
        block = f"{prefix}transformer.resblocks.{layer}."
        for norm in ("ln_1", "ln_2"):
            yield f"{block}{norm}.weight", (width,)
            yield f"{block}{norm}.bias", (width,)
        yield f"{block}attn.in_proj_weight", (3 * width, width)
        yield f"{block}attn.in_proj_bias", (3 * width,)
        yield f"{block}attn.out_proj.weight", (width, width)
        yield f"{block}attn.out_proj.bias", (width,)
        yield f"{block}mlp.c_fc.weight", (4 * width, width)
        yield f"{block}mlp.c_fc.bias", (4 * width,)
        yield f"{block}mlp.c_proj.weight", (width, 4 * width)
        yield f"{block}mlp.c_proj.bias", (width,)


def clip_l14():
    """Names and shapes of OpenAI's ViT-L/14."""
    vision, text, embed = 1024, 768, 768
    yield "visual.conv1.weight", (vision, 3, 14, 14)
    yield "visual.class_embedding", (vision,)
    yield "visual.positional_embedding", (257, vision)
    for norm in ("visual.ln_pre", "visual.ln_post"):
        yield f"{norm}.weight", (vision,)
        yield f"{norm}.bias", (vision,)
    yield "visual.proj", (vision, embed)
    yield from tower("visual.", vision, 24)
    yield "token_embedding.weight", (49408, text)
    yield "positional_embedding", (77, text)
    yield "ln_final.weight", (text,)
    yield "ln_final.bias", (text,)
    yield "text_projection", (text, embed)
    yield "logit_scale", ()
    yield from tower("", text, 12)


def make_weights(path):
    import torch
    from safetensors.torch import save_file

    generator = torch.Generator().manual_seed(0)
    weights = {
        name: torch.randn(shape, generator=generator).mul_(0.02)
        for name, shape in clip_l14()
    }
    save_file(
        weights,
        path,
        {"format": "pt", "activation": "quick_gelu", "heads": "16", "text_heads": "12"},
    )


def run(command):
    """Seconds and peak resident bytes of a command."""
    os.sync()  # what another one left to be written is none of its time
    started = time.monotonic()
    process = subprocess.Popen(
        [str(part) for part in command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"error: {command[0]} failed:\n{errors}")
    return time.monotonic() - started, usage.ru_maxrss * 1024


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--binaries", type=Path, default=ROOT / "bazel-bin")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--scratch", default=os.environ.get("TEST_TMPDIR"))
    options = parser.parse_args()
    tools = options.binaries.resolve() / "model_tool"
    failures = []
    with tempfile.TemporaryDirectory(dir=options.scratch) as folder:
        folder = Path(folder)
        openai = folder / "openai.safetensors"
        # In a process of its own: a child's peak counts what its parent has
        # when it starts.
        maker = multiprocessing.get_context("spawn").Process(
            target=make_weights, args=(openai,)
        )
        maker.start()
        maker.join()
        if maker.exitcode != 0:
            sys.exit("error: making the weights failed")
        size = openai.stat().st_size
        load = f"import safetensors.torch as s; s.load_file('{openai}')"
        cat = ["cat", openai]
        python = [sys.executable, "-c", load]
        run(python)  # from here on the file lies in the page cache
        print(f"file {size / 1e6:.0f} MB")
        print(f"{'':<20}{'s':>6}{'cat s':>7}{'Python s':>10}{'ratio':>7}{'peak MB':>9}")

        def stage(name, command, output):
            best, peak = [float("inf")] * 3, 0
            for _ in range(options.runs):
                subprocess.run(["rm", "-rf", output], check=True)
                results = [run(each) for each in ([*command, f"--output={output}"], cat, python)]
                best = [min(a, b[0]) for a, b in zip(best, results)]
                peak = max(peak, results[0][1])
            ratio = best[0] / best[2]
            print(
                f"{name:<20}{best[0]:>6.2f}{best[1]:>7.2f}{best[2]:>10.2f}{ratio:>7.1f}"
                f"{peak / 1e6:>9.0f}",
                flush=True,
            )
            if peak > size + SLACK:
                failures.append(f"{name}: peak above the file's size + 200 MB")
            if ratio > MOST:
                failures.append(f"{name}: above {MOST} times Python's time")

        model = folder / "model"
        imports = [tools / "import_model", f"--source={openai}"]
        stage("import openai", imports, model)
        for name in FORMATS:
            exports = [tools / "export_model", f"--checkpoint={model}"]
            stage(f"export {name}", [*exports, f"--format={name}"], folder / name)
        for name in ("hf", "pt"):
            again = [tools / "import_model", f"--source={folder / name}"]
            stage(f"import {name}", again, folder / "again")
    if failures:
        sys.exit("error: " + "; ".join(failures))


if __name__ == "__main__":
    if Path(sys.prefix) != PYTHON.parents[1]:  # where torch is
        os.execv(PYTHON, [str(PYTHON), *sys.argv])
    main()

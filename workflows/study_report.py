#!/usr/bin/env python3
"""What a finished study of Spurious Shapes says, as Markdown.

    .venv/bin/python workflows/study_report.py runs/shapes

Prints the accuracies of report/report.md, the differences to each baseline, how
well the CAMs find the objects, what the study expected of the method and whether it
came so, and how long each stage took. docs/study.md holds what it printed for us.
"""

import argparse
import json
import re
from collections import defaultdict
from pathlib import Path

from stage_logs import stage_seconds

THRESHOLD = 0.2  # of the masks whose CAM IoU counts


def expectations(methods, iou):
    """Yields (what, least, measured): each should exceed its least."""
    top1 = {name: mean["sets"]["id"] for name, mean in methods.items()}
    ood = {name: mean["averages"]["OOD avg"] for name, mean in methods.items()}

    def difference(values, a, b):
        return values[a] - values[b]

    yield "ft - zero-shot, id", 15, difference(top1, "ft", "zero-shot")
    yield "zero-shot - ft, OOD avg", 2, difference(ood, "zero-shot", "ft")
    yield "fd - ft, OOD avg", 4, difference(ood, "fd", "ft")
    yield "object-single - fd, OOD avg", 0.4, difference(ood, "object-single", "fd")
    yield (
        "object-single - random-single, OOD avg",
        0.3,
        difference(ood, "object-single", "random-single"),
    )
    yield "object-single - wise-ft, id", 0, difference(top1, "object-single", "wise-ft")
    yield (
        "object-single - wise-ft, OOD avg",
        -0.5,
        difference(ood, "object-single", "wise-ft"),
    )
    yield f"CAM IoU at threshold {THRESHOLD}", 0.55, iou


def with_interval(row, name):
    """The mean over the seeds, and its 95 % interval over the images."""
    mean = (row["mean"]["sets"] | row["mean"]["averages"])[name]
    text = f"{mean:+.2f}"
    low, high = (row.get("intervals") or {}).get(name, (None, None))
    return text if low is None else f"{text} [{low:+.2f}, {high:+.2f}]"


def range_of_seeds(row, name):
    """Least and greatest of the seeds, each minus the same seed of the baseline."""
    values = [(pair["sets"] | pair["averages"])[name] for pair in row["pairs"]]
    return f"{min(values):+.2f} to {max(values):+.2f}"


def differences(report, cell):
    """Yields lines of Markdown: a cell for id and OOD avg of each row."""
    columns = [(table["baseline"], name) for table in report["differences"]
               for name in ("id", "OOD avg")]
    yield "| points | " + " | ".join(
        f"{name}, minus {baseline}" for baseline, name in columns
    ) + " |"
    yield "|---|" + "---|" * len(columns)
    rows = {
        (table["baseline"], row["name"]): row
        for table in report["differences"]
        for row in table["methods"]
    }
    for method in report["methods"]:
        cells = (
            cell(rows[baseline, method["name"]], name)
            if (baseline, method["name"]) in rows
            else ""
            for baseline, name in columns
        )
        yield f"| {method['name']} | " + " | ".join(cells) + " |"


def training_rates(run):
    """Images/s of the steps of all training runs, by run."""
    rates = defaultdict(list)
    for path in sorted((run / "runs").glob("*/metrics.jsonl")):
        name = re.sub(r"-seed\d+$", "", path.parent.name)
        for line in path.read_text(encoding="utf-8").splitlines():
            rates[name].append(json.loads(line)["images_per_second"])
    return rates


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path)
    run = parser.parse_args().run
    report = json.loads((run / "report" / "report.json").read_text(encoding="utf-8"))
    cams = json.loads((run / "cam_compare.json").read_text(encoding="utf-8"))
    cam = cams["sets"][0]["quality"]
    methods = {method["name"]: method["mean"] for method in report["methods"]}
    by_threshold = {round(at["threshold"], 6): at for at in cam["thresholds"]}

    print("## Accuracy\n")
    tables = (run / "report" / "report.md").read_text(encoding="utf-8")
    print(tables.split("\n\nDifferences to ")[0].strip())
    if report["differences"]:
        print("\n## Differences\n")
        print("\n".join(differences(report, with_interval)))
        print("\nLeast and greatest of the seeds:\n")
        print("\n".join(differences(report, range_of_seeds)))

    print("\n## CAMs against the masks of the objects\n")
    print(
        f"{cam['images']} training images; the object is on"
        f" {100 * cam['object_rate']:.1f} % of the patches; the most relevant patch"
        f" is on it in {100 * cam['pointing_game']:.1f} % of the images, and"
        f" {100 * cam['energy_inside']:.1f} % of the relevance.\n"
    )
    print("| threshold | IoU | masked | of the object |\n|---|---|---|---|")
    for at in cam["thresholds"]:
        print(
            f"| {at['threshold']:g} | {at['iou']:.3f} | {at['mask_rate']:.3f}"
            f" | {at['object_recall']:.3f} |"
        )

    print("\n## What was expected\n")
    print("| | more than | measured | |\n|---|---|---|---|")
    for what, least, found in expectations(methods, by_threshold[THRESHOLD]["iou"]):
        verdict = "yes" if found > least else "**no**"
        print(f"| {what} | {least:g} | {found:.2f} | {verdict} |")

    print("\n## Time\n")
    print("| stage | jobs | seconds each | images/s of a step, median |\n|---|---|---|---|")
    rates = training_rates(run)
    for stage, seconds in sorted(stage_seconds(run).items()):
        steps = sorted(rates.get(stage.removeprefix("train-"), []))
        rate = f"{steps[len(steps) // 2]:.0f}" if steps else ""
        low, high = min(seconds), max(seconds)
        span = f"{low:.1f}" if len(seconds) == 1 else f"{low:.1f} to {high:.1f}"
        print(f"| {stage} | {len(seconds)} | {span} | {rate} |")


if __name__ == "__main__":
    main()

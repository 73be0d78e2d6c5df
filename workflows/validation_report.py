#!/usr/bin/env python3
"""What a finished validation grid says of the paper's conclusions, as Markdown.

    .venv/bin/python workflows/validation_report.py runs/validation

Reads report/report.json and, where it is there, disagreement.json. Every
comparison is paired: the difference is taken seed by seed, and its 95 % interval
is Student's over the seeds. A conclusion holds when its interval lies above 0,
fails when it lies below, and is open in between; what was not run is said.
"""

import argparse
import json
import math
import re
import statistics
from collections import defaultdict
from pathlib import Path

# Student's t for 95 % by degrees of freedom (any table of it).
T95 = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228]
T95_BEYOND = 1.96  # of the normal distribution: too narrow by up to 11 %
METRICS = ("OOD avg", "id")
CELL = re.compile(r"^(random|object|context|matched)-([\d.]+)-(\w+)$")
REFILLED = ("single", "multi")
MASKS = ("object", "context", "random")


class Grid:
    """The accuracies of every cell, in percent, seed by seed."""

    def __init__(self, report):
        self.runs = {}  # name -> {seed: {metric: top-1}}
        for method in report["methods"]:
            self.runs[method["name"]] = {
                run["seed"]: {
                    "id": run["sets"]["id"],
                    "OOD avg": run["averages"]["OOD avg"],
                }
                for run in method["runs"]
            }
        self.cells = defaultdict(dict)  # (mask, fill) -> {value: name}
        for name in self.runs:
            if cell := CELL.match(name):
                self.cells[cell[1], cell[3]][float(cell[2])] = name

    def names(self, mask=None, fills=REFILLED):
        """Of the cells, without the control of equally many random patches."""
        return [
            name
            for (of_mask, fill), by_value in sorted(self.cells.items())
            for _, name in sorted(by_value.items())
            if of_mask != "matched" and mask in (None, of_mask) and fill in fills
        ]

    def mean(self, names, metric):
        """{seed: mean over the rows}, of the seeds that all rows have."""
        seeds = set.intersection(*(set(self.runs[name]) for name in names))
        return {
            seed: statistics.fmean(self.runs[name][seed][metric] for name in names)
            for seed in sorted(seeds)
        }

    def difference(self, names, others, metric):
        """Of the means, seed by seed."""
        a, b = self.mean(names, metric), self.mean(others, metric)
        return [a[seed] - b[seed] for seed in a if seed in b]

    def pairs(self, first, second):
        """Names of the cells at the values that both (mask, fill) have."""
        common = sorted(self.cells[first].keys() & self.cells[second].keys())
        return (
            [self.cells[first][value] for value in common],
            [self.cells[second][value] for value in common],
        )


def interval(differences):
    """(mean, half width of its 95 % interval); None with one seed."""
    n = len(differences)
    mean = statistics.fmean(differences)
    if n < 2:
        return mean, None
    t = T95[n - 2] if n - 2 < len(T95) else T95_BEYOND
    return mean, t * statistics.stdev(differences) / math.sqrt(n)


def verdict(differences):
    mean, half = interval(differences)
    if half is None:
        return "one seed tells nothing"
    if mean - half > 0:
        return "**holds**"
    return "**fails**" if mean + half < 0 else "open"


def points(differences):
    mean, half = interval(differences)
    return f"{mean:+.2f}" if half is None else f"{mean:+.2f} ± {half:.2f}"


def comparisons(grid):
    """Yields (conclusion, what is compared, names, names of the other side)."""
    masking = "masking > none"
    refilling = "refilling > none"
    where = "object > random, context"
    yield masking, "all refilled cells - fd", grid.names(), ["fd"]
    for mask in MASKS:
        yield masking, f"{mask} cells - fd", grid.names(mask), ["fd"]
    for fill in REFILLED:
        for mask in MASKS:
            yield (
                refilling,
                f"{mask}: {fill} - none, same masks",
                *grid.pairs((mask, fill), (mask, "none")),
            )
    yield where, "object - random cells", grid.names("object"), grid.names("random")
    yield where, "object - context cells", grid.names("object"), grid.names("context")
    for fill in REFILLED:
        yield (
            where,
            f"{fill}: object - context, same threshold",
            *grid.pairs(("object", fill), ("context", fill)),
        )
        yield (
            where,
            f"{fill}: object - as many random patches",
            *grid.pairs(("object", fill), ("matched", fill)),
        )


def print_conclusions(grid):
    print("## The paper's conclusions\n")
    print(
        "| conclusion | compared | cells | OOD avg, points | | id, points |\n"
        "|---|---|---|---|---|---|"
    )
    for conclusion, what, names, others in comparisons(grid):
        if not names or not others or any(o not in grid.runs for o in others):
            print(f"| {conclusion} | {what} | 0 | not measured | | not measured |")
            continue
        ood, on_id = (grid.difference(names, others, metric) for metric in METRICS)
        print(
            f"| {conclusion} | {what} | {len(names)} | {points(ood)}"
            f" | {verdict(ood)} | {points(on_id)} |"
        )
    seeds = sorted({seed for run in grid.runs.values() for seed in run if seed is not None})
    print(
        f"\nMeans over the cells, paired by seed ({', '.join(map(str, seeds))}); 95 %"
        " intervals of Student over the seeds. They say how a result varies over"
        " fine-tuning, masks and donors, not over pictures or pre-trainings. Rows"
        " overlap, and no correction is made for there being several."
    )


def print_cells(grid, disagreement):
    print("\n## Every cell against fd\n")
    print(
        "| masks | at | fill | OOD avg | - fd | | id | - fd | disagreement |\n"
        "|---|---|---|---|---|---|---|---|---|"
    )
    for (mask, fill), by_value in sorted(grid.cells.items()):
        for value, name in sorted(by_value.items()):
            means = [
                statistics.fmean(grid.mean([name], metric).values())
                for metric in METRICS
            ]
            ood, on_id = (grid.difference([name], ["fd"], metric) for metric in METRICS)
            found = disagreement.get(name)
            print(
                f"| {mask} | {value:g} | {fill} | {means[0]:.1f} | {points(ood)}"
                f" | {verdict(ood)} | {means[1]:.1f} | {points(on_id)}"
                f" | {'' if found is None else f'{found:.4g}'} |"
            )
    print(
        "\n`matched`: random masks of as many patches as the image's object mask has"
        " at that threshold."
    )


def read_disagreement(run):
    """(cell -> disagreement, that on clean images or None)."""
    path = run / "disagreement.json"
    if not path.exists():
        return {}, None
    found = json.loads(path.read_text(encoding="utf-8"))
    by_cell = {
        re.sub(r"-seed\d+$", "", Path(row["counterfactuals"]).name): row["disagreement"]
        for row in found["rows"]
    }
    return by_cell, found


def print_disagreement(grid, by_cell, found):
    print("\n## Disagreement before distillation\n")
    if found is None:
        print("Not measured.")
        return
    print(
        "Mean squared difference between the features of"
        f" {found['checkpoints'][0]['checkpoint']} and"
        f" {found['checkpoints'][1]['checkpoint']} on {found['images']} training"
        f" images, seed {found['seed']}: {found['clean']:.4g} ±"
        f" {found['clean_standard_error']:.2g} (standard error) on the images as they"
        " are.\n"
    )
    print("| masks | fill | cells | disagreement | times clean |\n|---|---|---|---|---|")
    for (mask, fill), by_value in sorted(grid.cells.items()):
        values = [by_cell[name] for name in by_value.values() if name in by_cell]
        if values:
            mean = statistics.fmean(values)
            print(
                f"| {mask} | {fill} | {len(values)} | {min(values):.4g} to"
                f" {max(values):.4g} | {mean / found['clean']:.2f} |"
            )


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path)
    run = parser.parse_args().run
    grid = Grid(json.loads((run / "report" / "report.json").read_text(encoding="utf-8")))
    by_cell, disagreement = read_disagreement(run)
    print_conclusions(grid)
    print_disagreement(grid, by_cell, disagreement)
    print_cells(grid, by_cell)


if __name__ == "__main__":
    main()

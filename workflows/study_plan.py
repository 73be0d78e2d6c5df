#!/usr/bin/env python3
"""How large a study is: its stages, how many are shared, time and disk.

    snakemake ... --dag | workflows/study_plan.py runs/shapes runs/study --jobs=2

Reads Snakemake's graph of stages, and takes times and sizes from earlier
studies, those of their directories that are there. A stage that earlier studies
know by another name only, as a training with other counterfactuals, is taken to
be like the slowest and the largest of its kind. A configuration with `expected` is
reckoned by that instead (expected_cost.py).
"""

import argparse
import dataclasses
import re
import statistics
import sys
from collections import Counter, defaultdict
from pathlib import Path

from expected_cost import Cost, ExpectedCost, merged
from stage_logs import median_seconds

# Rule -> stage in logs/, where it is not the rule's name.
STAGES = {
    "draw_set": "make_spurious_shapes",
    "evaluate": "eval",
    "evaluate_zero_shot": "eval",
    "teacher_features": "feature_tool",
}
# Rule -> where its outputs lie, each a file or directory.
OUTPUTS = {
    "make_spurious_shapes": "spurious_shapes",
    "draw_set": "spurious_shapes-*",
    "ingest": "records/*",
    "cam_tool": "cams/*",
    "mask_tool": "cf/*",
    "feature_tool": "features/*-seed*",
    "teacher_features": "features/zero-shot",
    "import_model": "models/clip",
    "build_zeroshot": "models/zeroshot",
    "train": "runs/*",
    "evaluate": "eval/*",
}
_NODE = re.compile(r'^\s*(\d+)\[label = "([^"]+)"')
_EDGE = re.compile(r"^\s*(\d+) -> (\d+)")


def read_graph(text):
    """(node -> (rule, its name or ""), (before, after) pairs) without `all`."""
    nodes, edges = {}, []
    for line in text.splitlines():
        if node := _NODE.match(line):
            rule, *wildcards = node[2].split("\\n")
            name = wildcards[0].split(": ", 1)[1] if wildcards else ""
            nodes[int(node[1])] = (rule, name)
        elif edge := _EDGE.match(line):
            edges.append((int(edge[1]), int(edge[2])))
    nodes = {node: what for node, what in nodes.items() if what[0] != "all"}
    return nodes, [edge for edge in edges if edge[1] in nodes]


def known(values, rule, name):
    """values[rule-name] or values[rule]; else the greatest of rule-*, or None."""
    stage = STAGES.get(rule, rule)
    for key in (f"{stage}-{name}", stage):
        if key in values:
            return values[key]
    of_its_kind = [v for key, v in values.items() if key.startswith(stage + "-")]
    return max(of_its_kind, default=None)


def longest_path(nodes, edges, seconds):
    """Seconds of the stages that must follow each other."""
    before = defaultdict(list)
    for first, then in edges:
        before[then].append(first)
    ends = {}

    def end(node):
        if node not in ends:
            ends[node] = seconds[node] + max(map(end, before[node]), default=0)
        return ends[node]

    sys.setrecursionlimit(10000)
    return max(map(end, nodes), default=0)


def bytes_of(path):
    files = [path] if path.is_file() else path.rglob("*")
    return sum(file.stat().st_size for file in files if file.is_file())


def measured_bytes(studies):
    """Stage, or train-run and make_spurious_shapes-set -> median bytes of outputs."""
    sizes = defaultdict(list)
    for study in studies:
        for rule, pattern in OUTPUTS.items():
            for path in study.glob(pattern):
                if rule == "mask_tool" and not path.is_dir():
                    continue  # its preview
                name = re.sub(r"^spurious_shapes-|-seed\d+$", "", path.name)
                key = STAGES.get(rule, rule)
                if rule in ("train", "draw_set"):
                    key += f"-{name}"
                sizes[key].append(bytes_of(path))
    return {key: statistics.median(values) for key, values in sizes.items()}


def duration(seconds):
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def size(count):
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


def unknown(rules):
    return ", ".join(f"{count} x {rule}" for rule, count in sorted(rules.items()))


def print_expected(cost, nodes):
    costs = [cost.of(rule, name) for rule, name in nodes.values()]
    total = Cost(*(sum(column) for column in zip(*map(dataclasses.astuple, costs))))
    print(f"images: {total.images:,} in all stages")
    print(
        f"time: {total.device_seconds / 3600:.1f} device hours, and"
        f" {total.core_seconds / 3600:.1f} hours of a core to decode and to refill"
    )
    print(f"disk: about {size(total.bytes)}")
    print(f"  by {cost.expected['measured']}; sizes from the formats")
    print("  not counted: reading, validating")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--jobs", type=int, default=1, help="at a time")
    parser.add_argument(
        "--configfile", nargs="+", type=Path, default=[], help="the study's"
    )
    parser.add_argument("studies", nargs="*", type=Path, help="earlier ones")
    arguments = parser.parse_args()
    nodes, edges = read_graph(sys.stdin.read())
    if not nodes:
        sys.exit("error: found no stage in Snakemake's graph on stdin")
    studies = [study for study in arguments.studies if (study / "logs").is_dir()]

    used = Counter(first for first, _ in edges)
    shared = [node for node in nodes if used[node] > 1]
    print(
        f"\nplan: {len(nodes)} stages; {len(shared)} of them are shared: made once"
        f" for {sum(used[node] for node in shared)} uses"
    )
    for rule, count in sorted(Counter(rule for rule, _ in nodes.values()).items()):
        print(f"  {count:5}  {rule}")
    config = merged(arguments.configfile)
    if "expected" in config:
        print_expected(ExpectedCost(config), nodes)
        return
    if not studies:
        print("time and disk: no earlier study has measured them")
        return
    times, sizes = median_seconds(studies), measured_bytes(studies)
    found_in = ", ".join(str(study) for study in studies)

    seconds, no_time, disk, no_size = {}, Counter(), 0, Counter()
    for node, (rule, name) in nodes.items():
        seconds[node] = known(times, rule, name)
        if seconds[node] is None:
            seconds[node] = 0
            no_time[rule] += 1
        if rule in OUTPUTS:
            expected = known(sizes, rule, name)
            disk += expected or 0
            no_size[rule] += expected is None
    total = sum(seconds.values())
    wall = max(total / arguments.jobs, longest_path(nodes, edges, seconds))
    print(
        f"time: about {duration(wall)}, {arguments.jobs} stages at a time"
        f" ({duration(total)} one after another)"
    )
    print(f"disk: about {size(disk)}")
    print(f"  as measured in {found_in}: for sets as large and epochs as many as there")
    if no_time:
        print(f"  not counted in the time, since not measured: {unknown(no_time)}")
    if +no_size:
        print(f"  not counted on disk, since not measured: {unknown(+no_size)}")


if __name__ == "__main__":
    main()

"""Prints a digest of each file below a directory: what two runs have in common.

Left out are logs, TensorBoard's events, of metrics.jsonl the images per second, of
an evaluation the seconds and the notes that hold its digest, and of a training's
states all but the last: one that was stopped has saved others on its way.
"""

import hashlib
import json
import sys
from pathlib import Path

TIMED = {"images_per_second", "seconds"}


def without_times(value):
    if isinstance(value, dict):
        return {k: without_times(v) for k, v in value.items() if k not in TIMED}
    if isinstance(value, list):
        return [without_times(item) for item in value]
    return value


def is_earlier_state(path):
    for parent in path.parents:
        if parent.parent.name == "state":
            return parent != max(parent.parent.iterdir())
    return False


def is_left_out(path, name):
    return (
        name.split("/")[0] in ("logs", "done", ".snakemake")
        or "tfevents" in name
        or (name.startswith("eval/") and name.endswith(".work"))
        or name == "report/provenance.json"
        or is_earlier_state(path)
    )


def content_of(path, name):
    if name.endswith(".jsonl"):
        lines = path.read_bytes().splitlines()
        return json.dumps([without_times(json.loads(line)) for line in lines]).encode()
    if name.startswith("eval/"):
        return json.dumps(without_times(json.loads(path.read_bytes()))).encode()
    return path.read_bytes()


def main():
    root = Path(sys.argv[1])
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_file() and not is_left_out(path, name):
            print(hashlib.sha256(content_of(path, name)).hexdigest(), name)


if __name__ == "__main__":
    main()

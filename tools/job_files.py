"""What make_cwl.py and make_kubernetes.py share: the programs' --help=json, and
files that are written or compared with those that are there."""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
HEADER = "# Made by {tool} from {program} --help=json: edit that, not this.\n"

# Groups of flags by which a program divides its work among processes: a
# scheduler's own affair. Each with what turns the scheduler's variables off.
SHARING_GROUPS = {"task": "--task_source=none", "launch": "--launcher=none"}


def retried(program: dict) -> list[int]:
    return [e["code"] for e in program["exit_codes"] if e["retry"]]


def failed(program: dict) -> list[int]:
    return [e["code"] for e in program["exit_codes"] if e["code"] and not e["retry"]]


def groups(program: dict) -> set[str]:
    return {flag["group"] for flag in program["flags"]}


def ask(path: Path) -> dict:
    answer = subprocess.run(
        [path, "--help=json"], stdout=subprocess.PIPE, check=True, text=True
    )
    return json.loads(answer.stdout)


class _Dumper(yaml.SafeDumper):
    """Lists are indented below their key; texts of several lines are blocks."""

    def increase_indent(self, flow=False, indentless=False):
        return super().increase_indent(flow, False)

    def ignore_aliases(self, data):
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def to_yaml(documents: list[dict]) -> str:
    return yaml.dump_all(documents, Dumper=_Dumper, sort_keys=False, width=80)


def arguments(description: str, default_output: Path) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--bin",
        type=Path,
        default=ROOT / "bazel-bin",
        help="where the programs of tools/programs.txt lie",
    )
    parser.add_argument("--output", type=Path, default=default_output)
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; fail where a file in --output is another one",
    )
    return parser


def make(
    options: argparse.Namespace, suffix: str, convert: Callable[[dict], list[dict]]
) -> int:
    """Writes or checks <program>.<suffix> of every program; an exit code."""
    tool = "tools/" + Path(sys.argv[0]).name
    stale = []
    options.output.mkdir(parents=True, exist_ok=True)
    for path in (ROOT / "tools/programs.txt").read_text().split():
        program = ask(options.bin / path)
        file = options.output / f"{program['program']}.{suffix}"
        text = HEADER.format(tool=tool, program=program["program"])
        text += to_yaml(convert(program))
        if not options.check:
            file.write_text(text)
        elif not file.exists() or file.read_text() != text:
            stale.append(file)
    for file in stale:
        print(
            f"error: {file} is not what {tool} makes; run it and commit the result",
            file=sys.stderr,
        )
    return 1 if stale else 0

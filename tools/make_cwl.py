#!/usr/bin/env python3
"""Writes a CWL v1.2 CommandLineTool for every program, from its --help=json.

    bazel build $(sed 's|^|//|; s|/\\([^/]*\\)$|:\\1|' tools/programs.txt)
    .venv/bin/python tools/make_cwl.py [--check]

Every flag is an input of its name. Flags for what is written take a name in the
working directory, and what lies there is an output: --output=NAME gives
output_directory, output_file or output_path. What is printed is `printed`.
"""

import sys

import job_files

# A CWL runner starts in a fresh directory and wants the result.
LEFT_OUT = {"overwrite", "dry_run"}

SCALARS = {
    "bool": "boolean",
    "double": "double",
    "int32": "int",
    "int64": "long",
    "uint64": "long",
    "string": "string",
}


def path_classes(path: str) -> list[str]:
    return [c for c in ("File", "Directory") if c.lower() in path]


def item_types(facts: dict) -> list:
    """The CWL types of one value."""
    types: list = []
    if facts["path"].startswith("output"):
        return ["string"]
    if facts["path"]:
        types += path_classes(facts["path"])
    # cwltool 3.3 cannot read a list of enums that may be left out.
    if facts["values"] and not facts["list"]:
        types.append({"type": "enum", "symbols": facts["values"]})
    return types or [SCALARS[facts.get("type", "string")]]


def input_type(facts: dict) -> object:
    types = item_types(facts)
    if facts["list"]:
        items = types[0] if len(types) == 1 else types
        types = [{"type": "array", "items": items}]
    if not facts["required"]:
        types.insert(0, "null")
    return types[0] if len(types) == 1 else types


def input_of_flag(flag: dict) -> dict:
    name = flag["name"]
    if flag["type"] == "bool":
        if flag["default"]:
            raise ValueError(f"--{name} is on by default; CWL cannot turn it off")
        binding: dict = {"prefix": f"--{name}"}
    else:
        binding = {"prefix": f"--{name}=", "separate": False}
        if flag["list"]:
            binding["itemSeparator"] = ","
    doc = flag["help"]
    if not flag["required"] and flag["default"] not in ("", False):
        doc += f". Default: {flag['default']}"
    return {"type": input_type(flag), "doc": doc, "inputBinding": binding}


def outputs(flags: list[dict]) -> dict:
    made: dict = {}
    for flag in flags:
        if not flag["path"].startswith("output"):
            continue
        classes: list = path_classes(flag["path"])
        kind = "path" if len(classes) > 1 else classes[0].lower()
        if flag["list"]:
            classes = [{"type": "array", "items": classes[0]}]
        if not flag["required"]:
            classes.insert(0, "null")
        made[f"{flag['name']}_{kind}"] = {
            "type": classes[0] if len(classes) == 1 else classes,
            "outputBinding": {"glob": f"$(inputs.{flag['name']})"},
        }
    return made


def tool(program: dict) -> list[dict]:
    flags = [
        flag
        for flag in program["flags"]
        if flag["name"] not in LEFT_OUT
        and flag["group"] not in job_files.SHARING_GROUPS
    ]
    inputs = {}
    for position, argument in enumerate(program["arguments"], start=1):
        inputs[argument["name"].lower()] = {
            "type": input_type(argument),
            "doc": argument["help"],
            "inputBinding": {"position": position},
        }
    inputs |= {flag["name"]: input_of_flag(flag) for flag in flags}
    sharing = job_files.groups(program) & set(job_files.SHARING_GROUPS)
    name = program["program"]
    return [
        {
            "cwlVersion": "v1.2",
            "class": "CommandLineTool",
            "label": name,
            "doc": program["usage"],
            "baseCommand": name,
            "arguments": sorted(job_files.SHARING_GROUPS[g] for g in sharing),
            "inputs": inputs,
            "stdout": f"{name}.out",
            "outputs": outputs(flags) | {"printed": {"type": "stdout"}},
            "successCodes": [0],
            "temporaryFailCodes": job_files.retried(program),
            "permanentFailCodes": job_files.failed(program),
        }
    ]


if __name__ == "__main__":
    parser = job_files.arguments(__doc__, job_files.ROOT / "workflows/cwl")
    sys.exit(job_files.make(parser.parse_args(), "cwl", tool))

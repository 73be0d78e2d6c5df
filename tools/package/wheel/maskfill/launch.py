"""The commands: each starts the program of its name on this Python's LibTorch."""

import importlib.util
import os
import sys
from pathlib import Path


def main() -> None:
    command = Path(sys.argv[0]).name
    arguments = sys.argv[1:] if command == "maskfill" else [command, *sys.argv[1:]]
    torch = importlib.util.find_spec("torch")
    if torch and torch.submodule_search_locations:
        os.environ.setdefault("LIBTORCH_HOME", torch.submodule_search_locations[0])
    launcher = Path(__file__).parent / "programs/bin/maskfill"
    # The process becomes the program: signals and exit codes are its own.
    os.execv("/bin/sh", ["sh", str(launcher), *arguments])

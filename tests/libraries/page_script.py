"""The scripts of a page, run as they stand there."""

import contextlib
import io
import pathlib
import re
import sys


def text_of(page, heading):
    """The one block of Python under `heading`, of the third level."""
    text = pathlib.Path(page).read_text(encoding="utf-8")
    section = re.search(r"^### %s\n(.*?)(?=^#|\Z)" % re.escape(heading), text,
                        re.DOTALL | re.MULTILINE).group(1)
    (script,) = re.findall(r"^```python\n(.*?)^```", section,
                           re.DOTALL | re.MULTILINE)
    return script


def run(page, heading):
    """Runs the Python under `heading`; its variables and what it printed."""
    printed = io.StringIO()
    variables = {"__name__": "__main__"}
    with contextlib.redirect_stdout(printed):
        exec(compile(text_of(page, heading), heading, "exec"), variables)
    return variables, printed.getvalue().strip()


if __name__ == "__main__":  # page_script.py PAGE HEADING
    print(text_of(*sys.argv[1:]), end="")

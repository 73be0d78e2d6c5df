"""What a configuration may call its rows and flags.

Names become parts of paths and of commands, which a shell reads: a configuration
of somebody else says what is computed and cannot run anything else.
"""

import re

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._=-]*")
_FLAG = re.compile(r"[a-z][a-z0-9_]*")


def checked(what, names):
    """`names` as they are; ValueError where one is not fit for a file."""
    for name in names:
        if not _NAME.fullmatch(str(name)):
            raise ValueError(
                f"{what}: found the name {name!r}, expected letters, digits, "
                "'.', '_', '=' and '-', a letter or digit first"
            )
    return names


def checked_flag(name):
    """`name` as it is; ValueError where it can be no flag."""
    if not _FLAG.fullmatch(str(name)):
        raise ValueError(
            f"found the option {name!r}, expected the name of a flag: lower-case "
            "letters, digits and '_'"
        )
    return name

"""What pyproject.toml cannot say: a command for each program, and for which
machines the programs are."""

import platform
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel


class Programs(Distribution):
    def has_ext_modules(self):
        return True


class WheelOfPrograms(bdist_wheel):
    def get_tag(self):
        glibc = platform.libc_ver()[1].replace(".", "_")
        return "py3", "none", f"manylinux_{glibc}_{platform.machine()}"


names = [Path(path).name for path in Path("programs.txt").read_text().split()]
setup(
    distclass=Programs,
    cmdclass={"bdist_wheel": WheelOfPrograms},
    entry_points={
        "console_scripts": [
            f"{name} = maskfill.launch:main" for name in ["maskfill", *names]
        ]
    },
)

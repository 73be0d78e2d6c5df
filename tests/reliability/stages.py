"""The stages of a small run, each of which can be made again and again."""

import dataclasses
import hashlib
import os
import pathlib
import re
import select
import shutil
import signal
import subprocess
import tempfile

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
_TRAIN = ("train/train --input=ingest/out --checkpoint=zeroshot/out --epochs=2 "
          "--global_batch_size=8 --learning_rate=1e-4 --validation=ingest/out "
          "--checkpoint_every_steps=2 --device=cpu --num_threads=1 ")
# Each writes <name>/out and depends only on those before it.
COMMANDS = {
    "ingest":
        "ingest/ingest --layout=imagenet --source=photos --split=train "
        "--name=photos --pixels=preprocessed --image_size=32 --num_shards=3",
    "random_clip":
        "model_tool/make_random_clip --image_size=32 --patch_size=8 --width=32 "
        "--heads=2 --layers=2 --text_width=8 --text_heads=1 --text_layers=1 "
        "--embed_dim=16 --seed=1",
    "import":
        "model_tool/import_model --source=random_clip/out",
    "zeroshot":
        "model_tool/build_zeroshot --checkpoint=import/out "
        "--class_names=imagenet --templates=templates.txt --device=cpu",
    "cam":
        "cam_tool/cam_tool --input=ingest/out --checkpoint=zeroshot/out "
        "--batch_size=4 --device=cpu",
    "mask":
        "mask_tool/mask_tool --input=ingest/out --cams=cam/out --mask=object "
        "--threshold=0.3 --fill=single",
    "features":
        "feature_tool/feature_tool --input=mask/out --checkpoint=zeroshot/out "
        "--batch_size=4 --device=cpu",
    "train":
        _TRAIN + "--mode=fd_mask --teacher=zeroshot/out "
        "--counterfactuals=mask/out",
    "merge":
        "model_tool/merge_models --checkpoints=zeroshot/out,train/out/last "
        "--method=wise_ft --alpha=0.5",
    "eval":
        "eval/eval --checkpoint=train/out/last --inputs=ingest/out "
        "--device=cpu --batch_size=8",
    "report":
        "eval/report/report --reports=eval/out --format=md,csv,html",
    "webdataset":
        "record_tool/records export ingest/out --to=webdataset",
}
# Those that load LibTorch take a second or more, the others a tenth.
WITHOUT_LIBTORCH = ("ingest", "mask", "report", "webdataset")


@dataclasses.dataclass
class Result:
    code: int  # -9 of a process that was killed by SIGKILL
    err: str


class _Server:
    """A program that begins anew, with its libraries loaded, when it is asked.

    Loading LibTorch takes longer than these stages do (fork_server.cc).
    """

    def __init__(self, command, directory, environment):
        self._errors = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            command, cwd=directory, text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self._errors, start_new_session=True,
            env={**environment, "MASKFILL_CALLS_SERVE": "1"})

    def run(self, variables, timeout):
        self._errors.seek(0)  # of the program, too
        self._errors.truncate()
        print("\t".join(f"{name}={value}" for name, value in variables.items()),
              file=self._process.stdin, flush=True)
        if not select.select([self._process.stdout], [], [], timeout)[0]:
            os.killpg(self._process.pid, signal.SIGKILL)
            raise subprocess.TimeoutExpired(self._process.args, timeout)
        status = int(self._process.stdout.readline())
        self._errors.seek(0)
        return Result(os.waitstatus_to_exitcode(status),
                      self._errors.read().decode(errors="replace"))


class Workplace:
    """A directory with every stage's output, and how to make one again."""

    def __init__(self, programs, directory, library):
        self.programs = pathlib.Path(programs).resolve()
        self.directory = pathlib.Path(directory).resolve()
        # libsystem_calls.so does nothing unless it is told to.
        self._environment = {**os.environ,
                             "LD_PRELOAD": str(pathlib.Path(library).resolve())}
        self._servers = {}  # stage -> of its command without more flags
        self.expected = {}  # stage -> files of an undisturbed run
        self._varying = {}  # stage -> names of files that hold times

    def make_all(self, names):
        """Every stage that one of `names` needs; of `names` what to expect."""
        self.directory.mkdir(parents=True, exist_ok=True)
        examples = REPOSITORY / "examples"
        shutil.copytree(examples / "photos", self.directory / "photos",
                        dirs_exist_ok=True)
        shutil.copy(examples / "templates.txt", self.directory)
        needed = set(names)
        for name in reversed(COMMANDS):  # inputs come before
            if name in needed:
                needed.update(re.findall(r"(\w+)/out", COMMANDS[name]))
        for name in [name for name in COMMANDS if name in needed]:
            self._run_to_the_end(name)
            if name not in names:
                continue
            first = self._all_files(name)
            self.clear(name)
            self._run_to_the_end(name)
            second = self._all_files(name)
            if first.keys() != second.keys():
                raise RuntimeError(f"{name} leaves other files the second time")
            self._varying[name] = {
                file for file in first if first[file] != second[file]}
            self.expected[name] = self.files(name)

    def command(self, name, *flags):
        program, *arguments = COMMANDS[name].split()
        return [str(self.programs / program), *arguments,
                f"--output={name}/out", *flags]

    def run(self, name, *flags, environment=None, timeout=120):
        variables = environment or {}
        if not flags:
            if name not in self._servers:
                self._servers[name] = _Server(
                    self.command(name), self.directory, self._environment)
            return self._servers[name].run(variables, timeout)
        done = subprocess.run(
            self.command(name, *flags), cwd=self.directory, text=True,
            errors="replace", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            env={**self._environment, **variables}, timeout=timeout)
        return Result(done.returncode, done.stderr)

    def start(self, name, *flags):
        return subprocess.Popen(
            self.command(name, *flags), cwd=self.directory,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def clear(self, name):
        shutil.rmtree(self.directory / name, ignore_errors=True)

    def files(self, name):
        """File -> SHA-256 of what the stage left, but for what varies."""
        return {file: digest for file, digest in self._all_files(name).items()
                if file not in self._varying[name]}

    def difference(self, name):
        """What of the output is not as in an undisturbed run; or None."""
        # A lock that was left is no result: the next run takes it away.
        found = {file: digest for file, digest in self.files(name).items()
                 if not file.endswith(".lock")}
        for file in found.keys() | self.expected[name].keys():
            if file not in found:
                return f"{file} is missing"
            if file not in self.expected[name]:
                return f"{file} should not be there"
            if found[file] != self.expected[name][file]:
                return f"{file} has other bytes"
        return None

    def rerun(self, name, *flags):
        """The same command again; what is wrong after it, or None."""
        result = self.run(name, *flags)
        if result.code != 0:
            return f"the rerun ends with {result.code}: {last_line(result.err)}"
        difference = self.difference(name)
        return difference and f"after the rerun {difference}"

    def partial(self, name, versions):
        """A file under its final name that is no whole one; or None.

        versions: file -> digests that it has in an undisturbed run.
        """
        for file, digest in self.files(name).items():
            hidden = any(part.startswith(".") for part in file.split("/"))
            if hidden or file in self._varying[name]:
                continue
            if digest not in versions.get(file, ()):
                return f"{file} is neither absent nor whole"
        return None

    def _run_to_the_end(self, name):
        result = self.run(name)
        if result.code != 0:
            raise RuntimeError(f"{name} ends with {result.code}: {result.err}")

    def _all_files(self, name):
        root = self.directory / name
        # Each start of a training writes a file of its own for TensorBoard.
        return {str(path.relative_to(root)):
                hashlib.sha256(path.read_bytes()).hexdigest()
                for path in root.rglob("*")
                if path.is_file() and "tfevents" not in path.name}


def last_line(text):
    lines = [line for line in text.splitlines() if line.startswith("error:")]
    text = (lines or text.splitlines() or ["no message"])[-1]
    return re.sub(r"\.tmp-[0-9a-f]{16}", ".tmp-...", text)[:300]

"""What a program did to the disk, and what a loss of power leaves of it."""

import dataclasses
import hashlib
import os
import pathlib
import random


@dataclasses.dataclass(frozen=True)
class Call:
    """A line of system_calls.cc."""

    name: str
    error: int  # negative; 0: it did what it was to do
    inode: int
    path: str
    second: str
    offset: int
    place: int
    size: int
    mark: str


def read_log(path):
    calls = []
    text = pathlib.Path(path).read_text(encoding="utf-8", errors="replace")
    for line in text.splitlines():
        name, error, inode, one, two, offset, place, size, mark = line.split(
            "\t")
        calls.append(Call(name, int(error), int(inode), one, two, int(offset),
                          int(place), int(size), mark))
    return calls


@dataclasses.dataclass
class _Change:
    """One change of names, which happens as a whole, or of a file's bytes."""

    # (directory, name) -> inode, None where the name goes; or
    names: dict | None
    # of the file `inode`: these bytes at this offset, or its size
    inode: int = 0
    offset: int = 0
    data: bytes | None = None
    # The directories or the file whose sync makes it last.
    unsynced: set = dataclasses.field(default_factory=set)
    # Number of the call from which on it is sure to last.
    lasts_from: int | None = None


@dataclasses.dataclass
class Snapshot:
    """What lies in a directory, all of it sure to last."""

    root: int
    tree: dict  # directory -> name -> inode
    contents: dict  # inode -> bytes

    @staticmethod
    def of(directory):
        snapshot = Snapshot(os.stat(directory).st_ino, {}, {})
        for parent, directories, files in os.walk(directory):
            names = {}
            for name in directories + files:
                path = os.path.join(parent, name)
                names[name] = os.stat(path).st_ino
                if name in files:
                    snapshot.contents[names[name]] = (
                        pathlib.Path(path).read_bytes())
            snapshot.tree[os.stat(parent).st_ino] = names
        return snapshot


class Trace:
    """The changes of a run below a directory, which was as `before` says."""

    def __init__(self, log, directory, before):
        self.calls = [call for call in read_log(log) if call.error == 0]
        self._bytes = pathlib.Path(str(log) + ".bytes").read_bytes()
        self._directory = str(pathlib.Path(directory).resolve())
        self._before = before
        self._changes = [[] for _ in self.calls]
        # The system gives numbers of inodes anew: ours are never.
        self._number = {}  # the system's -> ours, where they differ
        self._numbers_given = 0
        self._tree = {inode: dict(names)
                      for inode, names in before.tree.items()}
        self._open = []  # changes that do not last yet
        # file -> digests of what was whole under that name
        self.versions = {}
        # inode -> bytes, as the program sees it
        contents = {inode: bytearray(data)
                    for inode, data in before.contents.items()}
        self._note_versions(contents)
        for number, call in enumerate(self.calls):
            self._replay(number, call, contents)

    def _entry(self, path):
        """(directory, name) of a path; None where its parent is not known."""
        if not path.startswith(self._directory + "/"):
            return None
        *parents, name = path[len(self._directory) + 1:].split("/")
        directory = self._before.root
        for parent in parents:
            directory = self._tree.get(directory, {}).get(parent)
            if directory is None:
                return None
        return directory, name

    def _inode(self, path):
        entry = self._entry(path)
        return entry and self._tree[entry[0]].get(entry[1])

    def _new_inode(self, inode):
        self._numbers_given -= 1
        self._number[inode] = self._numbers_given
        return self._numbers_given

    def _replay(self, number, call, contents):
        made = call.name == "mkdir" or call.mark == "new"
        inode = (self._new_inode(call.inode) if made
                 else self._number.get(call.inode, call.inode))
        if call.name == "mkdir":
            self._tree[inode] = {}
            self._rename(number, {self._entry(call.path): inode})
        elif call.name == "create" and call.mark == "new":
            contents[inode] = bytearray()
            if not call.path.endswith("/#unnamed"):
                self._rename(number, {self._entry(call.path): inode})
        elif call.name == "create" and call.mark == "cut":
            contents[inode] = bytearray()
            self._write(number, inode, 0, None)
        elif call.name == "write":
            data = self._bytes[call.place:call.place + call.size]
            file = contents[inode]
            file.extend(bytes(max(0, call.offset - len(file))))
            file[call.offset:call.offset + len(data)] = data
            self._write(number, inode, call.offset, data)
        elif call.name == "truncate":
            del contents[inode][call.offset:]
            self._write(number, inode, call.offset, None)
        elif call.name == "link":
            self._rename(number, {self._entry(call.second): inode})
        elif call.name == "rename":
            moved = self._inode(call.path)
            self._rename(number, {self._entry(call.path): None,
                                  self._entry(call.second): moved})
        elif call.name == "exchange":
            one, two = self._inode(call.path), self._inode(call.second)
            self._rename(number, {self._entry(call.path): two,
                                  self._entry(call.second): one})
        elif call.name in ("unlink", "rmdir"):
            self._rename(number, {self._entry(call.path): None})
        elif call.name in ("fsync", "fdatasync"):
            self._sync(number, inode)
        elif call.name == "syncfs":
            self._sync(number, None)
        if self._changes[number] and self._changes[number][0].names:
            self._note_versions(contents)

    def _note_versions(self, contents):
        files = _files(self._tree, contents, self._before.root)
        for path, data in files.items():
            if data is not None:
                self.versions.setdefault(path, set()).add(
                    hashlib.sha256(data).hexdigest())

    def _rename(self, number, names):
        if None in names:
            raise ValueError(f"call {number} has a path that is not known: "
                             f"{self.calls[number]}")
        for (directory, name), inode in names.items():
            if inode is None:
                self._tree[directory].pop(name, None)
            else:
                self._tree[directory][name] = inode
        self._add(number, _Change(
            names, unsynced={directory for directory, _ in names}))

    def _write(self, number, inode, offset, data):
        self._add(number, _Change(None, inode, offset, data, {inode}))

    def _add(self, number, change):
        self._changes[number].append(change)
        self._open.append(change)

    def _sync(self, number, inode):
        for change in self._open:
            if inode is None:
                change.unsynced = set()
            change.unsynced.discard(inode)
            if not change.unsynced:
                change.lasts_from = number
        self._open = [change for change in self._open if change.unsynced]

    def after_loss(self, calls, keeps):
        """What is on the disk when the power goes after so many calls.

        keeps: function of a change that need not last: None where it is lost,
        else the share of its bytes that is not, 0 to 1.
        Returns file or directory -> bytes, None of a directory.
        """
        tree = {inode: dict(self._before.tree.get(inode, {}))
                for inode in self._tree}
        contents = {inode: bytearray(data)
                    for inode, data in self._before.contents.items()}
        for number in range(calls):
            for change in self._changes[number]:
                lasts = (change.lasts_from is not None and
                         change.lasts_from < calls)
                kept = 1.0 if lasts else keeps(change)
                if kept is None:
                    continue
                if change.names is not None:
                    for (directory, name), inode in change.names.items():
                        if inode is None:
                            tree[directory].pop(name, None)
                        else:
                            tree[directory][name] = inode
                    continue
                file = contents.setdefault(change.inode, bytearray())
                if change.data is None:
                    del file[change.offset:]
                    continue
                data = change.data[:round(kept * len(change.data))]
                file.extend(bytes(max(0, change.offset - len(file))))
                file[change.offset:change.offset + len(data)] = data
        return _files(tree, contents, self._before.root)

    def states(self, seed, samples):
        """(calls, files) of losses of power after each call, each state once.

        After each: all that was not synced is lost; nothing is; and `samples`
        times some of it, in any order, the last write of a file in part.
        """
        seen = set()
        points = [0] + [number + 1 for number, call in enumerate(self.calls)
                        if self._changes[number] or "sync" in call.name]
        for calls in points:
            choices = [lambda change: None, lambda change: 1.0]
            for sample in range(samples):
                rng = random.Random(f"{seed} {calls} {sample}")
                choices.append(lambda change, rng=rng: rng.choice(
                    (None, 1.0, rng.random())))
            for keeps in choices:
                files = self.after_loss(calls, keeps)
                digest = _digest_of(files)
                if digest not in seen:
                    seen.add(digest)
                    yield calls, files


def _files(tree, contents, directory, prefix=""):
    """Path -> bytes, None of a directory, of what can be reached."""
    files = {}
    for name, inode in tree[directory].items():
        if inode in tree:
            files[prefix + name] = None
            files.update(_files(tree, contents, inode, prefix + name + "/"))
        else:
            files[prefix + name] = bytes(contents.get(inode, b""))
    return files


def _digest_of(files):
    sha = hashlib.sha256()
    for name, data in sorted(files.items()):
        sha.update(f"{name}\0{data is None}\0{len(data or b'')}\0".encode())
        sha.update(data or b"")
    return sha.digest()


def write_files(directory, files):
    for name, data in sorted(files.items()):
        path = pathlib.Path(directory) / name
        if data is None:
            path.mkdir(parents=True)
        else:
            path.write_bytes(data)

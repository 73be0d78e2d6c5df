"""LibTorch: the torch wheel in .venv, or any LibTorch that LIBTORCH_HOME names."""

# Only these: the wheel's include/ also holds protobuf headers of another
# version, which must not shadow the system's.
_HEADERS = ["ATen", "c10", "caffe2", "torch"]

_OLDEST = (2, 11)

_BUILD = """
load("@rules_cc//cc:defs.bzl", "cc_library")

# C10_USE_GLOG: without it c10 redefines LOG and CHECK and our log lines vanish.
cc_library(
    name = "torch",
    hdrs = glob({globs}),
    defines = ["C10_USE_GLOG", "USE_C10D_GLOO"],
    includes = ["include", "include/torch/csrc/api/include"],
    linkopts = [
        "-L{lib}",
        "-Wl,-rpath,{lib}",
        {libraries}
    ],
    visibility = ["//visibility:public"],
)
"""

def _fail(repository_ctx, found):
    fail(("\n@{name}: {found}.\n" +
          "Expected LibTorch >= {oldest}, in the folder that LIBTORCH_HOME names " +
          "or in .venv.\nMend it with:\n\n    tools/setup.sh\n").format(
        name = repository_ctx.name,
        found = found,
        oldest = ".".join([str(part) for part in _OLDEST]),
    ))

def _home(repository_ctx):
    named = repository_ctx.os.environ.get("LIBTORCH_HOME", "")
    if named:
        return repository_ctx.path(named)
    workspace = repository_ctx.path(Label("//:WORKSPACE")).dirname
    lib = workspace.get_child(".venv").get_child("lib")
    if lib.exists:
        for python in lib.readdir():
            home = python.get_child("site-packages").get_child("torch")
            if home.exists:
                return home
    return _fail(repository_ctx, "found no LibTorch: LIBTORCH_HOME is not set and .venv holds no torch")

def _version(repository_ctx, home):
    for name in ["version.py", "build-version", "version.txt"]:
        path = home.get_child(name)
        if not path.exists:
            continue
        for line in repository_ctx.read(path).split("\n"):
            text = line.replace("__version__", "").replace("=", "").strip(" '\"")
            parts = text.split(".")
            if len(parts) >= 2 and parts[0].isdigit() and parts[1].isdigit():
                return (int(parts[0]), int(parts[1]))
    return None

def _libtorch_impl(repository_ctx):
    home = _home(repository_ctx)
    if not home.get_child("include").get_child("c10").exists:
        _fail(repository_ctx, "found no include/c10 in %s" % home)
    version = _version(repository_ctx, home)
    if not version:
        _fail(repository_ctx, "found no version in %s" % home)
    if version[0] < _OLDEST[0] or (version[0] == _OLDEST[0] and version[1] < _OLDEST[1]):
        _fail(repository_ctx, "found LibTorch %d.%d in %s" % (version[0], version[1], home))
    for name in _HEADERS:
        repository_ctx.symlink(home.get_child("include").get_child(name), "include/" + name)
    libraries = ["-ltorch_cpu", "-lc10"]
    if home.get_child("lib").get_child("libtorch_cuda.so").exists:
        # Nothing refers to libtorch_cuda by symbol: it registers its kernels.
        libraries = ["-Wl,--no-as-needed", "-ltorch_cuda", "-lc10_cuda", "-Wl,--as-needed"] + libraries
    repository_ctx.file("BUILD", _BUILD.format(
        globs = [
            "include/%s/**/*.%s" % (name, suffix)
            for name in _HEADERS
            for suffix in ["h", "hpp"]
        ],
        lib = home.get_child("lib"),
        libraries = "".join(["\"%s\",\n        " % lib for lib in libraries]),
    ))

libtorch = repository_rule(
    implementation = _libtorch_impl,
    local = True,
    environ = ["LIBTORCH_HOME"],
)

"""How maskfill's own C++ is declared: a library with its tests, a program.

A library is a folder's files, or the few of them that stand apart because others
need them without the rest (without LibTorch, mostly).
"""

load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_library", "cc_test")

# What every source speaks, named nowhere else.
_VOCABULARY = [
    "@com_github_gflags_gflags//:gflags",
    "@com_github_google_glog//:glog",
    "@com_github_nlohmann_json//:json",
    "@com_google_absl//absl/base:core_headers",
    "@com_google_absl//absl/cleanup",
    "@com_google_absl//absl/container:flat_hash_map",
    "@com_google_absl//absl/container:flat_hash_set",
    "@com_google_absl//absl/numeric:int128",
    "@com_google_absl//absl/status",
    "@com_google_absl//absl/status:statusor",
    "@com_google_absl//absl/strings",
    "@com_google_absl//absl/strings:str_format",
    "@com_google_absl//absl/synchronization",
    "@com_google_absl//absl/time",
    "@com_google_absl//absl/types:span",
    "@com_googlesource_code_re2//:re2",
]
_TEST_VOCABULARY = _VOCABULARY + [
    "//core/base",
    "//tests/support",
    "@com_google_googletest//:gtest_main",
]

def _vocabulary():
    """Of a library or program of this folder."""
    if native.package_name() == "core/base":
        return _VOCABULARY
    if native.package_name() == "tests/support":
        return _VOCABULARY + ["//core/base", "@com_google_googletest//:gtest"]
    return _VOCABULARY + ["//core/base"]

def _visibility():
    """Core is for everybody, a program's parts are its own and the tests'."""
    top = native.package_name().split("/")[0]
    if top == "core" or native.package_name() == "tests/support":
        return ["//visibility:public"]
    return ["//%s:__subpackages__" % top, "//tests:__subpackages__"]

def _in_full(label):
    if label.startswith(":"):
        return "//" + native.package_name() + label
    return label if ":" in label else label + ":" + label.split("/")[-1]

def _and(own, more):
    """`own`, and what of `more` is not among them."""
    named = [_in_full(label) for label in own]
    return own + [label for label in more if _in_full(label) not in named]

def maskfill_test(name, deps = [], size = "small", **kwargs):
    """The test program NAME.cc.

    Args:
      name: of the test and its source, ends with _test.
      deps: besides the vocabulary, core/base, tests/support and GoogleTest.
      size: as of cc_test.
      **kwargs: as of cc_test.
    """
    cc_test(
        name = name,
        size = size,
        srcs = [name + ".cc"],
        deps = _and(deps, _TEST_VOCABULARY),
        **kwargs
    )

def maskfill_library(
        name,
        deps = [],
        stems = None,
        besides = [],
        copts = [],
        visibility = None,
        test_deps = [],
        test_data = [],
        test_tags = {},
        **kwargs):
    """A library of C++ files and its tests.

    Args:
      name: of the library.
      deps: of the library, besides the vocabulary and core/base.
      stems: of its files: STEM.h, STEM.cc, and a test for each STEM_test.cc.
        Without them, all that lie in the folder, but for programs' mains and,
        outside core, their flags.
      besides: stems that are not of this library.
      copts: of all.
      visibility: of the library, where it is not that of its folder.
      test_deps: of the tests, besides the library and maskfill_test's.
      test_data: of the tests.
      test_tags: the tags of each test that has some.
      **kwargs: as of cc_library.
    """
    if stems:
        kept = stems
        besides = []
    else:
        kept = ["*"]
        besides = besides + ["*_main"]
        if not native.package_name().startswith("core/"):
            besides = besides + ["*_flags"]
    tests = native.glob(
        [stem + "_test.cc" for stem in kept],
        exclude = [stem + "_test.cc" for stem in besides],
    )
    not_ours = ["*_test.cc"] + [
        stem + suffix
        for stem in besides
        for suffix in [".cc", ".h"]
    ]
    cc_library(
        name = name,
        srcs = native.glob([stem + ".cc" for stem in kept], exclude = not_ours),
        hdrs = native.glob([stem + ".h" for stem in kept], exclude = not_ours),
        copts = copts,
        visibility = visibility or _visibility(),
        deps = _and(deps, _vocabulary()),
        **kwargs
    )
    for test in [source[:-len(".cc")] for source in tests]:
        maskfill_test(
            name = test,
            copts = copts,
            data = test_data,
            tags = test_tags.get(test, []),
            deps = [":" + name] + test_deps,
        )

def maskfill_program(name, deps, test_deps = []):
    """The program of NAME_main.cc and the flags NAME_flags.h and .cc, with their test.

    Args:
      name: of the program and its files.
      deps: what it does; besides the vocabulary and core/base.
      test_deps: of NAME_flags_test.cc.
    """
    maskfill_library(
        name = name + "_flags",
        stems = [name + "_flags"],
        test_deps = deps + test_deps,
        deps = deps,
    )
    cc_binary(
        name = name,
        srcs = [name + "_main.cc"],
        visibility = ["//visibility:public"],
        deps = _and([":" + name + "_flags"] + deps, _vocabulary()),
    )

"""How maskfill's own C++ is declared: a library with its test, a program."""

load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_library", "cc_test")

# What every source speaks, named nowhere else: statuses, text, logging.
_VOCABULARY = [
    "@com_github_google_glog//:glog",
    "@com_google_absl//absl/status",
    "@com_google_absl//absl/status:statusor",
    "@com_google_absl//absl/strings",
    "@com_google_absl//absl/strings:str_format",
    "@com_google_absl//absl/types:span",
]
_STATUS_MACROS = ["//core/base:status_macros"]
_TEST_VOCABULARY = _VOCABULARY + _STATUS_MACROS + [
    "//core/base:files",
    "//tests/support:status_matchers",
    "//tests/support:test_paths",
    "@com_google_googletest//:gtest_main",
]

def _files(stems, suffix):
    return [stem + suffix for stem in stems if native.glob([stem + suffix])]

def _visibility():
    """Core is for everybody, a program's parts are its own and the tests'."""
    top = native.package_name().split("/")[0]
    if top == "core" or native.package_name() == "tests/support":
        return ["//visibility:public"]
    return ["//%s:__subpackages__" % top, "//tests:__subpackages__"]

def _and(own, vocabulary):
    here = "//" + native.package_name()
    named = [here + label if label.startswith(":") else label for label in own]
    return own + [label for label in vocabulary if label not in named]

def maskfill_test(name, deps = [], size = "small", **kwargs):
    """The test program NAME.cc.

    Args:
      name: of the test and its source, ends with _test.
      deps: besides GoogleTest, the matchers, test paths and files.
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
        test_deps = [],
        test_data = [],
        test_size = "small",
        test_tags = [],
        stems = None,
        srcs_besides = [],
        copts = [],
        visibility = None,
        **kwargs):
    """The library NAME.h and NAME.cc, and its test NAME_test.cc if there is one.

    Args:
      name: of the library.
      deps: of the library, besides statuses, text and logging.
      test_deps: of the test, besides the library and maskfill_test's.
      test_data: of the test.
      test_size: of the test.
      test_tags: of the test.
      stems: of the files, where they are not the name alone: STEM.h, STEM.cc,
        and a test for each STEM_test.cc.
      srcs_besides: sources that have no header of their own.
      copts: of both.
      visibility: of the library, where it is not that of its folder.
      **kwargs: as of cc_library.
    """
    stems = stems or [name]
    vocabulary = _VOCABULARY
    if name != "status_macros":
        vocabulary = vocabulary + _STATUS_MACROS
    if native.package_name() == "tests/support":
        vocabulary = vocabulary + ["@com_google_googletest//:gtest"]
    cc_library(
        name = name,
        srcs = _files(stems, ".cc") + srcs_besides,
        hdrs = _files(stems, ".h"),
        copts = copts,
        visibility = visibility or _visibility(),
        deps = _and(deps, vocabulary),
        **kwargs
    )
    for test in _files(stems, "_test.cc"):
        maskfill_test(
            name = test[:-len(".cc")],
            size = test_size,
            copts = copts,
            data = test_data,
            tags = test_tags,
            deps = [":" + name] + test_deps,
        )

def maskfill_program(
        name,
        deps = [],
        flags_deps = [],
        flags_test_deps = [],
        **kwargs):
    """The program of NAME_main.cc, NAME_flags.h and .cc, and NAME.h and .cc.

    Makes the program NAME, the libraries NAME_lib and NAME_flags and their
    tests.

    Args:
      name: of the program and its files.
      deps: of NAME.cc.
      flags_deps: of NAME_flags.cc, besides NAME.h and gflags.
      flags_test_deps: of NAME_flags_test.cc.
      **kwargs: as of maskfill_library, for NAME_lib.
    """
    maskfill_library(name = name + "_lib", stems = [name], deps = deps, **kwargs)
    maskfill_library(
        name = name + "_flags",
        deps = flags_deps + [
            ":" + name + "_lib",
            "//core/base:flag_errors",
            "//core/base:flag_facts",
            "@com_github_gflags_gflags//:gflags",
        ],
        test_deps = flags_test_deps + ["@com_github_gflags_gflags//:gflags"],
    )
    cc_binary(
        name = name,
        srcs = [name + "_main.cc"],
        visibility = ["//visibility:public"],
        deps = [
            ":" + name + "_flags",
            ":" + name + "_lib",
            "//core/base:exit_code",
            "//core/base:init",
        ] + _VOCABULARY + _STATUS_MACROS,
    )

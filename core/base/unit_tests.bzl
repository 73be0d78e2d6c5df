"""The unit tests of this package, beside their code: one cc_test per file."""

load("@rules_cc//cc:defs.bzl", "cc_test")

# Test to what it uses besides the matchers and GoogleTest.
_TESTS = {
    "counter_rng_test": [
        ":counter_rng",
    ],
    "exit_code_test": [
        ":exit_code",
        "@com_google_absl//absl/status",
    ],
    "files_test": [
        ":files",
        ":test_paths",
        "@com_google_absl//absl/strings",
    ],
    "init_test": [
        ":exit_code",
        ":files",
        ":init",
        ":test_paths",
        "@com_github_gflags_gflags//:gflags",
    ],
    "output_file_test": [
        ":files",
        ":output_file",
        ":test_paths",
    ],
    "preemption_test": [
        ":preemption",
    ],
    "progress_test": [
        ":progress",
    ],
    "sha256_test": [
        ":files",
        ":sha256",
        ":test_paths",
    ],
    "status_macros_test": [
        ":status_macros",
    ],
    "utf8_test": [
        ":utf8",
    ],
}

def unit_tests():
    for name, deps in _TESTS.items():
        cc_test(
            name = name,
            size = "small",
            # Abseil's mutex is not instrumented: every use looks like a race.
            tags = ["no-tsan"] if name == "progress_test" else [],
            srcs = [name + ".cc"],
            deps = deps + [
                "//core/base:status_matchers",
                "@com_google_googletest//:gtest_main",
            ],
        )

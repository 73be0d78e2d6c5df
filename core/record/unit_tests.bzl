"""The unit tests of this package, beside their code: one cc_test per file."""

load("@rules_cc//cc:defs.bzl", "cc_library", "cc_test")

# Test to what it uses besides the matchers and GoogleTest.
_TESTS = {
    "crc32c_test": [
        ":crc32c",
    ],
    "indexed_records_test": [
        ":indexed_records",
        ":test_records",
        "//core/base:counter_rng",
        "//core/base:files",
        "//core/base:test_paths",
        "@com_google_absl//absl/strings",
    ],
    "joined_reader_test": [
        ":joined_reader",
        ":test_records",
        "//core/base:test_paths",
    ],
    "manifest_test": [
        ":manifest",
        ":record_set",
        ":test_records",
        "//core/base:files",
        "//core/base:test_paths",
        "@com_google_absl//absl/strings",
        "@com_google_protobuf//:protobuf",
    ],
    "record_framing_test": [
        ":record_framing",
        "@com_google_absl//absl/strings",
    ],
    "record_reader_test": [
        ":record_framing",
        ":record_reader",
        ":shard_writer",
        ":test_records",
        "//core/base:files",
        "//core/base:test_paths",
        "@com_google_absl//absl/strings",
    ],
    "record_set_test": [
        ":manifest",
        ":record_set",
        ":test_records",
        "//core/base:files",
        "//core/base:test_paths",
    ],
    "records_commands_test": [
        ":records_commands",
        ":test_records",
        "//core/base:files",
        "//core/base:test_paths",
        "@com_google_absl//absl/strings",
    ],
    "shard_name_test": [
        ":shard_name",
    ],
    "shard_writer_test": [
        ":shard_writer",
        ":test_records",
        "//core/base:files",
        "//core/base:test_paths",
    ],
}

def unit_tests():
    cc_library(
        name = "test_records",
        testonly = True,
        srcs = ["test_records.cc"],
        hdrs = ["test_records.h"],
        deps = [
            ":manifest",
            ":record_reader",
            ":shard_name",
            ":shard_writer",
            "//core/base:files",
            "//core/base:status_macros",
            "//proto:manifest_cc_proto",
            "//proto:records_cc_proto",
            "@com_github_google_glog//:glog",
            "@com_google_absl//absl/status",
            "@com_google_absl//absl/status:statusor",
            "@com_google_absl//absl/strings",
        ],
    )
    for name, deps in _TESTS.items():
        cc_test(
            name = name,
            size = "small",
            srcs = [name + ".cc"],
            deps = deps + [
                "//core/base:status_matchers",
                "@com_google_googletest//:gtest_main",
            ],
        )

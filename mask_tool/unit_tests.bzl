"""The unit tests beside the code."""

load("@rules_cc//cc:defs.bzl", "cc_test")

# Tested library -> what else its test needs.
_TESTS = {
    "bitmap_text": ["//core/image"],
    "counterfactual": [
        ":record_testing",
        "//core/image:patch_mask",
        "//core/image:record_pixels",
        "//core/record:record_set",
        "//proto:records_cc_proto",
    ],
    "donor_images": [
        ":record_testing",
        "//core/record:record_set",
        "//proto:records_cc_proto",
    ],
    "donors": [],
    "mask_stage": [
        ":mask_stats",
        ":record_testing",
        "//core/base:files",
        "//core/image:patch_mask",
        "//core/record:record_reader",
        "//core/record:record_set",
        "//proto:records_cc_proto",
        "@com_google_absl//absl/strings",
    ],
    "mask_stats": [
        "//core/image:patch_mask",
        "//proto:manifest_cc_proto",
        "@com_github_nlohmann_json//:json",
    ],
    "mask_tool_flags": ["@com_github_gflags_gflags//:gflags"],
    "patch_masks": [
        "//core/image:patch_grid",
        "//core/image:patch_mask",
    ],
    "preview": [
        "//core/image",
        "//core/image:patch_grid",
        "//core/image:patch_mask",
        "@com_google_absl//absl/types:span",
    ],
    "refill": [
        "//core/image",
        "//core/image:patch_grid",
        "//core/image:patch_mask",
    ],
}

def unit_tests():
    for name, deps in _TESTS.items():
        cc_test(
            name = name + "_test",
            size = "small",
            srcs = [name + "_test.cc"],
            deps = deps + [
                ":" + name,
                "//core/base:status_matchers",
                "//core/base:test_paths",
                "@com_google_absl//absl/status",
                "@com_google_googletest//:gtest_main",
            ],
        )

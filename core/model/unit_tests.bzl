"""The unit tests of this package, beside their code: one cc_test per file."""

load("@rules_cc//cc:defs.bzl", "cc_test")

# Test to what it uses besides torch, the matchers and GoogleTest.
_TESTS = {
    "attribution_test": [
        ":attribution",
        ":random_weights",
        ":tensor_near",
    ],
    "checkpoint_test": [
        ":checkpoint",
        ":random_weights",
        ":safetensors",
        "//core/base:files",
        "//core/base:test_paths",
        "@com_google_absl//absl/status",
        "@com_google_absl//absl/strings",
    ],
    "device_test": [
        ":device",
        "@com_google_absl//absl/status",
    ],
    "image_batches_test": [
        ":image_batches",
        "//core/base:files",
        "//core/base:test_paths",
        "//core/record:shard_writer",
        "@com_google_absl//absl/status",
        "@com_google_absl//absl/strings",
    ],
    "image_classifier_test": [
        ":checkpoint",
        ":image_classifier",
        ":random_weights",
        ":tensor_near",
        "@com_google_absl//absl/status",
    ],
    "linear_test": [
        ":linear",
        ":tensor_near",
    ],
    "model_config_test": [
        ":model_config",
        "@com_google_absl//absl/status",
    ],
    "named_tensors_test": [
        ":named_tensors",
    ],
    "safetensors_header_test": [
        ":safetensors_header",
        "@com_google_absl//absl/status",
        "@com_google_absl//absl/strings",
    ],
    "safetensors_test": [
        ":named_tensors",
        ":safetensors",
        "//core/base:counter_rng",
        "//core/base:files",
        "//core/base:test_paths",
        "@com_google_absl//absl/status",
        "@com_google_absl//absl/strings",
    ],
    "torch_status_test": [
        ":torch_status",
        "@com_google_absl//absl/status",
        "@com_google_absl//absl/status:statusor",
    ],
    "transformer_block_test": [
        ":model_config",
        ":named_tensors",
        ":tensor_near",
        ":transformer_block",
        "@com_google_absl//absl/status",
    ],
    "vision_transformer_test": [
        ":model_config",
        ":named_tensors",
        ":random_weights",
        ":tensor_near",
        ":vision_transformer",
        "@com_google_absl//absl/status",
    ],
}

def unit_tests():
    for name, deps in _TESTS.items():
        cc_test(
            name = name,
            size = "small",
            srcs = [name + ".cc"],
            deps = deps + [
                "//core/base:status_matchers",
                "@com_google_googletest//:gtest_main",
                "@libtorch//:torch",
            ],
        )

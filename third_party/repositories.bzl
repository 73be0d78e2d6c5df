"""All external repositories, under the labels their upstreams use."""

load("//third_party:abseil.bzl", "abseil")
load("//third_party:debian_bazel_package.bzl", "debian_bazel_package")
load("//third_party:libtorch.bzl", "libtorch")
load("//third_party:protobuf.bzl", "protobuf")
load("//third_party:system_library.bzl", "system_library")

_BAZEL_PACKAGES = {
    "bazel_skylib": ("/usr/share/bazel/tools/skylib", "bazel-skylib"),
    "platforms": ("/usr/share/bazel/tools/platforms", "bazel-platforms"),
    "rules_java": ("/usr/share/bazel/rules/java", "bazel-rules-java"),
    "rules_proto": ("/usr/share/bazel/rules/proto", "bazel-rules-proto"),
}

def maskfill_repositories():
    """Declares every external repository of the workspace."""
    for name in ["rules_cc", "remote_coverage_tools"]:
        native.local_repository(name = name, path = "third_party/" + name)
    for name, (path, package) in _BAZEL_PACKAGES.items():
        debian_bazel_package(name = name, path = path, package = package)

    libtorch(name = "libtorch")
    abseil(name = "com_google_absl")
    protobuf(name = "com_google_protobuf")

    system_library(
        name = "com_github_google_glog",
        package = "libgoogle-glog-dev",
        headers = ["glog/logging.h"],
        targets = {"glog": ["glog", "gflags"]},
    )
    system_library(
        name = "com_github_gflags_gflags",
        package = "libgflags-dev",
        headers = ["gflags/gflags.h"],
        targets = {"gflags": ["gflags"]},
    )
    system_library(
        name = "com_google_googletest",
        package = "libgtest-dev libgmock-dev",
        headers = ["gtest/gtest.h", "gmock/gmock.h"],
        targets = {
            "gtest": ["gmock", "gtest", "pthread"],
            "gtest_main": ["gmock_main", "gmock", "gtest", "pthread"],
        },
    )
    system_library(
        name = "com_github_google_benchmark",
        package = "libbenchmark-dev",
        headers = ["benchmark/benchmark.h"],
        targets = {
            "benchmark": ["benchmark", "pthread"],
            "benchmark_main": ["benchmark_main", "benchmark", "pthread"],
        },
    )
    system_library(
        name = "libjpeg_turbo",
        package = "libjpeg62-turbo-dev",
        headers = ["jpeglib.h"],
        targets = {"jpeg": ["jpeg"]},
    )
    system_library(
        name = "libpng",
        package = "libpng-dev",
        headers = ["png.h"],
        targets = {"png": ["png", "z"]},
    )
    system_library(
        name = "libwebp",
        package = "libwebp-dev",
        headers = ["webp/decode.h", "webp/demux.h"],
        targets = {
            "webp": ["webp"],
            "webpdemux": ["webpdemux", "webp"],
        },
    )
    system_library(
        name = "giflib",
        package = "libgif-dev",
        headers = ["gif_lib.h"],
        targets = {"gif": ["gif"]},
    )
    system_library(
        name = "libtiff",
        package = "libtiff-dev",
        headers = ["tiffio.h"],
        targets = {"tiff": ["tiff"]},
    )
    system_library(
        name = "isa_l",
        package = "libisal-dev",
        headers = ["isa-l/crc.h"],
        targets = {"crc": ["isal"]},
    )
    system_library(
        name = "com_github_nlohmann_json",
        package = "nlohmann-json3-dev",
        headers = ["nlohmann/json.hpp"],
        targets = {"json": []},
    )
    system_library(
        name = "openssl",
        package = "libssl-dev",
        headers = ["openssl/evp.h"],
        targets = {"crypto": ["crypto"]},
    )
    system_library(
        name = "zlib",
        package = "zlib1g-dev",
        headers = ["zlib.h"],
        targets = {"zlib": ["z"]},
    )
    system_library(
        name = "libzip",
        package = "libzip-dev",
        headers = ["zip.h"],
        targets = {"zip": ["zip"]},
    )
    system_library(
        name = "com_googlesource_code_re2",
        package = "libre2-dev",
        headers = ["re2/re2.h"],
        targets = {"re2": ["re2"]},
    )
    system_library(
        name = "icu",
        package = "libicu-dev",
        headers = ["unicode/unistr.h"],
        targets = {"icuuc": ["icuuc"]},
    )
    system_library(
        name = "onetbb",
        package = "libtbb-dev",
        headers = ["oneapi/tbb/parallel_pipeline.h"],
        targets = {"tbb": ["tbb"]},
    )
    system_library(
        name = "gloo",
        package = "libgloo-dev",
        headers = ["gloo/transport/device.h"],
        # Headers only: the code itself is inside LibTorch.
        targets = {"headers": []},
    )

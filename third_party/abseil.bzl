"""Abseil as Debian installs it, under upstream's labels."""

load("//third_party:system_library.bzl", "require_header")

# Package -> targets that the project uses. Debian's shared libraries know
# their own dependencies, so each target names only its library.
_TARGETS = {
    "absl/base:core_headers": [],
    "absl/cleanup:cleanup": [],
    "absl/container:flat_hash_map": ["absl_raw_hash_set", "absl_hash", "absl_city", "absl_low_level_hash"],
    "absl/container:flat_hash_set": ["absl_raw_hash_set", "absl_hash", "absl_city", "absl_low_level_hash"],
    "absl/numeric:bits": [],
    "absl/numeric:int128": ["absl_int128"],
    "absl/random:random": [],
    "absl/status:status": ["absl_status", "absl_cord", "absl_cordz_info", "absl_cord_internal"],
    "absl/status:statusor": ["absl_statusor", "absl_status", "absl_cord"],
    "absl/strings:cord": ["absl_cord"],
    "absl/strings:str_format": ["absl_str_format_internal"],
    "absl/strings:strings": ["absl_strings", "absl_strings_internal", "absl_throw_delegate", "absl_int128"],
    "absl/synchronization:synchronization": ["absl_synchronization", "absl_time"],
    "absl/time:time": ["absl_time"],
    "absl/types:span": [],
}

_TARGET = """
cc_library(
    name = "{name}",
    linkopts = [{linkopts}],
    visibility = ["//visibility:public"],
)
"""

def _abseil_impl(repository_ctx):
    require_header(repository_ctx, "absl/status/statusor.h", "libabsl-dev")
    packages = {}
    for label, libraries in _TARGETS.items():
        package, name = label.split(":")
        libraries = libraries + (["absl_throw_delegate", "absl_raw_logging_internal"] if libraries else [])
        packages.setdefault(package, []).append(_TARGET.format(
            name = name,
            linkopts = ", ".join(["\"-l%s\"" % lib for lib in libraries]),
        ))
    for package, targets in packages.items():
        repository_ctx.file(package + "/BUILD", "".join(targets))
    repository_ctx.file("BUILD", "")

abseil = repository_rule(implementation = _abseil_impl, local = True)

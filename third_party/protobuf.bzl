"""protoc and libprotobuf as Debian installs them."""

load("//third_party:system_library.bzl", "require_header")

_BUILD = """
filegroup(
    name = "protoc",
    srcs = ["bin/protoc"],
    visibility = ["//visibility:public"],
)

cc_library(
    name = "protobuf",
    linkopts = ["-lprotobuf"],
    visibility = ["//visibility:public"],
)

proto_lang_toolchain(
    name = "cc_toolchain",
    command_line = "--cpp_out=$(OUT)",
    runtime = ":protobuf",
    visibility = ["//visibility:public"],
)
"""

def _protobuf_impl(repository_ctx):
    require_header(repository_ctx, "google/protobuf/message.h", "libprotobuf-dev")
    protoc = repository_ctx.which("protoc")
    if not protoc:
        fail("\n@com_google_protobuf: found no protoc in PATH.\n" +
             "Mend it with:\n\n    sudo apt-get install protobuf-compiler\n")
    repository_ctx.symlink(protoc, "bin/protoc")
    repository_ctx.file("BUILD", _BUILD)

protobuf = repository_rule(implementation = _protobuf_impl, local = True, environ = ["PATH"])

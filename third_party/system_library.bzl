"""Repository rule for a library that a Debian package installs."""

_SEARCH_PATHS = ["/usr/include", "/usr/include/x86_64-linux-gnu", "/usr/include/aarch64-linux-gnu"]

def require_header(repository_ctx, header, package):
    """Fails with the command that installs `package` when `header` is missing.

    Args:
      repository_ctx: the context of the calling repository rule.
      header: path as it stands in an #include.
      package: Debian packages that provide it, separated by spaces.
    """
    for root in _SEARCH_PATHS:
        if repository_ctx.path(root + "/" + header).exists:
            return
    fail(("\n@{repo}: found no <{header}> in {roots}.\n" +
          "Mend it with:\n\n    sudo apt-get install {package}\n").format(
        repo = repository_ctx.name,
        header = header,
        roots = " or ".join(_SEARCH_PATHS[:1]),
        package = package,
    ))

_TARGET = """
cc_library(
    name = "{name}",
    linkopts = [{linkopts}],
    visibility = ["//visibility:public"],
)
"""

def _system_library_impl(repository_ctx):
    for header in repository_ctx.attr.headers:
        require_header(repository_ctx, header, repository_ctx.attr.package)
    build = []
    for name, libraries in repository_ctx.attr.targets.items():
        build.append(_TARGET.format(
            name = name,
            linkopts = ", ".join(["\"-l%s\"" % lib for lib in libraries]),
        ))
    repository_ctx.file("BUILD", "".join(build))

system_library = repository_rule(
    implementation = _system_library_impl,
    local = True,
    attrs = {
        "headers": attr.string_list(mandatory = True, doc = "must exist"),
        "package": attr.string(mandatory = True, doc = "Debian packages"),
        "targets": attr.string_list_dict(
            mandatory = True,
            doc = "cc_library name -> libraries to link",
        ),
    },
)

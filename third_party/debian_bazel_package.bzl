"""Repository rule for Bazel rules that a Debian package installs."""

def _debian_bazel_package_impl(repository_ctx):
    root = repository_ctx.path(repository_ctx.attr.path)
    if not root.exists:
        fail(("\n@{repo}: found no {path}.\n" +
              "Mend it with:\n\n    sudo apt-get install {package}\n").format(
            repo = repository_ctx.name,
            path = root,
            package = repository_ctx.attr.package,
        ))
    for entry in root.readdir():
        repository_ctx.symlink(entry, entry.basename)

debian_bazel_package = repository_rule(
    implementation = _debian_bazel_package_impl,
    local = True,
    attrs = {
        "package": attr.string(mandatory = True, doc = "Debian package"),
        "path": attr.string(mandatory = True, doc = "where it installs them"),
    },
)

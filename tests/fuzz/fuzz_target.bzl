"""A libFuzzer program; it links with --config=fuzz only."""

load("@rules_cc//cc:defs.bzl", "cc_binary")

def fuzz_target(name, deps):
    """Declares the fuzz target of NAME.cc; see run.sh.

    Args:
      name: also of its source, without .cc.
      deps: the library of what it feeds.
    """
    cc_binary(
        name = name,
        testonly = True,
        srcs = [name + ".cc"],
        tags = ["manual"],
        deps = deps,
    )

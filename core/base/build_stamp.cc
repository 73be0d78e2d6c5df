// What Bazel knows only when it links: see build_facts.h. BUILD_EMBED_LABEL
// comes from a header that Bazel includes, and is "redacted" without --stamp.

namespace maskfill {

extern const char kBuildLabel[];
const char kBuildLabel[] = BUILD_EMBED_LABEL;

}  // namespace maskfill

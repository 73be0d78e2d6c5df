// What a program was built from.
#ifndef MASKFILL_CORE_BASE_BUILD_FACTS_H_
#define MASKFILL_CORE_BASE_BUILD_FACTS_H_

#include <string>

namespace maskfill {

// The version of the tools, as recorded in every manifest and checkpoint.
extern const char kToolVersion[];

// At namespace scope of a library that is built against another one, which the
// layers below do not know:
//
//   const BuildFact kLibTorch("LibTorch", TORCH_VERSION);
class BuildFact {
 public:
  BuildFact(const std::string& name, const std::string& value);
};

// "0.1.0, commit 1a2b3c4d5e6f, GCC 12.2.0, LibTorch 2.13.0", as --version
// prints it. The commit is what `bazel build --stamp --embed_label=` was given
// (tools/package.sh does); other builds say "commit not stamped", so that no
// commit makes a built program stale. Only after main() has begun.
std::string BuildText();

}  // namespace maskfill

#endif  // MASKFILL_CORE_BASE_BUILD_FACTS_H_

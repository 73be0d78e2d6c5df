#include "core/base/build_facts.h"

#include <map>
#include <string>

#include "absl/strings/str_cat.h"

namespace maskfill {

// build_stamp.cc, which Bazel compiles as it links a program.
extern const char kBuildLabel[];

namespace {

std::map<std::string, std::string>& Facts() {
  static auto* const facts = new std::map<std::string, std::string>;
  return *facts;
}

#ifdef __clang__
constexpr char kCompiler[] = "Clang " __clang_version__;
#else
constexpr char kCompiler[] = "GCC " __VERSION__;
#endif

}  // namespace

const char kToolVersion[] = "0.1.0";

BuildFact::BuildFact(const std::string& name, const std::string& value) {
  Facts()[name] = value;
}

std::string BuildText() {
  const std::string label = kBuildLabel;
  const bool stamped = !label.empty() && label != "redacted";
  std::string text =
      absl::StrCat(kToolVersion, ", commit ", stamped ? label : "not stamped",
                   ", ", kCompiler);
  for (const auto& [name, value] : Facts()) {
    absl::StrAppend(&text, ", ", name, " ", value);
  }
  return text;
}

}  // namespace maskfill

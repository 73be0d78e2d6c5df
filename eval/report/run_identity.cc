#include "eval/report/run_identity.h"

#include <optional>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/status_macros.h"
#include "core/record/manifest.h"
#include "core/record/manifest_text.h"
#include "eval/past_work.h"

namespace maskfill {
namespace {

constexpr char kTrain[] = "train";

// "object-0.3-single", as far as the set is still there.
absl::StatusOr<std::string> CounterfactualsOf(const v1::Manifest& training) {
  const v1::InputReference* input = FindInput(training, "counterfactuals");
  if (input == nullptr) return "";
  ASSIGN_OR_RETURN(const std::optional<v1::Manifest> set,
                   PastSet(input->path()));
  if (!set.has_value() || set->content_fingerprint() != input->fingerprint()) {
    return "";
  }
  return absl::StrCat(" ", MaskingOf(*set));
}

// "wise_ft-0.5".
std::string MergeOf(const v1::Manifest& merge) {
  const std::string alpha = OptionOf(merge, "alpha");
  return absl::StrCat(OptionOf(merge, "method"), alpha.empty() ? "" : "-",
                      alpha);
}

bool IsTraining(const v1::Manifest& entry) { return entry.tool() == kTrain; }

}  // namespace

absl::StatusOr<std::string> MethodOf(const v1::EvalReport& report) {
  if (report.lineage().empty()) return "";
  const v1::Manifest& made_by = report.lineage(0);
  if (IsTraining(made_by)) {
    ASSIGN_OR_RETURN(const std::string masks, CounterfactualsOf(made_by));
    return OptionOf(made_by, "mode") + masks;
  }
  if (made_by.tool() == "merge_models") {
    return MergeOf(made_by);
  }
  return made_by.tool() == "build_zeroshot" ? "zero-shot" : made_by.tool();
}

std::optional<int64_t> SeedOf(const v1::EvalReport& report) {
  std::set<int64_t> seeds;
  for (const v1::Manifest& entry : report.lineage()) {
    if (IsTraining(entry)) seeds.insert(static_cast<int64_t>(entry.seed()));
    // What a training started from or was taught by has seeds of its own.
    if (&entry == &report.lineage(0) && IsTraining(entry)) break;
  }
  if (seeds.size() != 1) return std::nullopt;
  return *seeds.begin();
}

std::string RecipeOf(const v1::EvalReport& report) {
  return absl::StrJoin(
      report.lineage(), "\n", [](std::string* out, const v1::Manifest& entry) {
        absl::StrAppend(out, entry.tool(), " ", entry.algorithm_version());
        for (const v1::Option& option : entry.options()) {
          absl::StrAppend(out, " --", option.name(), "=", option.value());
        }
        // Other inputs depend on seeds themselves.
        const v1::InputReference* images = FindInput(entry, "images");
        if (images != nullptr) {
          absl::StrAppend(out, " --images=", images->fingerprint());
        }
      });
}

}  // namespace maskfill

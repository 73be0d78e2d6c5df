#include "feature_tool/compared_features.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "core/base/status_macros.h"
#include "core/masking/relevance_cut.h"
#include "core/record/feature_values.h"
#include "core/record/manifest.h"
#include "core/record/manifest_text.h"
#include "proto/records.pb.h"

namespace maskfill {
namespace {

using Cell = FeatureCompareReport::Cell;
using Checkpoint = FeatureCompareReport::Checkpoint;

absl::StatusOr<RecordSet> OpenFeatures(const std::string& dir) {
  return RecordSet::Open(dir, v1::FeatureRecord::descriptor()->full_name());
}

absl::StatusOr<std::array<Checkpoint, 2>> CheckpointsOf(const RecordSet& set) {
  std::array<Checkpoint, 2> checkpoints;
  int64_t count = 0;
  for (;; ++count) {
    const v1::InputReference* const input =
        FindInput(set.manifest(), CheckpointRole(count));
    if (input == nullptr) break;
    if (count < 2) checkpoints[count] = {input->path(), input->fingerprint()};
  }
  if (count == 2) return checkpoints;
  return absl::FailedPreconditionError(
      absl::StrCat("\"", set.dir(), "\" holds the features of ", count,
                   " checkpoints, expected the two to compare; make it with "
                   "feature_tool --checkpoint=A,B"));
}

absl::Status Apart(const RecordSet& a, const RecordSet& b,
                   absl::string_view what, absl::string_view of_a,
                   absl::string_view of_b, absl::string_view advice) {
  return absl::FailedPreconditionError(absl::StrCat(
      "\"", b.dir(), "\" and \"", a.dir(), "\" cannot be compared: ", what, " ",
      of_b, " and ", of_a, "; ", advice));
}

// The same checkpoints, computed alike.
absl::Status CheckComputedAlike(const ComparedFeatures& compared,
                                const RecordSet& set) {
  ASSIGN_OR_RETURN(const auto checkpoints, CheckpointsOf(set));
  for (size_t n = 0; n < checkpoints.size(); ++n) {
    const Checkpoint& expected = compared.checkpoints[n];
    if (checkpoints[n].fingerprint == expected.fingerprint) continue;
    return Apart(
        compared.clean, set, absl::StrCat(CheckpointRole(n), " is"),
        absl::StrCat(expected.fingerprint, " (\"", expected.dir, "\")"),
        absl::StrCat(checkpoints[n].fingerprint, " (\"", checkpoints[n].dir,
                     "\")"),
        "make both with the same two checkpoints in the same order");
  }
  for (const char* name : {"dtype", "precision"}) {
    const std::string a = OptionOf(compared.clean.manifest(), name);
    const std::string b = OptionOf(set.manifest(), name);
    if (a != b) {
      return Apart(compared.clean, set, absl::StrCat("--", name, " is"), a, b,
                   "make both alike");
    }
  }
  return absl::OkStatus();
}

// A set of counterfactuals, of which only the manifest counts.
struct Source {
  std::string dir;
  v1::Manifest manifest;
};

absl::StatusOr<Source> ReadSource(const std::string& dir) {
  ASSIGN_OR_RETURN(const std::string path, FindManifest(dir));
  ASSIGN_OR_RETURN(v1::Manifest manifest, ReadManifest(path));
  return Source{dir, std::move(manifest)};
}

// The counterfactuals that `features` are of: one of `given`, or where
// feature_tool read them.
absl::StatusOr<Source> SourceOf(const RecordSet& features,
                                const std::vector<Source>& given) {
  const v1::InputReference* const input =
      FindInput(features.manifest(), "counterfactuals");
  if (input == nullptr) {
    return absl::FailedPreconditionError(
        absl::StrCat("\"", features.dir(),
                     "\" holds features of images as they are, expected of "
                     "counterfactuals; that of the images is --clean"));
  }
  for (const Source& source : given) {
    if (source.manifest.content_fingerprint() == input->fingerprint()) {
      return source;
    }
  }
  absl::StatusOr<Source> source = ReadSource(input->path());
  if (source.ok() &&
      source->manifest.content_fingerprint() == input->fingerprint()) {
    return source;
  }
  return absl::FailedPreconditionError(absl::StrCat(
      "\"", features.dir(), "\" is of the counterfactuals \"", input->path(),
      "\", which are ",
      source.ok()
          ? "others now"
          : absl::StrCat("not to be found (", source.status().message(), ")"),
      "; say where they are (--counterfactuals), or make the features again"));
}

absl::StatusOr<Cell> CellOf(const v1::Manifest& counterfactuals) {
  Cell cell{.mask = OptionOf(counterfactuals, "mask"),
            .cut = "",
            .rate_from = OptionOf(counterfactuals, "rate_from"),
            .fill = OptionOf(counterfactuals, "fill"),
            .donors = OptionOf(counterfactuals, "donors")};
  std::vector<absl::string_view> cuts = {"rate"};
  for (const RelevanceCutRule& rule : RelevanceCutRules()) {
    cuts.push_back(rule.name);
  }
  for (const absl::string_view cut : cuts) {
    const std::string value = OptionOf(counterfactuals, cut);
    if (value.empty() || !absl::SimpleAtod(value, &cell.value)) continue;
    cell.cut = std::string(cut);
    return cell;
  }
  return absl::FailedPreconditionError(
      "its manifest does not say how its masks were made; make it again with "
      "mask_tool");
}

absl::Status CheckDrawnAlike(const ComparedFeatures& compared,
                             const RecordSet& features,
                             const v1::Manifest& source) {
  const v1::InputReference* const clean =
      FindInput(compared.clean.manifest(), "images");
  const v1::InputReference* const images = FindInput(source, "images");
  const absl::string_view found =
      images == nullptr ? absl::string_view() : images->fingerprint();
  if (found != clean->fingerprint()) {
    return Apart(compared.clean, features, "they are of the images",
                 clean->fingerprint(), found,
                 "make both of the same ingested set");
  }
  if (compared.sets.empty()) return absl::OkStatus();
  const RecordSet& first = compared.sets[0].features;
  if (source.seed() != compared.seed) {
    return Apart(first, features, "they were drawn with the seeds",
                 absl::StrCat(compared.seed), absl::StrCat(source.seed()),
                 "give mask_tool the same --seed");
  }
  return absl::OkStatus();
}

absl::StatusOr<int64_t> VariantsOf(const v1::Manifest& counterfactuals) {
  int64_t variants = 0;
  if (absl::SimpleAtoi(OptionOf(counterfactuals, "variants"), &variants) &&
      variants > 0) {
    return variants;
  }
  return absl::FailedPreconditionError(
      "its manifest does not say how many counterfactuals it has of an image; "
      "make it again with mask_tool");
}

absl::Status AddSet(const std::string& dir, const std::vector<Source>& given,
                    ComparedFeatures* compared) {
  ASSIGN_OR_RETURN(RecordSet features, OpenFeatures(dir));
  RETURN_IF_ERROR(CheckComputedAlike(*compared, features));
  ASSIGN_OR_RETURN(const Source source, SourceOf(features, given));
  const v1::Manifest& manifest = source.manifest;
  RETURN_IF_ERROR(CheckDrawnAlike(*compared, features, manifest));
  const std::string where = absl::StrCat("\"", source.dir, "\"");
  ASSIGN_OR_RETURN(Cell cell, Annotate(CellOf(manifest), where));
  ASSIGN_OR_RETURN(const int64_t variants,
                   Annotate(VariantsOf(manifest), where));
  if (compared->sets.empty()) compared->seed = manifest.seed();
  compared->sets.push_back(
      {std::move(features), source.dir, std::move(cell), variants});
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ComparedFeatures> OpenComparedFeatures(
    const FeatureCompareOptions& options) {
  ASSIGN_OR_RETURN(RecordSet clean, OpenFeatures(options.clean));
  if (FindInput(clean.manifest(), "images") == nullptr) {
    return absl::FailedPreconditionError(
        absl::StrCat("--clean: \"", options.clean,
                     "\" holds features of counterfactuals, expected of the "
                     "images as they are"));
  }
  std::vector<Source> given;
  for (const std::string& dir : options.counterfactuals) {
    ASSIGN_OR_RETURN(given.emplace_back(),
                     Annotate(ReadSource(dir), "--counterfactuals"));
  }
  ASSIGN_OR_RETURN(auto checkpoints, CheckpointsOf(clean));
  ComparedFeatures compared{.clean = std::move(clean),
                            .checkpoints = std::move(checkpoints)};
  for (const std::string& dir : options.features) {
    RETURN_IF_ERROR(AddSet(dir, given, &compared));
  }
  return compared;
}

}  // namespace maskfill

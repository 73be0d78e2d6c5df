#include "spurious_shapes/dataset/make_spurious_shapes.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/image/encode_png.h"
#include "nlohmann/json.hpp"
#include "spurious_shapes/dataset/contact_sheet.h"
#include "spurious_shapes/dataset/set_writer.h"
#include "spurious_shapes/factors.h"

namespace maskfill {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kClassesFile[] = "classes.json";
constexpr char kContactSheetFile[] = "contact_sheet.png";
constexpr char kMappingsDirectory[] = "objectnet-1.0/mappings";
constexpr int64_t kContactSheetZoom = 2;

// Without our own state file, whatever lies where a set would go is someone
// else's: perhaps the real ImageNet.
absl::Status CheckNothingInTheWay(const BenchmarkOptions& options) {
  for (const Suite suite : options.suites) {
    for (const std::string& part :
         {SetDirectory(suite), MasksDirectory(suite), ScenesPath(suite)}) {
      const std::string path = JoinPath(options.output, part);
      if (!PathExists(path)) continue;
      return absl::FailedPreconditionError(absl::StrCat(
          "\"", path, "\" was not made by make_spurious_shapes (\"",
          options.output, "\" has no ", kBenchmarkStateFile,
          "); choose an empty directory for --output"));
    }
  }
  return absl::OkStatus();
}

absl::Status RemoveBenchmark(const std::string& dir) {
  for (const Suite suite : BenchmarkOptions::AllSuites()) {
    RETURN_IF_ERROR(RemoveSet(dir, suite));
  }
  for (const char* name : {kMappingsDirectory, kClassesFile, kContactSheetFile,
                           kBenchmarkStateFile}) {
    RETURN_IF_ERROR(RemoveTree(JoinPath(dir, name)));
  }
  return absl::OkStatus();
}

// The state to go on from: of an earlier run with the same options, or new.
absl::StatusOr<BenchmarkState> OpenDirectory(const BenchmarkOptions& options) {
  const std::string& dir = options.output;
  RETURN_IF_ERROR(MakeDirectories(dir));
  RETURN_IF_ERROR(RemoveStaleTemporaries(dir));
  const BenchmarkState wanted = BenchmarkState::Of(options);
  ASSIGN_OR_RETURN(std::optional<BenchmarkState> there,
                   ReadBenchmarkState(dir));
  if (there.has_value() && !options.overwrite) {
    RETURN_IF_ERROR(CheckSameBenchmark(dir, *there, wanted));
    return *there;
  }
  if (there.has_value()) RETURN_IF_ERROR(RemoveBenchmark(dir));
  RETURN_IF_ERROR(CheckNothingInTheWay(options));
  RETURN_IF_ERROR(WriteBenchmarkState(dir, wanted));
  return wanted;
}

bool IsOnDisk(const BenchmarkOptions& options, Suite suite) {
  return PathExists(JoinPath(options.output, SetDirectory(suite))) &&
         PathExists(JoinPath(options.output, MasksDirectory(suite))) &&
         PathExists(JoinPath(options.output, ScenesPath(suite)));
}

// Forgets finished sets that someone removed since, to make them again.
void ForgetMissingSets(const BenchmarkOptions& options, BenchmarkState* state) {
  const size_t removed = std::erase_if(state->sets, [&](const SetSummary& set) {
    const absl::StatusOr<Suite> suite = ParseSuite(set.name);
    return !suite.ok() || !IsOnDisk(options, *suite);
  });
  if (removed > 0) state->complete = false;
}

// Class keys in label order: for `ingest --classes` and
// `build_zeroshot --class_names`.
absl::Status WriteClasses(const std::string& dir) {
  Json keys = Json::array();
  for (int i = 0; i < kNumShapes; ++i) {
    keys.push_back(std::string(ShapeName(static_cast<Shape>(i))));
  }
  return WriteFileAtomically(JoinPath(dir, kClassesFile), keys.dump(1) + "\n");
}

// As ObjectNet's archive has them: folder to name, name to ImageNet's class.
absl::Status WriteObjectNetMappings(const std::string& dir) {
  Json folder_to_label = Json::object();
  Json label_to_key = Json::object();
  for (int i = 0; i < kNumShapes; ++i) {
    const Shape shape = static_cast<Shape>(i);
    const std::string label(ObjectNetLabel(shape));
    folder_to_label[std::string(ObjectNetFolder(shape))] = label;
    label_to_key[label] = std::string(ShapeName(shape));
  }
  const std::string mappings = JoinPath(dir, kMappingsDirectory);
  RETURN_IF_ERROR(MakeDirectories(mappings));
  RETURN_IF_ERROR(
      WriteFileAtomically(JoinPath(mappings, "folder_to_objectnet_label.json"),
                          folder_to_label.dump(1) + "\n"));
  return WriteFileAtomically(
      JoinPath(mappings, "objectnet_to_imagenet_1k.json"),
      label_to_key.dump(1) + "\n");
}

absl::Status WriteContactSheet(const BenchmarkOptions& options) {
  ASSIGN_OR_RETURN(
      const std::string png,
      EncodePng(MakeContactSheet(options.seed, options.correlation,
                                 options.image_size, kContactSheetZoom)));
  return WriteFileAtomically(JoinPath(options.output, kContactSheetFile), png);
}

// In the order of Suite, however often the run was interrupted.
void SortSets(BenchmarkState* state) {
  std::sort(state->sets.begin(), state->sets.end(),
            [](const SetSummary& a, const SetSummary& b) {
              return *ParseSuite(a.name) < *ParseSuite(b.name);
            });
}

absl::Status WriteMissingSets(const BenchmarkOptions& options,
                              BenchmarkState* state, int64_t* images) {
  int64_t total = 0;
  int64_t done = 0;
  for (const Suite suite : options.suites) {
    total += options.SizeOf(suite);
    const SetSummary* set = state->FindSet(InfoOf(suite).name);
    if (set != nullptr) done += set->images;
  }
  Progress progress(options.progress, "make_spurious_shapes", "images", total,
                    done);
  for (const Suite suite : options.suites) {
    if (state->FindSet(InfoOf(suite).name) != nullptr) continue;
    ASSIGN_OR_RETURN(SetSummary set,
                     Annotate(WriteSet(options, suite, &progress),
                              absl::StrCat("set ", InfoOf(suite).name)));
    *images += set.images;
    state->sets.push_back(std::move(set));
    SortSets(state);
    RETURN_IF_ERROR(WriteBenchmarkState(options.output, *state));
  }
  return absl::OkStatus();
}

absl::Status WriteSummary(const BenchmarkOptions& options,
                          const MakeSpuriousShapesStats& stats) {
  if (options.summary_json.empty()) return absl::OkStatus();
  const Json json = {{"status", "OK"},
                     {"tool", "make_spurious_shapes"},
                     {"fingerprint", stats.state.fingerprint},
                     {"already_done", stats.already_done},
                     {"images", stats.images},
                     {"seconds", stats.seconds}};
  return WriteFileAtomically(options.summary_json, json.dump(2) + "\n");
}

}  // namespace

absl::StatusOr<MakeSpuriousShapesStats> MakeSpuriousShapes(
    const BenchmarkOptions& options) {
  const absl::Time start = absl::Now();
  MakeSpuriousShapesStats stats;
  ASSIGN_OR_RETURN(stats.state, OpenDirectory(options));
  ForgetMissingSets(options, &stats.state);
  stats.already_done = stats.state.complete;
  if (!stats.already_done) {
    RETURN_IF_ERROR(WriteMissingSets(options, &stats.state, &stats.images));
    RETURN_IF_ERROR(WriteClasses(options.output));
    if (stats.state.FindSet(InfoOf(Suite::kObjectNet).name) != nullptr) {
      RETURN_IF_ERROR(WriteObjectNetMappings(options.output));
    }
    RETURN_IF_ERROR(WriteContactSheet(options));
    stats.state.complete = true;
    RETURN_IF_ERROR(WriteBenchmarkState(options.output, stats.state));
  }
  stats.seconds = absl::ToDoubleSeconds(absl::Now() - start);
  RETURN_IF_ERROR(WriteSummary(options, stats));
  return stats;
}

}  // namespace maskfill

#include "spurious_shapes/dataset/make_spurious_shapes.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/image/encode_png.h"
#include "core/work/run.h"
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

bool Contains(const BenchmarkOptions& options, Suite suite) {
  return std::find(options.suites.begin(), options.suites.end(), suite) !=
         options.suites.end();
}

// All that any benchmark leaves; the results are those of this one.
RunFiles BenchmarkFiles(const BenchmarkOptions& options) {
  RunFiles files;
  files.files = {kClassesFile, kContactSheetFile, kBenchmarkStateFile};
  files.directories = {
      {"scenes", {"*.csv"}}, {"masks", {}}, {kMappingsDirectory, {"*.json"}}};
  files.results = files.files;
  for (const Suite suite : BenchmarkOptions::AllSuites()) {
    const std::string source(InfoOf(suite).source);
    files.directories.push_back({source, {}});
    files.directories.push_back({JoinPath("masks", source), {}});
    const RunFiles set = SetFiles(suite);
    files.directories.insert(files.directories.end(), set.directories.begin(),
                             set.directories.end());
    if (!Contains(options, suite)) continue;
    files.results.insert(files.results.end(), set.results.begin(),
                         set.results.end());
    if (suite == Suite::kObjectNet) files.results.push_back(kMappingsDirectory);
  }
  files.remade = files.results;
  return files;
}

// The sets that an earlier run of the same work finished, without those that
// somebody removed or cut since.
absl::StatusOr<BenchmarkState> FindFinishedSets(const BenchmarkOptions& options,
                                                const v1::Manifest& plan) {
  BenchmarkState state = BenchmarkState::Of(plan);
  const absl::StatusOr<BenchmarkState> there =
      ReadBenchmarkState(options.run.output);
  if (absl::IsNotFound(there.status())) return state;
  RETURN_IF_ERROR(there.status());
  if (there->fingerprint != state.fingerprint) return state;
  for (const SetSummary& set : there->sets) {
    ASSIGN_OR_RETURN(const Suite suite, ParseSuite(set.name));
    ASSIGN_OR_RETURN(const bool is_written, IsWritten(options, suite));
    if (is_written) state.sets.push_back(set);
  }
  return state;
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
      EncodePng(MakeContactSheet(options.run.seed, options.correlation,
                                 options.image_size, kContactSheetZoom)));
  return WriteFileAtomically(JoinPath(options.run.output, kContactSheetFile),
                             png);
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
  Progress progress(options.run.progress, "make_spurious_shapes", "images",
                    total, done);
  for (const Suite suite : options.suites) {
    if (state->FindSet(InfoOf(suite).name) != nullptr) continue;
    ASSIGN_OR_RETURN(SetSummary set,
                     Annotate(WriteSet(options, suite, &progress),
                              absl::StrCat("set ", InfoOf(suite).name)));
    *images += set.images;
    state->sets.push_back(std::move(set));
    SortSets(state);
    RETURN_IF_ERROR(WriteBenchmarkState(options.run.output, *state));
  }
  return absl::OkStatus();
}

absl::Status MakeBenchmark(const BenchmarkOptions& options,
                           v1::Manifest* result, int64_t* images) {
  const std::string& dir = options.run.output;
  ASSIGN_OR_RETURN(BenchmarkState state, FindFinishedSets(options, *result));
  RETURN_IF_ERROR(WriteMissingSets(options, &state, images));
  RETURN_IF_ERROR(WriteClasses(dir));
  if (Contains(options, Suite::kObjectNet)) {
    RETURN_IF_ERROR(WriteObjectNetMappings(dir));
  }
  RETURN_IF_ERROR(WriteContactSheet(options));
  state.complete = true;
  RETURN_IF_ERROR(WriteBenchmarkState(dir, state));
  for (const SetSummary& set : state.sets) {
    AddCounter(absl::StrCat(set.name, "_images"),
               static_cast<double>(set.images), result);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<MakeSpuriousShapesStats> MakeSpuriousShapes(
    const BenchmarkOptions& options) {
  MakeSpuriousShapesStats stats;
  ASSIGN_OR_RETURN(
      const WorkResult result,
      MakeRun(options.run, BenchmarkWork(options), BenchmarkFiles(options),
              /*again=*/false, [&](const std::string&, WorkResult* made) {
                return MakeBenchmark(options, &made->manifest, &stats.images);
              }));
  stats.already_done = result.already_done;
  stats.seconds = result.seconds;
  if (!result.complete) return stats;  // a dry run
  ASSIGN_OR_RETURN(stats.state, ReadBenchmarkState(options.run.output));
  return stats;
}

}  // namespace maskfill

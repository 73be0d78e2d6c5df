#include "spurious_shapes/dataset/benchmark_state.h"

#include "absl/strings/str_cat.h"
#include "core/base/atomic_file.h"
#include "core/base/build_facts.h"
#include "core/base/files.h"
#include "core/base/foreign_json.h"
#include "core/base/names.h"
#include "core/base/status_macros.h"
#include "nlohmann/json.hpp"
#include "spurious_shapes/factors.h"
#include "spurious_shapes/renderer.h"
#include "spurious_shapes/suites.h"

namespace maskfill {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kSchemaVersion = 1;

std::string Text(absl::string_view text) { return std::string(text); }

Json SetToJson(const SetSummary& set) {
  Json json = {{"name", set.name}};
  if (const absl::StatusOr<Suite> suite = ParseSuite(set.name); suite.ok()) {
    const SuiteInfo& info = InfoOf(*suite);
    json["layout"] = Text(info.layout);
    json["split"] = Text(info.split);
    json["source"] = Text(info.source);
  }
  json["scenes"] = absl::StrCat("scenes/", set.name, ".csv");
  json["images"] = set.images;
  json["usual_background_images"] = set.usual_background_images;
  json["content_sha256"] = set.content_sha256;
  return json;
}

Json ClassesToJson() {
  Json classes = Json::array();
  for (int i = 0; i < kNumShapes; ++i) {
    const Shape shape = static_cast<Shape>(i);
    classes.push_back(
        {{"label", i},
         {"key", Text(ShapeName(shape))},
         {"objectnet_folder", Text(ObjectNetFolder(shape))},
         {"objectnet_name", Text(ObjectNetLabel(shape))},
         {"usual_background", Text(BackgroundName(UsualBackground(shape)))}});
  }
  return classes;
}

BenchmarkState FromJson(const Json& json) {
  BenchmarkState state;
  state.fingerprint = json.at("fingerprint").get<std::string>();
  state.options = json.at("options").get<std::map<std::string, std::string>>();
  state.complete = json.at("complete").get<bool>();
  for (const Json& entry : json.at("sets")) {
    SetSummary set;
    set.name = entry.at("name").get<std::string>();
    set.images = entry.at("images").get<int64_t>();
    set.usual_background_images =
        entry.at("usual_background_images").get<int64_t>();
    set.content_sha256 = entry.at("content_sha256").get<std::string>();
    state.sets.push_back(std::move(set));
  }
  return state;
}

}  // namespace

BenchmarkState BenchmarkState::Of(const v1::Manifest& plan) {
  BenchmarkState state;
  state.fingerprint = plan.fingerprint();
  state.options["seed"] = absl::StrCat(plan.seed());
  for (const v1::Option& option : plan.options()) {
    state.options[option.name()] = option.value();
  }
  return state;
}

const SetSummary* BenchmarkState::FindSet(absl::string_view name) const {
  return FindRow(sets, name);
}

absl::StatusOr<BenchmarkState> ReadBenchmarkState(const std::string& dir) {
  const std::string path = JoinPath(dir, kBenchmarkStateFile);
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  try {
    return FromJson(ParseForeignJson<Json>(text));
  } catch (const Json::exception& error) {
    return absl::DataLossError(
        absl::StrCat("\"", path, "\" is damaged (", error.what(),
                     "); remove the directory and make the benchmark again"));
  }
}

absl::Status WriteBenchmarkState(const std::string& dir,
                                 const BenchmarkState& state) {
  Json json = {{"schema_version", kSchemaVersion},
               {"tool", "make_spurious_shapes"},
               {"tool_version", std::string(kToolVersion)},
               {"renderer_version", kRendererVersion},
               {"complete", state.complete},
               {"fingerprint", state.fingerprint},
               {"options", Json::object()},
               {"classes", ClassesToJson()},
               {"sets", Json::array()}};
  for (const auto& [name, value] : state.options) {
    json["options"][name] = value;
  }
  for (const SetSummary& set : state.sets) {
    json["sets"].push_back(SetToJson(set));
  }
  return WriteFileAtomically(JoinPath(dir, kBenchmarkStateFile),
                             json.dump(2) + "\n");
}

}  // namespace maskfill

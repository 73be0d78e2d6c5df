#include "record_tool/sample_formats.h"

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"

namespace maskfill {
namespace {

struct FeatureFiller {
  void operator()(int64_t value) {
    feature->mutable_int64_list()->add_value(value);
  }
  void operator()(float value) {
    feature->mutable_float_list()->add_value(value);
  }
  void operator()(const std::string& value) {
    feature->mutable_bytes_list()->add_value(value);
  }
  void operator()(const std::vector<int64_t>& values) {
    // The list is there also when it is empty.
    feature->mutable_int64_list();
    for (const int64_t value : values) (*this)(value);
  }
  void operator()(const std::vector<float>& values) {
    feature->mutable_float_list();
    for (const float value : values) (*this)(value);
  }
  void operator()(const std::vector<std::string>& values) {
    feature->mutable_bytes_list();
    for (const std::string& value : values) (*this)(value);
  }

  tensorflow::Feature* feature;
};

std::string TextOf(const Sample& sample, const char* name) {
  return std::get<std::string>(sample.at(name));
}

}  // namespace

tensorflow::Example ToTfExample(const Sample& sample) {
  tensorflow::Example example;
  auto& features = *example.mutable_features()->mutable_feature();
  for (const auto& [name, value] : sample) {
    std::visit(FeatureFiller{&features[name]}, value);
  }
  return example;
}

std::vector<std::pair<std::string, std::string>> ToWebDatasetFiles(
    int64_t number, const Sample& sample) {
  const std::string key = absl::StrFormat("%09d", number);
  std::vector<std::pair<std::string, std::string>> files;
  nlohmann::json json = nlohmann::json::object();
  for (const auto& [name, value] : sample) {
    if (name == kImageEncoded) {
      const std::string format = TextOf(sample, kImageFormat);
      files.emplace_back(
          absl::StrCat(key, ".", format == "jpeg" ? "jpg" : format),
          std::get<std::string>(value));
    } else if (name == kImageLabel) {
      files.emplace_back(absl::StrCat(key, ".cls"),
                         absl::StrCat(std::get<int64_t>(value)));
    } else {
      std::visit([&json, &name = name](const auto& v) { json[name] = v; },
                 value);
    }
  }
  // Ids come from file names, which need not be UTF-8.
  files.emplace_back(
      absl::StrCat(key, ".json"),
      json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  return files;
}

}  // namespace maskfill

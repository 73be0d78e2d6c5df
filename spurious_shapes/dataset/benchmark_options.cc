#include "spurious_shapes/dataset/benchmark_options.h"

#include <charconv>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/sha256.h"
#include "spurious_shapes/renderer.h"

namespace maskfill {
namespace {

// The fewest digits that read back as the same number.
std::string ShortestText(double value) {
  char text[32];
  const std::to_chars_result end =
      std::to_chars(text, text + sizeof(text), value);
  return std::string(text, end.ptr);
}

}  // namespace

std::vector<Suite> BenchmarkOptions::AllSuites() {
  std::vector<Suite> suites;
  for (int i = 0; i < kNumSuites; ++i) suites.push_back(static_cast<Suite>(i));
  return suites;
}

std::map<std::string, std::string> BenchmarkOptions::Resolved() const {
  std::vector<absl::string_view> names;
  for (const Suite suite : suites) names.push_back(InfoOf(suite).name);
  return {
      {"correlation", ShortestText(correlation)},
      {"image_size", absl::StrCat(image_size)},
      {"seed", absl::StrCat(seed)},
      {"suites", absl::StrJoin(names, ",")},
      {"test_size", absl::StrCat(test_size)},
      {"train_size", absl::StrCat(train_size)},
  };
}

std::string BenchmarkOptions::Fingerprint() const {
  Sha256 sha;
  sha.UpdateField("make_spurious_shapes");
  sha.UpdateField(absl::StrCat(kRendererVersion));
  for (const auto& [name, value] : Resolved()) {
    sha.UpdateField(name);
    sha.UpdateField(value);
  }
  return sha.HexDigest();
}

}  // namespace maskfill

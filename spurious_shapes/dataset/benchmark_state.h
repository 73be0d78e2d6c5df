// spurious_shapes.json: the sets that a benchmark directory holds.
#ifndef MASKFILL_SPURIOUS_SHAPES_DATASET_BENCHMARK_STATE_H_
#define MASKFILL_SPURIOUS_SHAPES_DATASET_BENCHMARK_STATE_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/manifest.pb.h"

namespace maskfill {

// Name of the file in the benchmark's directory.
inline constexpr char kBenchmarkStateFile[] = "spurious_shapes.json";

// A finished set.
struct SetSummary {
  std::string name;  // of SuiteInfo
  int64_t images = 0;
  int64_t usual_background_images = 0;  // that have their class's background
  // SHA-256 hex over the paths and bytes of all pictures and masks and the
  // scene list.
  std::string content_sha256;
};

struct BenchmarkState {
  std::string fingerprint;                     // of the work
  std::map<std::string, std::string> options;  // that decide the bytes, by name
  std::vector<SetSummary> sets;  // finished ones, in order of publication
  bool complete = false;         // all sets and the rest are there

  // Of a benchmark that is begun.
  static BenchmarkState Of(const v1::Manifest& plan);
  const SetSummary* FindSet(absl::string_view name) const;
};

// NotFound when `dir` has no such file; DataLoss when it does not parse.
absl::StatusOr<BenchmarkState> ReadBenchmarkState(const std::string& dir);

// Atomically. Adds, for people and scripts, how to ingest each set and the
// classes.
absl::Status WriteBenchmarkState(const std::string& dir,
                                 const BenchmarkState& state);

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_DATASET_BENCHMARK_STATE_H_

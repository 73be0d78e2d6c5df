// What a run was asked to make: all that decides the result, and nothing else.
#ifndef MASKFILL_CORE_WORK_WORK_H_
#define MASKFILL_CORE_WORK_WORK_H_

#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/base/number_text.h"
#include "proto/manifest.pb.h"

namespace maskfill {

// Two runs with equal Work make the same result, wherever it lies, in however
// many parts and on however many threads. The disk form is the head of a
// v1::Manifest, with its fingerprint (core/record/manifest.h).
//
//   Work work{.tool = "cam_tool", .algorithm_version = kAttributionVersion};
//   work.AddOption("target", ToString(options.target));
//   work.AddNumber("layers", options.layers);
//   work.AddInput(images.AsInput("images"));
struct Work {
  std::string tool;
  // Stands beside the algorithm and is raised when its results change. The
  // release of the software is only noted: it makes nothing stale.
  uint32_t algorithm_version = 1;
  uint64_t seed = 0;                     // 0 where nothing is random
  std::vector<v1::Option> options = {};  // in any order
  std::vector<v1::InputReference> inputs = {};

  void AddOption(absl::string_view name, absl::string_view value);
  template <typename Number>
    requires std::is_arithmetic_v<Number>
  void AddNumber(absl::string_view name, Number value) {
    AddOption(name, NumberText(value));
  }
  // `path` as the user gave it: for messages, and so that no output can be put
  // where an input lies. It is no part of what makes work the same.
  void AddInput(absl::string_view role, absl::string_view path,
                absl::string_view fingerprint);
  void AddInput(v1::InputReference input);
};

// The head of a manifest of `work`, with its fingerprint. `name`: of the set
// or tool; `record_type`: what it holds, "maskfill.v1.CamRecord" or
// "checkpoint".
v1::Manifest PlanOf(const Work& work, absl::string_view name,
                    absl::string_view record_type);

// Adds to the numbers that summary and ledger keep of a result. Only what is
// the same in every run: no seconds.
void AddCounter(absl::string_view name, double value, v1::Manifest* result);
// Adds a remark for people, likewise.
void AddNote(absl::string_view name, absl::string_view value,
             v1::Manifest* result);
// The counter's value, or 0.
double CounterOf(const v1::Manifest& result, absl::string_view name);
// The remark, or an empty text.
std::string NoteOf(const v1::Manifest& result, absl::string_view name);

}  // namespace maskfill

#endif  // MASKFILL_CORE_WORK_WORK_H_

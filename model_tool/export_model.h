// Turns a checkpoint directory into what other libraries load unchanged.
#ifndef MASKFILL_MODEL_TOOL_EXPORT_MODEL_H_
#define MASKFILL_MODEL_TOOL_EXPORT_MODEL_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "core/work/run_options.h"
#include "core/work/work_result.h"
#include "model_tool/export_format.h"

namespace maskfill {

inline constexpr uint32_t kExportModelVersion = 1;

struct ExportModelOptions {
  RunOptions run;          // output: a directory
  std::string checkpoint;  // directory
  // Directory of the checkpoint whose text tower completes one that has none,
  // as classifiers have: with the CLIP that it was made from it is a CLIP
  // again. Empty: none is added.
  std::string text_tower;
  ExportFormat format = ExportFormat::kOpenClip;
};

// Writes FilesOf(format); see docs/weights.md. Holds one copy of the tensors.
// The result counts "parameters" and, where there is a head, "classes".
//
// FailedPrecondition as of CheckFits, and when `text_tower` has none, is of
// another joint space, or is not needed.
absl::StatusOr<WorkResult> ExportModel(const ExportModelOptions& options);

// For people: what was done; empty for a dry run.
std::string ToText(const WorkResult& result, const ExportModelOptions& options);

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_EXPORT_MODEL_H_

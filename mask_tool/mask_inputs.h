// What mask_tool reads, and what it is asked for in one manifest.
#ifndef MASKFILL_MASK_TOOL_MASK_INPUTS_H_
#define MASKFILL_MASK_TOOL_MASK_INPUTS_H_

#include <optional>

#include "absl/status/statusor.h"
#include "core/record/record_set.h"
#include "core/work/work.h"
#include "mask_tool/mask_tool_options.h"

namespace maskfill {

struct MaskInputs {
  RecordSet images;
  std::optional<RecordSet> cams;
  // Where donors are from other images than `images`.
  std::optional<RecordSet> donors;

  // The images that give their pixels.
  const RecordSet& pool() const {
    return donors.has_value() ? *donors : images;
  }
};

// Opens the sets; reads no records. Errors name the flag; FailedPrecondition
// when CAMs are of other images.
absl::StatusOr<MaskInputs> OpenMaskInputs(const MaskToolOptions& options);

// All that decides the counterfactuals. `options` is resolved.
Work MaskWork(const MaskInputs& inputs, const CounterfactualOptions& options);

}  // namespace maskfill

#endif  // MASKFILL_MASK_TOOL_MASK_INPUTS_H_

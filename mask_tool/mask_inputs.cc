#include "mask_tool/mask_inputs.h"

#include <utility>

#include "core/base/status_macros.h"
#include "core/masking/counterfactual_options.h"
#include "core/masking/fill_kind.h"
#include "core/record/manifest.h"

namespace maskfill {

absl::StatusOr<MaskInputs> OpenMaskInputs(const MaskToolOptions& options) {
  ASSIGN_OR_RETURN(
      RecordSet images,
      RecordSet::Open(options.run.input, "maskfill.v1.ImageRecord"));
  MaskInputs inputs{std::move(images), std::nullopt, std::nullopt};
  if (!options.cams.empty()) {
    ASSIGN_OR_RETURN(RecordSet cams,
                     RecordSet::Open(options.cams, "maskfill.v1.CamRecord"));
    RETURN_IF_ERROR(CheckSameImages(inputs.images.manifest(), cams.manifest(),
                                    inputs.images.dir(), cams.dir()));
    inputs.cams = std::move(cams);
  }
  if (!options.donor_input.empty()) {
    ASSIGN_OR_RETURN(RecordSet donors,
                     Annotate(RecordSet::Open(options.donor_input,
                                              "maskfill.v1.ImageRecord"),
                              "--donor_input"));
    // The very images of the input are what is taken anyway.
    if (donors.manifest().content_fingerprint() !=
        inputs.images.manifest().content_fingerprint()) {
      inputs.donors = std::move(donors);
    }
  }
  return inputs;
}

Work MaskWork(const MaskInputs& inputs, const CounterfactualOptions& options) {
  Work work{.tool = "mask_tool",
            .algorithm_version = CounterfactualVersion(options),
            .seed = options.seed,
            .options = MaskAndFillOptions(options)};
  if (!inputs.cams.has_value()) {
    work.AddNumber("patch_size", options.patch_size);
  }
  work.AddNumber("variants", options.variants);
  work.AddOption("payload", ToString(options.payload));
  work.AddNumber("image_size", options.image_size);
  work.AddInput(inputs.images.AsInput("images"));
  if (inputs.cams.has_value()) work.AddInput(inputs.cams->AsInput("cams"));
  if (inputs.donors.has_value() && RuleOf(options.fill).takes_pool) {
    work.AddInput(inputs.donors->AsInput("donors"));
  }
  return work;
}

}  // namespace maskfill

// The kinds of class activation maps, and what each needs.
#ifndef MASKFILL_CORE_CAM_CAM_KIND_H_
#define MASKFILL_CORE_CAM_CAM_KIND_H_

#include <cstdint>
#include <string>
#include <vector>

#include "ATen/core/Tensor.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "core/cam/cams.h"
#include "core/model/image_classifier.h"
#include "core/model/vision_transformer.h"

namespace maskfill {

// What the maps of a batch are made of. A kind looks at what it needs and at
// nothing else.
struct CamInputs {
  const ImageClassifier* classifier = nullptr;  // with explains_class
  const VisionTransformer* tower = nullptr;     // with needs_model
  at::Tensor pixels = {};   // as of VisionTransformer::Encode; with needs_model
  at::Tensor targets = {};  // as of ExplainedLogits; with explains_class
  int64_t layers = 0;       // the last so many, 0: all; with takes_layers
  uint64_t seed = 0;        // with takes_seed
  int64_t num_patches = 0;
  std::vector<std::string> ids = {};  // of the N images
};

// All of a kind stands in its row: flags, checks and the program know none by
// name.
struct CamKind {
  const char* name;         // of --method
  const char* description;  // for --help
  uint32_t algorithm_version = 1;
  // Explains the logit of a target with its gradient: needs a head.
  bool explains_class = false;
  // Runs the image tower. Otherwise images have ids and a grid only.
  bool needs_model = false;
  bool takes_layers = false;
  bool takes_seed = false;
  Cams (*compute)(const CamInputs& inputs) = nullptr;
};

absl::Span<const CamKind> AllCamKinds();

// The kind of that name. InvalidArgument lists them all.
absl::StatusOr<const CamKind*> ParseCamKind(absl::string_view name);

// The maps of a batch. On the CPU a large one goes through in parts
// (VisionTransformer::ImagesPerPart): attribution keeps what each image has in
// each layer. Cancelled when told to stop in between; what LibTorch throws as
// of CatchTorch.
absl::StatusOr<Cams> ComputeCams(const CamKind& kind, const CamInputs& inputs);

// "attribution (transformer attribution, ...), ...".
std::string DescribeCamKinds();
// "attribution and rollout": those for which `needs` holds.
std::string CamKindsThat(bool CamKind::* needs);

}  // namespace maskfill

#endif  // MASKFILL_CORE_CAM_CAM_KIND_H_

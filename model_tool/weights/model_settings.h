// A CLIP model's configuration from the shapes of its weights and from what is
// said about it.
#ifndef MASKFILL_MODEL_TOOL_WEIGHTS_MODEL_SETTINGS_H_
#define MASKFILL_MODEL_TOOL_WEIGHTS_MODEL_SETTINGS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/model/model_config.h"
#include "core/model/named_tensors.h"
#include "model_tool/weights/model_claims.h"

namespace maskfill {

// A setting, its value as text and who said it: "the weights", a file, a flag.
struct Setting {
  std::string name;
  std::string value;
  std::string by;
};

struct ModelSettings {
  ModelConfig config;
  std::vector<Setting> settings;     // all of them, in config.json's order
  std::vector<std::string> remarks;  // for people: what a flag overrode
};

// `tensors` have OpenAI's names. Sizes come from shapes, as in OpenAI's
// build_model, and every claim about them must agree (but the vocabulary's,
// which is looked at where a tokenizer is used). Activation, heads,
// epsilons and pixel statistics come from `claims`, which must agree with each
// other unless the first is a flag's ("--heads"). Where nobody says: heads are
// width / 64, as in all of OpenAI's models; epsilons and pixel statistics are
// CLIP's.
//
// InvalidArgument, saying which flag decides it, when the activation is not
// known, or heads are not named and width / 64 would be a guess: it is no whole
// number, or the width is one of those where published models differ (above
// 1024 in the image tower: ViT-H has 80 per head, g 88, G 104). DataLoss when
// the shapes are not those of a CLIP ViT, a claim is of another model, or two
// claims contradict each other. `result` has what was decided before an error.
absl::Status DecideModelSettings(const NamedTensors& tensors,
                                 const ModelClaims& claims,
                                 ModelSettings* result);

// A line of "  name  value  who said it" for each, in columns.
std::string SettingsText(const std::vector<Setting>& settings);

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_WEIGHTS_MODEL_SETTINGS_H_

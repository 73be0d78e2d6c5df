#include "model_tool/weights/foreign_models.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace maskfill {
namespace {

struct ForeignModel {
  // Parts of names; both must occur (an empty one always does).
  absl::string_view part;
  absl::string_view other_part;
  absl::string_view is;
};

// The first that fits is it.
constexpr ForeignModel kForeignModels[] = {
    {"lora_", "mlp.c_fc.weight",
     "has LoRA adapters that are not merged into its weights; merge them and "
     "save the result"},
    {"lora_", "mlp.fc1.",
     "has LoRA adapters that are not merged into its weights; merge them in "
     "Python (model.merge_and_unload()) and save the result"},
    {"lora_", "",
     "is an adapter (LoRA, PEFT) without the model; load it on its model in "
     "Python, merge it (model.merge_and_unload()) and save the result"},
    {"logit_bias", "vision_model.head.",
     "is a SigLIP; expected CLIP's ViT, with a class token"},
    {"logit_bias", "visual.trunk.",
     "is a SigLIP; expected CLIP's ViT, with a class token"},
    {"visual.trunk.", "",
     "has an image tower of timm's (visual.trunk.*); expected CLIP's own ViT "
     "(visual.transformer.*)"},
    {"text_decoder.", "", "is a CoCa; expected a CLIP ViT"},
    {"visual.attn_pool.", "",
     "has an image tower that pools by attention (CoCa); expected CLIP's class "
     "token"},
    {"visual.layer1.", "",
     "has a ResNet as image tower; expected a ViT, since the method masks "
     "patches"},
    {"visual.attnpool.", "",
     "has a ResNet as image tower; expected a ViT, since the method masks "
     "patches"},
    {"visual.stages.", "",
     "has a ConvNeXt as image tower; expected a ViT, since the method masks "
     "patches"},
    {"visual.blocks.", "",
     "has an EVA as image tower (visual.blocks.*); expected CLIP's own ViT "
     "(visual.transformer.*)"},
    {"text_model.embeddings.word_embeddings", "",
     "has a BERT as text tower (Chinese-CLIP, AltCLIP); expected CLIP's own "
     "text transformer"},
    {"bert.", "", "is a BERT, a text model; expected a CLIP ViT"},
    {"patch_embed.proj.", "blocks.0.",
     "is one of timm's ViTs, alone; expected a CLIP with its projection "
     "(visual.*), such as open_clip's file of the same model"},
    {"layer1.0.", "fc.", "is a ResNet; expected a CLIP ViT"},
};

bool AnyContains(const NamedTensors& tensors, absl::string_view part) {
  for (const auto& [name, tensor] : tensors) {
    if (absl::StrContains(name, part)) return true;
  }
  return false;
}

}  // namespace

std::string DescribeForeignModel(const NamedTensors& tensors) {
  for (const ForeignModel& model : kForeignModels) {
    for (const auto& [name, tensor] : tensors) {
      if (!absl::StrContains(name, model.part)) continue;
      if (!AnyContains(tensors, model.other_part)) break;
      return absl::StrCat(model.is, " (found \"", name, "\")");
    }
  }
  return "";
}

}  // namespace maskfill

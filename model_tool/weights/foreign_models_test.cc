#include "model_tool/weights/foreign_models.h"

#include <string>
#include <utility>
#include <vector>

#include "ATen/ops/zeros.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/tiny_clip.h"

namespace maskfill {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(ForeignModels, AreNamed) {
  const std::pair<std::vector<std::string>, std::string> models[] = {
      {{"visual.trunk.patch_embed.proj.weight"}, "timm"},
      {{"visual.layer1.0.conv1.weight"}, "ResNet"},
      {{"visual.attn_pool.query"}, "CoCa"},
      {{"logit_bias", "vision_model.head.probe"}, "SigLIP"},
      {{"logit_bias", "visual.trunk.cls_token"}, "SigLIP"},
      {{"patch_embed.proj.weight", "blocks.0.attn.qkv.weight"}, "timm's ViTs"},
      {{"text_model.embeddings.word_embeddings.weight"}, "Chinese-CLIP"},
      {{"bert.embeddings.word_embeddings.weight"}, "BERT"},
      {{"base.q_proj.lora_A.weight"}, "adapter"},
      {{"base.q_proj.lora_A.weight", "base.mlp.fc1.weight"},
       "merge_and_unload"},
  };
  for (const auto& [names, message] : models) {
    NamedTensors tensors;
    for (const std::string& name : names) tensors[name] = at::zeros({1});
    EXPECT_THAT(DescribeForeignModel(tensors),
                AllOf(HasSubstr(message), HasSubstr("found \"")))
        << message;
  }
}

TEST(ForeignModels, ClipIsNone) {
  EXPECT_THAT(DescribeForeignModel(TinyClipTensors()), IsEmpty());
}

}  // namespace
}  // namespace maskfill

#include "model_tool/weights/hugging_face_keys.h"

#include "ATen/ops/equal.h"
#include "ATen/ops/zeros.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tiny_clip.h"

namespace maskfill {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(HuggingFaceKeys, GoThereAndBackBitForBit) {
  const NamedTensors clip = TinyClipTensors();
  ASSERT_OK_AND_ASSIGN(const NamedTensors there, ToHuggingFaceNames(clip));
  EXPECT_TRUE(HasHuggingFaceNames(there));
  ASSERT_OK_AND_ASSIGN(const NamedTensors back, FromHuggingFaceNames(there));
  ASSERT_EQ(back.size(), clip.size());
  for (const auto& [name, tensor] : clip) {
    EXPECT_TRUE(at::equal(back.at(name), tensor)) << name;
  }
}

// The names and layouts of transformers' CLIPModel.
TEST(HuggingFaceKeys, SplitAndTransposeWhatIsLaidOutOtherwise) {
  const NamedTensors clip = TinyClipTensors();
  ASSERT_OK_AND_ASSIGN(const NamedTensors there, ToHuggingFaceNames(clip));
  // Width 8, embedding 4.
  EXPECT_THAT(there.at("visual_projection.weight").sizes(), ElementsAre(4, 8));
  const at::Tensor& joined =
      clip.at("visual.transformer.resblocks.1.attn.in_proj_weight");
  int first_row = 0;
  for (const char* name :
       {"vision_model.encoder.layers.1.self_attn.q_proj.weight",
        "vision_model.encoder.layers.1.self_attn.k_proj.weight",
        "vision_model.encoder.layers.1.self_attn.v_proj.weight"}) {
    EXPECT_TRUE(
        at::equal(there.at(name), joined.slice(0, first_row, first_row + 8)))
        << name;
    first_row += 8;
  }
  EXPECT_TRUE(at::equal(there.at("text_model.encoder.layers.0.mlp.fc2.bias"),
                        clip.at("transformer.resblocks.0.mlp.c_proj.bias")));
}

TEST(HuggingFaceKeys, CopyNothing) {
  const NamedTensors clip = TinyClipTensors();
  ASSERT_OK_AND_ASSIGN(const NamedTensors there, ToHuggingFaceNames(clip));
  EXPECT_TRUE(
      there.at("visual_projection.weight").is_alias_of(clip.at("visual.proj")));
  EXPECT_TRUE(
      there.at("text_model.encoder.layers.0.self_attn.k_proj.bias")
          .is_alias_of(clip.at("transformer.resblocks.0.attn.in_proj_bias")));
}

TEST(HuggingFaceKeys, NameATensorThatHasNoPlace) {
  EXPECT_THAT(ToHuggingFaceNames({{"classifier.bias", at::zeros({3})}}),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("\"classifier.bias\" has no name")));
  EXPECT_THAT(
      ToHuggingFaceNames(
          {{"transformer.resblocks.0.attn.in_proj_bias", at::zeros({4})}}),
      StatusIs(absl::StatusCode::kDataLoss, HasSubstr("has shape [4]")));
}

}  // namespace
}  // namespace maskfill

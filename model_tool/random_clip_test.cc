#include "model_tool/random_clip.h"

#include "core/base/files.h"
#include "core/base/sha256.h"
#include "core/base/status_matchers.h"
#include "core/base/test_paths.h"
#include "core/model/safetensors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "model_tool/tiny_clip.h"

namespace maskfill {
namespace {

using ::testing::HasSubstr;

TEST(RandomClip, WritesTheSameBytesAgain) {
  const std::string dir = TestDirectory();
  const std::string a = JoinPath(dir, "a.safetensors");
  const std::string b = JoinPath(dir, "b.safetensors");
  ASSERT_OK(MakeRandomClip(TinyClipOptions(), {.path = a}));
  ASSERT_OK(MakeRandomClip(TinyClipOptions(), {.path = b}));
  ASSERT_OK_AND_ASSIGN(const std::string digest, Sha256HexOfFile(a));
  EXPECT_THAT(Sha256HexOfFile(b), IsOkAndHolds(digest));
}

TEST(RandomClip, IsANoOpOrRefusesWhenTheFileExists) {
  const std::string path = JoinPath(TestDirectory(), "a.safetensors");
  RandomClipOptions options = TinyClipOptions();
  ASSERT_OK_AND_ASSIGN(const RandomClipStats first,
                       MakeRandomClip(options, {.path = path}));
  EXPECT_TRUE(first.written);
  ASSERT_OK_AND_ASSIGN(const RandomClipStats second,
                       MakeRandomClip(options, {.path = path}));
  EXPECT_TRUE(second.already_done);
  options.seed = 9;
  EXPECT_THAT(
      MakeRandomClip(options, {.path = path}),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("seed=9")));
  EXPECT_OK(MakeRandomClip(options, {.path = path, .overwrite = true}));
}

TEST(RandomClip, WritesNothingInADryRun) {
  const std::string path = JoinPath(TestDirectory(), "a.safetensors");
  ASSERT_OK_AND_ASSIGN(
      const RandomClipStats stats,
      MakeRandomClip(TinyClipOptions(), {.path = path, .dry_run = true}));
  EXPECT_GT(stats.parameters, 0);
  EXPECT_FALSE(PathExists(path));
}

TEST(RandomClip, HasTheDtypesOfOpenAisFiles) {
  const NamedTensors tensors = TinyClipTensors();
  for (const char* name :
       {"visual.conv1.weight", "visual.proj", "text_projection",
        "transformer.resblocks.0.attn.in_proj_bias",
        "visual.transformer.resblocks.1.mlp.c_fc.weight"}) {
    EXPECT_EQ(tensors.at(name).scalar_type(), at::kHalf) << name;
  }
  for (const char* name : {"logit_scale", "token_embedding.weight",
                           "visual.ln_pre.weight", "positional_embedding"}) {
    EXPECT_EQ(tensors.at(name).scalar_type(), at::kFloat) << name;
  }
}

TEST(RandomClip, HasTheDeviationsOfClip) {
  const NamedTensors tensors = TinyClipTensors();
  // 49408 * 8 values: the deviation is known to 0.02 / sqrt(2 * 395264) = 2e-5.
  const at::Tensor tokens = tensors.at("token_embedding.weight");
  EXPECT_NEAR(tokens.std().item<float>(), 0.02, 1e-4);
  EXPECT_NEAR(tokens.mean().item<float>(), 0, 2e-4);
  // 192 values of deviation 1 / sqrt(8) = 0.354, known to 0.018.
  EXPECT_NEAR(tensors.at("transformer.resblocks.0.attn.in_proj_weight")
                  .to(at::kFloat)
                  .std()
                  .item<float>(),
              0.354, 0.09);
  EXPECT_EQ(tensors.at("ln_final.weight").min().item<float>(), 1.f);
  EXPECT_EQ(tensors.at("ln_final.bias").max().item<float>(), 0.f);
  EXPECT_NEAR(tensors.at("logit_scale").item<float>(), 2.65926, 1e-5);
}

TEST(RandomClip, PinsItsValues) {
  // Any machine must give these; they were computed once.
  const NamedTensors tensors = TinyClipTensors();
  std::string bytes;
  for (const auto& [name, tensor] : tensors) {
    bytes.append(static_cast<const char*>(tensor.const_data_ptr()),
                 tensor.nbytes());
  }
  EXPECT_EQ(Sha256Hex(bytes),
            "d713b5dcf7a92ab5550ef1794d52dd74a1a79f5b91a5530695f567a8f1619ab6");
}

TEST(RandomClip, RefusesSizesThatMakeNoModel) {
  RandomClipOptions options = TinyClipOptions();
  options.image_size = 5;
  EXPECT_THAT(
      RandomClipConfig(options),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("image_size 5")));
  options = TinyClipOptions();
  options.text.layers = 0;
  EXPECT_THAT(RandomClipConfig(options),
              StatusIs(absl::StatusCode::kInvalidArgument));
  options = TinyClipOptions();
  options.vision.heads = 3;
  EXPECT_THAT(RandomClipConfig(options),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace maskfill

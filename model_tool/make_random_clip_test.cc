#include "model_tool/make_random_clip.h"

#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/base/sha256.h"
#include "core/model/safetensors.h"
#include "core/work/work.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/tiny_clip.h"

namespace maskfill {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(MakeRandomClip, WritesTheSameBytesAgain) {
  const std::string dir = TestDirectory();
  WriteTinyClip(JoinPath(dir, "a.safetensors"));
  WriteTinyClip(JoinPath(dir, "b.safetensors"));
  ASSERT_OK_AND_ASSIGN(const std::string digest,
                       Sha256HexOfFile(JoinPath(dir, "a.safetensors")));
  EXPECT_THAT(Sha256HexOfFile(JoinPath(dir, "b.safetensors")),
              IsOkAndHolds(digest));
}

TEST(MakeRandomClip, TheMetadataSayWhatTheWeightsDoNot) {
  const std::string path = JoinPath(TestDirectory(), "a.safetensors");
  WriteTinyClip(path);
  ASSERT_OK_AND_ASSIGN(const SafetensorsFile file, ReadSafetensors(path));
  EXPECT_EQ(file.metadata.at("activation"), "quick_gelu");
  EXPECT_EQ(file.metadata.at("heads"), "2");
  EXPECT_EQ(file.metadata.at("text_heads"), "2");
}

TEST(MakeRandomClip, IsANoOpOrRefusesWhenTheFileExists) {
  MakeRandomClipOptions options = TinyClipOptions();
  options.run.output = JoinPath(TestDirectory(), "a.safetensors");
  ASSERT_OK_AND_ASSIGN(const WorkResult first, MakeRandomClip(options));
  EXPECT_FALSE(first.already_done);
  ASSERT_OK_AND_ASSIGN(const WorkResult second, MakeRandomClip(options));
  EXPECT_TRUE(second.already_done);
  EXPECT_GT(CounterOf(second.manifest, "parameters"), 0);
  options.run.seed = 9;
  EXPECT_THAT(MakeRandomClip(options),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("seed")));
  options.run.overwrite = true;
  ASSERT_OK_AND_ASSIGN(const WorkResult third, MakeRandomClip(options));
  EXPECT_FALSE(third.already_done);
}

TEST(MakeRandomClip, NeverReplacesAFileThatItDidNotWrite) {
  MakeRandomClipOptions options = TinyClipOptions();
  options.run.output = JoinPath(TestDirectory(), "mine");
  options.run.overwrite = true;
  ASSERT_OK(WriteFileAtomically(options.run.output, "mine"));
  EXPECT_THAT(MakeRandomClip(options),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(ReadFile(options.run.output), IsOkAndHolds("mine"));
}

TEST(MakeRandomClip, WritesNothingInADryRun) {
  const std::string dir = TestDirectory();
  MakeRandomClipOptions options = TinyClipOptions();
  options.run.output = JoinPath(dir, "a.safetensors");
  options.run.summary_json = JoinPath(dir, "summary.json");
  options.run.dry_run = true;
  ASSERT_OK(MakeRandomClip(options));
  EXPECT_THAT(ListDirectory(dir), IsOkAndHolds(IsEmpty()));
}

TEST(MakeRandomClip, AFolderIsNoFile) {
  const std::string dir = TestDirectory();
  MakeRandomClipOptions options = TinyClipOptions();
  for (const std::string& output : {dir, dir + "/new/"}) {
    options.run.output = output;
    EXPECT_THAT(MakeRandomClip(options),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
  EXPECT_THAT(ListDirectory(dir), IsOkAndHolds(IsEmpty()));
}

TEST(MakeRandomClip, TheSummaryMakesItsFolder) {
  const std::string dir = TestDirectory();
  MakeRandomClipOptions options = TinyClipOptions();
  options.run.output = JoinPath(dir, "a.safetensors");
  options.run.summary_json = JoinPath(dir, "new/dir/summary.json");
  ASSERT_OK(MakeRandomClip(options));
  EXPECT_THAT(ReadFile(options.run.summary_json),
              IsOkAndHolds(HasSubstr("make_random_clip")));
}

TEST(MakeRandomClip, HasTheDtypesOfOpenAisFiles) {
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

TEST(MakeRandomClip, HasTheDeviationsOfClip) {
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

TEST(MakeRandomClip, PinsItsValues) {
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

TEST(MakeRandomClip, RefusesSizesThatMakeNoModel) {
  MakeRandomClipOptions options = TinyClipOptions();
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

#include "model_tool/weights/clip_weights.h"

#include <cmath>
#include <string>

#include "ATen/ops/equal.h"
#include "ATen/ops/full.h"
#include "ATen/ops/zeros.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/model/safetensors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/tiny_clip.h"

namespace maskfill {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

ClipWeightsOptions TinyOptions() {
  ClipWeightsOptions options;
  options.activation = Activation::kQuickGelu;
  options.heads = options.text_heads = 2;
  return options;
}

absl::StatusOr<ClipWeights> ReadFrom(
    const std::string& path,
    const ClipWeightsOptions& options = TinyOptions()) {
  ASSIGN_OR_RETURN(const WeightsSource source, OpenWeightsSource(path));
  ClipWeights weights;
  RETURN_IF_ERROR(
      ReadClipWeights(source, source.DigestMeanwhile(), options, &weights));
  return weights;
}

absl::StatusOr<ClipWeights> WriteAndRead(
    const NamedTensors& tensors,
    const ClipWeightsOptions& options = TinyOptions()) {
  const std::string path = JoinPath(TestDirectory(), "a.safetensors");
  RETURN_IF_ERROR(WriteSafetensors(path, tensors));
  return ReadFrom(path, options);
}

TEST(ClipWeights, AreReadWithWhoSaidWhat) {
  ASSERT_OK_AND_ASSIGN(const ClipWeights weights,
                       WriteAndRead(TinyClipTensors()));
  EXPECT_EQ(weights.naming, "openai");
  EXPECT_EQ(weights.stored_tensors, 62);
  EXPECT_THAT(weights.settings,
              Contains(testing::FieldsAre("vision.heads", "2", "--heads")));
  EXPECT_OK(
      CheckTensors(weights.checkpoint.config, weights.checkpoint.tensors));
}

TEST(ClipWeights, OfSeveralFilesAreReadTogether) {
  const std::string dir = TestDirectory();
  NamedTensors parts[2];
  nlohmann::json index;
  const std::string files[] = {"m-00001-of-00002.safetensors",
                               "m-00002-of-00002.safetensors"};
  for (const auto& [name, tensor] : TinyClipTensors()) {
    const bool second = name >= "transformer.resblocks.1";
    parts[second][name] = tensor;
    index["weight_map"][name] = files[second];
  }
  for (int i = 0; i < 2; ++i) {
    ASSERT_OK(WriteSafetensors(JoinPath(dir, files[i]), parts[i]));
  }
  const std::string path = JoinPath(dir, "model.safetensors.index.json");
  ASSERT_OK(WriteFileAtomically(path, index.dump()));
  ASSERT_OK_AND_ASSIGN(const ClipWeights weights, ReadFrom(dir));
  EXPECT_EQ(weights.stored_tensors, 62);
  // An index that says otherwise than its files.
  index["weight_map"]["visual.extra"] = files[0];
  ASSERT_OK(WriteFileAtomically(path, index.dump()));
  EXPECT_THAT(ReadFrom(dir),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("visual.extra")));
  index["weight_map"].erase("visual.extra");
  index["weight_map"].erase("visual.proj");
  ASSERT_OK(WriteFileAtomically(path, index.dump()));
  EXPECT_THAT(ReadFrom(dir),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("visual.proj")));
}

TEST(ClipWeights, WithImpossibleValuesAreRefusedByName) {
  NamedTensors tensors = AddPrefix(TinyClipTensors(), "model.");
  const at::Tensor intact = tensors.at("model.visual.proj");
  tensors["model.visual.proj"] = intact.to(at::kFloat).clone();
  tensors["model.visual.proj"][0][0] = std::nanf("");
  EXPECT_THAT(WriteAndRead(tensors),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("\"model.visual.proj\" holds nan")));
  tensors["model.visual.proj"] = at::full(intact.sizes(), 1e300, at::kDouble);
  EXPECT_THAT(WriteAndRead(tensors), StatusIs(absl::StatusCode::kDataLoss,
                                              HasSubstr("more than float32")));
  tensors["model.visual.proj"] = intact;
  tensors["model.logit_scale"] = at::full({}, 100.);
  EXPECT_THAT(
      WriteAndRead(tensors),
      StatusIs(absl::StatusCode::kDataLoss, HasSubstr("logit_scale\" is 100")));
}

TEST(ClipWeights, AreNamedAsTheFileHasThem) {
  NamedTensors tensors = AddPrefix(TinyClipTensors(), "model.");
  tensors["model.visual.proj"] = at::zeros({3, 4});
  EXPECT_THAT(WriteAndRead(tensors),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("\"model.visual.proj\" has shape [3, 4], "
                                 "expected [8, 4]")));
}

TEST(ClipWeights, TakeImagesOfAnotherSize) {
  ClipWeightsOptions options = TinyOptions();
  options.image_size = 8;
  ASSERT_OK_AND_ASSIGN(const ClipWeights weights,
                       WriteAndRead(TinyClipTensors(), options));
  EXPECT_EQ(weights.checkpoint.config.image_size, 8);
  EXPECT_EQ(
      weights.checkpoint.tensors.at("visual.positional_embedding").size(0), 17);
  EXPECT_THAT(weights.settings,
              Contains(testing::FieldsAre(
                  "image_size", "8",
                  "--image_size; position embeddings resized from 4 px")));
  options.image_size = 7;
  EXPECT_THAT(WriteAndRead(TinyClipTensors(), options),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("not a multiple of the patches' 2 px")));
}

TEST(ClipWeights, TakeTheNamesOfTheirClasses) {
  NamedTensors tensors = TinyClipTensors();
  tensors["classifier.weight"] = at::full({2, 4}, 0.5);
  ClipWeightsOptions options = TinyOptions();
  options.class_names = {"cat", "dog"};
  ASSERT_OK_AND_ASSIGN(const ClipWeights weights,
                       WriteAndRead(tensors, options));
  EXPECT_THAT(weights.checkpoint.config.class_names, ElementsAre("cat", "dog"));
  // Without a bias in the file.
  EXPECT_TRUE(at::equal(weights.checkpoint.tensors.at("classifier.bias"),
                        at::zeros({2})));
  EXPECT_THAT(weights.remarks, Contains(HasSubstr("no bias")));
  options.class_names = {"cat", "Cat"};
  ASSERT_OK_AND_ASSIGN(const ClipWeights equal, WriteAndRead(tensors, options));
  EXPECT_THAT(equal.remarks,
              Contains(HasSubstr("equal class names, which no image can be "
                                 "told apart by: \"cat\" in rows 0 and 1")));
  EXPECT_THAT(WriteAndRead(TinyClipTensors(), options),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("the weights have no head")));
  options.class_names = {"cat"};
  EXPECT_THAT(WriteAndRead(tensors, options),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("1 names"), HasSubstr("2 rows"))));
}

// As export_model leaves a classifier whose library has no place for a head.
TEST(ClipWeights, TakeTheHeadThatLiesBesideThem) {
  const std::string dir = TestDirectory();
  const std::string path = JoinPath(dir, "a.safetensors");
  const std::string names = JoinPath(dir, "class_names.json");
  ASSERT_OK(WriteSafetensors(path, TinyClipTensors()));
  ASSERT_OK(WriteSafetensors(JoinPath(dir, "head.safetensors"),
                             {{"classifier.weight", at::full({2, 4}, 0.5)},
                              {"classifier.bias", at::zeros({2})}}));
  ASSERT_OK(WriteFileAtomically(names, R"(["cat", "dog"])"));
  ASSERT_OK_AND_ASSIGN(const ClipWeights weights, ReadFrom(path));
  EXPECT_THAT(weights.checkpoint.config.class_names, ElementsAre("cat", "dog"));
  for (const char* wrong : {"[\"cat\"]", "{\"0\": \"cat\"}", "[1, 2]", "["}) {
    ASSERT_OK(WriteFileAtomically(names, wrong));
    EXPECT_THAT(ReadFrom(path), StatusIs(absl::StatusCode::kDataLoss,
                                         HasSubstr("class_names.json")))
        << wrong;
  }
}

TEST(ClipWeights, AreChosenByStateKey) {
  NamedTensors tensors = AddPrefix(TinyClipTensors(), "student.");
  for (const auto& [name, tensor] : TinyClipTensors()) {
    tensors["teacher." + name] = tensor;
  }
  EXPECT_THAT(WriteAndRead(tensors),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("\"student.\", \"teacher.\"; choose one by "
                                 "--state_key=")));
  for (const char* key : {"student", "student."}) {
    ClipWeightsOptions options = TinyOptions();
    options.state_key = key;
    ASSERT_OK_AND_ASSIGN(const ClipWeights weights,
                         WriteAndRead(tensors, options));
    EXPECT_THAT(weights.remarks, Contains(HasSubstr("left out 62 tensors")));
  }
}

}  // namespace
}  // namespace maskfill

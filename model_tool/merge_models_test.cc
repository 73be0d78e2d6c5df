#include "model_tool/merge_models.h"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "ATen/core/Tensor.h"
#include "ATen/ops/full.h"
#include "ATen/ops/tensor.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/model/checkpoint.h"
#include "core/model/model_config.h"
#include "core/model/named_tensors.h"
#include "core/model/safetensors.h"
#include "core/record/record_set.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/load_checkpoint.h"
#include "tests/support/random_weights.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/test_sets.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

ModelConfig TinyConfig() {
  ModelConfig config;
  config.embed_dim = 4;
  config.vision = {.width = 8, .heads = 2, .layers = 1, .mlp_width = 16};
  config.image_size = 4;
  config.patch_size = 2;
  config.num_classes = 3;
  config.class_names = {"cat", "dog", "hen"};
  return config;
}

class MergeModelsTest : public testing::Test {
 protected:
  void SetUp() override {
    dir_ = TestDirectory();
    options_.run.output = Path("merged");
    Use("wise_ft");
  }

  std::string Path(const std::string& name) const {
    return JoinPath(dir_, name);
  }

  void Use(const char* method) {
    ASSERT_OK_AND_ASSIGN(options_.method, ParseMergeMethod(method));
  }

  // Random weights, `bias` in the head.
  Checkpoint Make(uint64_t seed, const std::vector<float>& bias) {
    Checkpoint checkpoint;
    checkpoint.config = TinyConfig();
    checkpoint.tensors = RandomWeights(checkpoint.config, seed);
    checkpoint.tensors["classifier.bias"] = at::tensor(bias);
    return checkpoint;
  }

  void Add(const std::string& name, const Checkpoint& checkpoint) {
    ASSERT_OK(WriteCheckpoint(Path(name), checkpoint));
    options_.checkpoints.push_back(Path(name));
  }

  void AddTwo() {
    Add("zeroshot", Make(1, {1, 2, -4}));
    Add("ft", Make(2, {3, -2, 0}));
  }

  NamedTensors MergedTensors() {
    EXPECT_OK(MergeModels(options_));
    auto merged = LoadCheckpoint(options_.run.output);
    EXPECT_OK(merged);
    return merged.ok() ? merged->tensors : NamedTensors();
  }

  // Adds a second checkpoint that differs by `change` and expects a refusal.
  template <typename Change>
  void ExpectRefusal(const Change& change, const char* file,
                     const std::string& difference) {
    Add("a", Make(1, {0, 0, 0}));
    Checkpoint other = Make(2, {0, 0, 0});
    change(&other);
    Add("b", other);
    EXPECT_THAT(MergeModels(options_),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         AllOf(HasSubstr(absl::StrCat(Path("a/"), file)),
                               HasSubstr(absl::StrCat(Path("b/"), file)),
                               HasSubstr(difference))));
    EXPECT_FALSE(PathExists(options_.run.output));
  }

  std::string dir_;
  MergeModelsOptions options_;
};

// 0.75 * 1 + 0.25 * 3 = 1.5; 0.75 * 2 - 0.25 * 2 = 1; 0.75 * -4 = -3.
TEST_F(MergeModelsTest, WiseFtInterpolatesByAlpha) {
  AddTwo();
  options_.alphas = {0.25};
  EXPECT_TRUE(MergedTensors()
                  .at("classifier.bias")
                  .equal(at::tensor({1.5f, 1.0f, -3.0f})));
}

TEST_F(MergeModelsTest, WiseFtReachesEveryTensor) {
  AddTwo();
  ASSERT_OK_AND_ASSIGN(const Checkpoint a, LoadCheckpoint(Path("zeroshot")));
  ASSERT_OK_AND_ASSIGN(const Checkpoint b, LoadCheckpoint(Path("ft")));
  const NamedTensors merged = MergedTensors();
  ASSERT_EQ(merged.size(), a.tensors.size());
  for (const auto& [name, tensor] : merged) {
    // Halving is exact, before or after the sum.
    const at::Tensor sum =
        a.tensors.at(name).to(at::kDouble).add_(b.tensors.at(name));
    EXPECT_TRUE(tensor.equal(sum.mul_(0.5).to(at::kFloat))) << name;
  }
}

// A sum would turn -0 into 0.
TEST_F(MergeModelsTest, WiseFtAtTheEndsGivesTheBytesOfOne) {
  Checkpoint first = Make(1, {-0.0f, 1e-45f, 3e38f});
  Checkpoint second = Make(2, {3e38f, -0.0f, 1});
  second.tensors["visual.ln_pre.bias"].fill_(-0.0f);
  Add("zeroshot", first);
  Add("ft", second);
  for (const auto& [alpha, name] :
       {std::pair(0.0, "zeroshot"), std::pair(1.0, "ft")}) {
    options_.alphas = {alpha};
    options_.run.output = Path(absl::StrCat("merged-", name));
    ASSERT_OK(MergeModels(options_));
    for (const char* file : {kModelFile, kConfigFile}) {
      ASSERT_OK_AND_ASSIGN(const std::string expected,
                           ReadFile(JoinPath(Path(name), file)));
      ASSERT_OK_AND_ASSIGN(const std::string found,
                           ReadFile(JoinPath(options_.run.output, file)));
      EXPECT_TRUE(found == expected) << name << ": " << file;
    }
  }
}

// (1 + 3 + 2) / 3 = 2; (2 - 2 + 3) / 3 = 1; (-4 + 0 + 0) / 3.
TEST_F(MergeModelsTest, UniformSoupIsTheMeanRoundedOnce) {
  AddTwo();
  Add("ft2", Make(3, {2, 3, 0}));
  Use("uniform_soup");
  EXPECT_TRUE(MergedTensors()
                  .at("classifier.bias")
                  .equal(at::tensor({2.0f, 1.0f, -4.0f / 3.0f})));
}

// 2^24 + 1 + 1 + 2 = 2^24 + 4, a quarter of it 2^22 + 1. Sums in float32 lose
// both ones (2^24 + 1 is no float32): 2^22 + 0.5.
TEST_F(MergeModelsTest, UniformSoupAddsInDoublePrecision) {
  const float values[] = {16777216, 1, 1, 2};
  for (int i = 0; i < 4; ++i) {
    Add(absl::StrCat("m", i), Make(i, {values[i], 0, 0}));
  }
  Use("uniform_soup");
  EXPECT_EQ(MergedTensors().at("classifier.bias")[0].item<float>(), 4194305.0f);
}

TEST_F(MergeModelsTest, SeveralAlphasMakeACheckpointEach) {
  AddTwo();
  options_.alphas = {0.25};
  const NamedTensors alone = MergedTensors();
  options_.run.output = Path("curve");
  options_.alphas = {0, 0.25, 1};
  ASSERT_OK_AND_ASSIGN(const WorkResult result, MergeModels(options_));
  EXPECT_THAT(ListDirectory(Path("curve")),
              IsOkAndHolds(ElementsAre("alpha-0", "alpha-0.25", "alpha-1")));
  EXPECT_THAT(ToText(result, options_),
              HasSubstr("2 checkpoints with alpha 0,0.25,1, 22 tensors"));
  ASSERT_OK_AND_ASSIGN(const Checkpoint between,
                       LoadCheckpoint(Path("curve/alpha-0.25")));
  for (const auto& [name, tensor] : alone) {
    EXPECT_TRUE(between.tensors.at(name).equal(tensor)) << name;
  }
  for (const auto& [end, name] :
       {std::pair("curve/alpha-0", "zeroshot"), {"curve/alpha-1", "ft"}}) {
    ASSERT_OK_AND_ASSIGN(const std::string expected,
                         ReadFile(JoinPath(Path(name), kModelFile)));
    ASSERT_OK_AND_ASSIGN(const std::string found,
                         ReadFile(JoinPath(Path(end), kModelFile)));
    EXPECT_TRUE(found == expected) << end;
  }
}

// 10 images of 3 classes: 4 of class 0, 3 of the others. The biases decide: ft
// says 0 (40 %), zeroshot 2 (30 %), both together 0.
TEST_F(MergeModelsTest, AGreedySoupHasItsHeldOutSetInTheLedger) {
  const RecordSet images = WriteTestImages(
      Path("val"), {.num_images = 10, .num_classes = 3, .image_size = 4});
  Add("zeroshot", Make(1, {0, 0, 100}));
  Add("ft", Make(2, {300, 0, 0}));
  Use("greedy_soup");
  options_.run.input = Path("val");
  ASSERT_OK_AND_ASSIGN(const WorkResult result, MergeModels(options_));
  const v1::InputReference& held_out = result.manifest.inputs(2);
  EXPECT_EQ(held_out.role(), "held_out");
  EXPECT_EQ(held_out.fingerprint(), images.manifest().content_fingerprint());
  ASSERT_OK_AND_ASSIGN(const WorkResult again, MergeModels(options_));
  EXPECT_TRUE(again.already_done);
  EXPECT_THAT(
      ToText(again, options_),
      AllOf(HasSubstr(absl::StrCat("1    40.00    40.00   yes  ", Path("ft"))),
            HasSubstr(absl::StrCat("2    30.00    40.00   yes  ",
                                   Path("zeroshot")))));
}

TEST_F(MergeModelsTest, AHeldOutSetOfOtherClassesIsRefused) {
  WriteTestImages(Path("val"), {.num_classes = 5, .image_size = 4});
  AddTwo();
  Use("greedy_soup");
  options_.run.input = Path("val");
  EXPECT_THAT(MergeModels(options_),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("has 5 classes")));
}

TEST_F(MergeModelsTest, ProvenanceNamesInputsMethodAndAlpha) {
  AddTwo();
  options_.alphas = {0.1};
  ASSERT_OK_AND_ASSIGN(const WorkResult result, MergeModels(options_));
  ASSERT_OK_AND_ASSIGN(const Checkpoint a, LoadCheckpoint(Path("zeroshot")));
  ASSERT_OK_AND_ASSIGN(const Checkpoint b, LoadCheckpoint(Path("ft")));
  const v1::Manifest& entry = result.manifest;
  ASSERT_EQ(entry.options_size(), 2);
  EXPECT_EQ(entry.options(0).name() + entry.options(0).value(), "alpha0.1");
  EXPECT_EQ(entry.options(1).name() + entry.options(1).value(),
            "methodwise_ft");
  ASSERT_EQ(entry.inputs_size(), 2);
  EXPECT_EQ(entry.inputs(0).fingerprint(), a.fingerprint);
  EXPECT_EQ(entry.inputs(1).fingerprint(), b.fingerprint);
  ASSERT_OK_AND_ASSIGN(const Checkpoint merged, LoadCheckpoint(Path("merged")));
  EXPECT_EQ(merged.config.class_names, TinyConfig().class_names);
}

TEST_F(MergeModelsTest, ASecondRunDoesNothing) {
  AddTwo();
  ASSERT_OK_AND_ASSIGN(const WorkResult first, MergeModels(options_));
  EXPECT_FALSE(first.already_done);
  ASSERT_OK_AND_ASSIGN(const WorkResult second, MergeModels(options_));
  EXPECT_TRUE(second.already_done);
  EXPECT_EQ(second.manifest.fingerprint(), first.manifest.fingerprint());
}

TEST_F(MergeModelsTest, OtherWorkInOutputIsKeptUnlessOverwriteIsGiven) {
  AddTwo();
  ASSERT_OK(MergeModels(options_));
  options_.alphas = {0.75};
  EXPECT_THAT(MergeModels(options_),
              StatusIs(absl::StatusCode::kAlreadyExists,
                       AllOf(HasSubstr("0.5"), HasSubstr("0.75"))));
  // The order of the checkpoints matters.
  options_.alphas = {0.5};
  std::swap(options_.checkpoints[0], options_.checkpoints[1]);
  EXPECT_THAT(MergeModels(options_), StatusIs(absl::StatusCode::kAlreadyExists,
                                              HasSubstr("checkpoint_1")));
  options_.run.overwrite = true;
  ASSERT_OK_AND_ASSIGN(const WorkResult result, MergeModels(options_));
  EXPECT_FALSE(result.already_done);
}

TEST_F(MergeModelsTest, NeverWritesOverAnInput) {
  AddTwo();
  options_.run.output = Path("ft");
  options_.run.overwrite = true;
  EXPECT_THAT(MergeModels(options_),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("the input checkpoint_2")));
  EXPECT_OK(LoadCheckpoint(Path("ft")));
}

TEST_F(MergeModelsTest, DryRunWritesNothing) {
  AddTwo();
  options_.run.dry_run = true;
  options_.run.summary_json = Path("summary.json");
  ASSERT_OK(MergeModels(options_));
  EXPECT_THAT(ListDirectory(dir_), IsOkAndHolds(ElementsAre("ft", "zeroshot")));
}

TEST_F(MergeModelsTest, SummarySaysWhatWasDone) {
  AddTwo();
  options_.run.summary_json = Path("summary.json");
  ASSERT_OK_AND_ASSIGN(const WorkResult result, MergeModels(options_));
  ASSERT_OK_AND_ASSIGN(const std::string summary,
                       ReadFile(options_.run.summary_json));
  EXPECT_THAT(summary, AllOf(HasSubstr("\"tool\": \"merge_models\""),
                             HasSubstr(result.manifest.fingerprint())));
  EXPECT_THAT(ToText(result, options_),
              HasSubstr("wise_ft of 2 checkpoints "
                        "with alpha 0.5, 22 tensors"));
}

TEST_F(MergeModelsTest, AnotherConfigurationIsRefused) {
  ExpectRefusal(
      [](Checkpoint* other) { other->config.activation = Activation::kGelu; },
      kConfigFile, "activation: \"quick_gelu\" -> \"gelu\"");
}

TEST_F(MergeModelsTest, OtherClassNamesAreRefused) {
  ExpectRefusal(
      [](Checkpoint* other) { other->config.class_names[1] = "wolf"; },
      kConfigFile, "class_names[1]: \"dog\" -> \"wolf\"");
}

TEST_F(MergeModelsTest, AnotherTensorIsRefused) {
  ExpectRefusal(
      [](Checkpoint* other) {
        other->tensors["logit_scale"] = at::full({}, 4.6f);
      },
      kModelFile, "only the second has tensor \"logit_scale\"");
}

TEST_F(MergeModelsTest, AnotherShapeIsRefused) {
  AddTwo();
  ASSERT_OK_AND_ASSIGN(Checkpoint ft, LoadCheckpoint(Path("ft")));
  ft.tensors["visual.proj"] = at::full({8, 9}, 0.5f);
  ASSERT_OK(WriteSafetensors(JoinPath(Path("ft"), kModelFile), ft.tensors));
  EXPECT_THAT(MergeModels(options_),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("tensor \"visual.proj\" is [8, 4] F32 in the "
                                 "first and [8, 9] F32 in the second")));
}

TEST_F(MergeModelsTest, AnotherDtypeIsRefused) {
  AddTwo();
  ASSERT_OK_AND_ASSIGN(Checkpoint ft, LoadCheckpoint(Path("ft")));
  ASSERT_OK(WriteSafetensors(JoinPath(Path("ft"), kModelFile),
                             MoveTensors(ft.tensors, at::kCPU, at::kHalf)));
  EXPECT_THAT(MergeModels(options_),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("tensor \"classifier.bias\" is [3] F32 in "
                                 "the first and [3] F16 in the second")));
}

TEST_F(MergeModelsTest, DamagedAndMissingCheckpointsAreNamed) {
  AddTwo();
  const std::string model = JoinPath(Path("ft"), kModelFile);
  ASSERT_OK_AND_ASSIGN(const std::string bytes, ReadFile(model));
  for (const size_t size :
       {size_t{0}, size_t{5}, size_t{20}, bytes.size() / 2, bytes.size() - 1}) {
    ASSERT_OK(WriteFileAtomically(model, bytes.substr(0, size)));
    EXPECT_THAT(MergeModels(options_),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr(model)))
        << size;
  }
  options_.checkpoints[1] = Path("absent");
  EXPECT_THAT(MergeModels(options_),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("absent")));
  EXPECT_FALSE(PathExists(options_.run.output));
}

TEST_F(MergeModelsTest, OptionsOutOfRangeAreRefused) {
  AddTwo();
  for (const double alpha : {-0.1, 1.1, std::nan("")}) {
    options_.alphas = {alpha};
    EXPECT_THAT(MergeModels(options_),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("expected 0 to 1")));
  }
  options_.alphas = {0.5, 0.25, 0.5};
  EXPECT_THAT(MergeModels(options_),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("names a number twice")));
  options_.alphas = {0.5};
  options_.checkpoints.push_back(options_.checkpoints[0]);
  EXPECT_THAT(MergeModels(options_),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("names 3 checkpoints, expected two")));
  Use("uniform_soup");
  options_.checkpoints.resize(1);
  EXPECT_THAT(MergeModels(options_),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("names 1 checkpoints, expected two or more")));
}

}  // namespace
}  // namespace maskfill

// What train computes itself or reads from the stages before it: features of a
// frozen tower, counterfactuals of the student's CAMs.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "cam_tool/cam_tool.h"
#include "core/base/files.h"
#include "core/masking/fill_kind.h"
#include "core/model/checkpoint.h"
#include "core/training/objective.h"
#include "feature_tool/feature_tool.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mask_tool/mask_tool.h"
#include "nlohmann/json.hpp"
#include "tests/support/load_checkpoint.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/test_sets.h"
#include "tests/support/tiny_model.h"
#include "train/train.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::DoubleNear;
using testing::HasSubstr;
using testing::Pointwise;

constexpr uint64_t kSeed = 3;

class TrainingSources : public testing::Test {
 protected:
  TrainingSources() : dir_(TestDirectory()) {
    WriteTestImages(Path("images"));
    WriteModel("student", 1);
    WriteModel("teacher", 2);
  }

  std::string Path(const std::string& name) const {
    return JoinPath(dir_, name);
  }

  void WriteModel(const std::string& name, uint64_t seed) {
    const ModelConfig config = TinyModelConfig(5);
    EXPECT_OK(WriteCheckpoint(Path(name),
                              {config, TinyModelTensors(config, seed), ""})
                  .status());
  }

  RunOptions Run(const std::string& input, const std::string& output) const {
    RunOptions run;
    run.input = Path(input);
    run.output = Path(output);
    run.progress = ProgressMode::kNone;
    run.num_threads = 1;
    run.seed = kSeed;
    return run;
  }

  absl::Status MakeCams() {
    CamToolOptions options;
    options.run = Run("images", "cams");
    options.checkpoint = Path("student");
    options.compute.batch_size = 3;
    return CamTool(options).status();
  }

  // Two variants.
  absl::Status Mask(const CounterfactualOptions& made,
                    const std::string& output) {
    MaskToolOptions options;
    options.run = Run("images", output);
    options.counterfactual = made;
    options.counterfactual.variants = 2;
    if (made.mask.takes_relevance()) {
      options.cams = Path("cams");
    } else {
      options.counterfactual.patch_size = 8;
    }
    return MaskTool(options).status();
  }

  absl::Status MakeFeatures(const std::string& input, const std::string& model,
                            const std::string& output) {
    FeatureToolOptions options;
    options.run = Run(input, output);
    options.checkpoints = {Path(model)};
    options.compute.batch_size = 3;
    return FeatureTool(options).status();
  }

  // Two epochs of two steps.
  TrainOptions Options(const char* mode, const std::string& output) const {
    TrainOptions options;
    options.run = Run("images", output);
    options.checkpoint = Path("student");
    options.objective = *ParseObjective(mode);
    if (options.objective->needs_teacher) options.teacher = Path("teacher");
    options.epochs = 2;
    options.global_batch_size = 4;
    options.learning_rate = 1e-3;
    return options;
  }

  // Of every step of a run: its loss, cross entropy and distillation.
  std::vector<double> LossesOf(const std::string& run) const {
    std::vector<double> losses;
    const auto text = ReadFile(Path(run + "/metrics.jsonl"));
    EXPECT_OK(text.status());
    for (const absl::string_view line :
         absl::StrSplit(text.ok() ? *text : "", '\n', absl::SkipEmpty())) {
      const auto json = nlohmann::json::parse(line.begin(), line.end());
      for (const char* name : {"loss", "ce", "distill"}) {
        losses.push_back(json.at(name));
      }
    }
    EXPECT_EQ(losses.size(), 4 * 3u) << run;
    return losses;
  }

  // Features of other batches differ in their last bits, and every step carries
  // that on.
  void ExpectNear(const std::string& run, const std::string& expected) const {
    EXPECT_THAT(LossesOf(run), Pointwise(DoubleNear(1e-4), LossesOf(expected)));
  }

  const std::string dir_;
};

TEST_F(TrainingSources, FeaturesOfTheTeacherAreAsGoodAsTheTeacher) {
  CounterfactualOptions refilled;
  refilled.mask.kind = MaskKind::kRandom;
  ASSERT_OK(Mask(refilled, "cf"));
  CounterfactualOptions dropped = refilled;
  dropped.fill = FillKind::kNone;
  ASSERT_OK(Mask(dropped, "dropped"));
  const struct {
    const char* mode;
    const char* counterfactuals;
  } kCases[] = {{"fd", ""}, {"fd_mask", "cf"}, {"fd_mask", "dropped"}};
  for (const auto& [mode, counterfactuals] : kCases) {
    const std::string name = absl::StrCat(mode, counterfactuals);
    const std::string seen = *counterfactuals ? counterfactuals : "images";
    ASSERT_OK(MakeFeatures(seen, "teacher", name + "-features"));
    TrainOptions options = Options(mode, name + "-asking");
    if (*counterfactuals) options.counterfactuals = Path(counterfactuals);
    ASSERT_OK(Train(options).status());
    options.run.output = Path(name + "-knowing");
    options.teacher_features = Path(name + "-features");
    options.teacher = "";
    ASSERT_OK(Train(options).status());
    ExpectNear(name + "-knowing", name + "-asking");
    // Saying whose they are changes nothing.
    options.teacher = Path("teacher");
    ASSERT_OK_AND_ASSIGN(const WorkResult again, Train(options));
    EXPECT_TRUE(again.already_done);
  }
}

TEST_F(TrainingSources, FeaturesThatDoNotFitAreRefused) {
  CounterfactualOptions made;
  made.mask.kind = MaskKind::kRandom;
  ASSERT_OK(Mask(made, "cf"));
  made.mask.rate = 0.25;
  ASSERT_OK(Mask(made, "other-draw"));
  ASSERT_OK(MakeFeatures("cf", "teacher", "features"));
  TrainOptions options = Options("fd_mask", "run");
  options.counterfactuals = Path("cf");
  options.teacher_features = Path("features");
  const auto expect = [](const TrainOptions& bad, const char* reason) {
    EXPECT_THAT(Train(bad), StatusIs(absl::StatusCode::kFailedPrecondition,
                                     AllOf(HasSubstr("--teacher_features"),
                                           HasSubstr(reason))));
    EXPECT_FALSE(PathExists(bad.run.output));
  };
  TrainOptions bad = options;
  bad.teacher = Path("student");
  expect(bad, "features of the checkpoint");
  bad = options;
  bad.counterfactuals = Path("other-draw");
  expect(bad, "other counterfactuals");
  bad = options;
  bad.objective = *ParseObjective("fd");
  bad.counterfactuals = "";
  expect(bad, "made without images");
  // The student's own features, for a head.
  ASSERT_OK(MakeFeatures("images", "teacher", "of-teacher"));
  bad = Options("lp", "run");
  bad.features = Path("of-teacher");
  EXPECT_THAT(Train(bad), StatusIs(absl::StatusCode::kFailedPrecondition,
                                   AllOf(HasSubstr("--features"),
                                         HasSubstr("at hand is"))));
}

TEST_F(TrainingSources, AHeadOfFeaturesIsThatOfTheImages) {
  ASSERT_OK(MakeFeatures("images", "student", "features"));
  TrainOptions options = Options("lp", "looking");
  ASSERT_OK(Train(options).status());
  options.run.output = Path("knowing");
  options.features = Path("features");
  ASSERT_OK(Train(options).status());
  ExpectNear("knowing", "looking");
  ASSERT_OK_AND_ASSIGN(const Checkpoint start, LoadCheckpoint(Path("student")));
  ASSERT_OK_AND_ASSIGN(const Checkpoint known,
                       LoadCheckpoint(Path("knowing/last")));
  for (const auto& [name, tensor] : known.tensors) {
    EXPECT_EQ(tensor.equal(start.tensors.at(name)),
              name.rfind("classifier.", 0) != 0)
        << name;
  }
}

// With a student that stays as it is, its CAMs of every step are those of
// cam_tool: all that follows must be equal bit for bit.
TEST_F(TrainingSources, OnlineCounterfactualsOfAFrozenStudentAreTheCachedOnes) {
  ASSERT_OK(MakeCams());
  for (const MaskKind mask : {MaskKind::kObject, MaskKind::kRandom}) {
    for (const FillKind fill :
         {FillKind::kSingle, FillKind::kMulti, FillKind::kNone}) {
      const std::string name = absl::StrCat(ToString(mask), ToString(fill));
      CounterfactualOptions made;
      made.mask.kind = mask;
      made.fill = fill;
      ASSERT_OK(Mask(made, name));
      TrainOptions options = Options("fd_mask", name + "-cached");
      options.learning_rate = 1e-30;
      options.weight_decay = 0;
      options.counterfactuals = Path(name);
      ASSERT_OK(Train(options).status());
      options.counterfactuals = "";
      options.run.output = Path(name + "-online");
      options.cam_source = CamSource::kOnline;
      options.counterfactual = made;
      ASSERT_OK(Train(options).status());
      EXPECT_EQ(LossesOf(name + "-online"), LossesOf(name + "-cached")) << name;
    }
  }
}

TEST_F(TrainingSources, OnlineCounterfactualsFollowTheStudent) {
  ASSERT_OK(MakeCams());
  const CounterfactualOptions made;
  ASSERT_OK(Mask(made, "cf"));
  TrainOptions options = Options("fd_mask", "cached");
  options.learning_rate = 0.05;
  options.counterfactuals = Path("cf");
  ASSERT_OK(Train(options).status());
  options.counterfactuals = "";
  options.cam_source = CamSource::kOnline;
  options.run.output = Path("online");
  ASSERT_OK(Train(options).status());
  EXPECT_NE(LossesOf("online"), LossesOf("cached"));
  // Another fill is other work.
  options.counterfactual.fill = FillKind::kGrey;
  EXPECT_THAT(Train(options),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("fill")));
}

}  // namespace
}  // namespace maskfill

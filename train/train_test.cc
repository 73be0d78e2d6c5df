#include "train/train.h"

#include <csignal>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/exit_code.h"
#include "core/base/files.h"
#include "core/base/preemption.h"
#include "core/model/checkpoint.h"
#include "core/work/ledger.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/support/load_checkpoint.h"
#include "tests/support/small_training.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/test_sets.h"
#include "tests/support/tiny_model.h"

namespace maskfill {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

void WriteCheckpoint(const std::string& dir, uint64_t seed, int64_t num_classes,
                     int64_t embed_dim = 8) {
  Checkpoint checkpoint;
  checkpoint.config = TinyModelConfig(num_classes);
  checkpoint.config.embed_dim = embed_dim;
  checkpoint.tensors = TinyModelTensors(checkpoint.config, seed);
  ASSERT_OK(WriteCheckpoint(dir, checkpoint).status());
}

class TrainingStageTest : public testing::Test {
 protected:
  void SetUp() override {
    dir_ = TestDirectory();
    const TestSetOptions sets = {.num_images = 10};
    const RecordSet images = WriteTestImages(Path("images"), sets);
    WriteTestCounterfactuals(Path("cf"), images, sets, /*num_variants=*/2);
    WriteTestImages(Path("held_out"), {.num_images = 7, .seed = 1});
    WriteCheckpoint(Path("student"), 2, 5);
    WriteCheckpoint(Path("teacher"), 1, 5);
  }
  void TearDown() override { SetPreemptionSignalForTest(0); }

  std::string Path(const std::string& name) const {
    return JoinPath(dir_, name);
  }

  TrainOptions Options(const std::string& output) const {
    TrainOptions options = SmallTraining(dir_, output, "fd_mask");
    options.checkpoint = Path("student");
    options.teacher = Path("teacher");
    options.counterfactuals = Path("cf");
    return options;
  }

  std::vector<nlohmann::json> Lines(const std::string& file) const {
    std::vector<nlohmann::json> lines;
    const absl::StatusOr<std::string> text = ReadFile(Path(file));
    EXPECT_OK(text.status());
    if (!text.ok()) return lines;
    for (const absl::string_view line :
         absl::StrSplit(*text, '\n', absl::SkipEmpty())) {
      lines.push_back(nlohmann::json::parse(line.begin(), line.end()));
      // Time differs between runs.
      lines.back().erase("images_per_second");
    }
    return lines;
  }

  void ExpectSameFile(const std::string& a, const std::string& b) const {
    ASSERT_OK_AND_ASSIGN(const std::string bytes, ReadFile(Path(a)));
    EXPECT_THAT(ReadFile(Path(b)), IsOkAndHolds(bytes)) << a << ", " << b;
  }

  std::string dir_;
};

TEST_F(TrainingStageTest, LeavesCheckpointsMetricsAndManifest) {
  ASSERT_OK_AND_ASSIGN(const WorkResult result, Train(Options("run")));
  EXPECT_TRUE(result.complete);
  EXPECT_FALSE(result.already_done);
  EXPECT_EQ(result.records, 18);
  ASSERT_OK_AND_ASSIGN(const Checkpoint last, LoadCheckpoint(Path("run/last")));
  EXPECT_EQ(last.config.num_classes, 5);
  ASSERT_OK_AND_ASSIGN(const v1::Manifest entry,
                       ReadEntry(Path("run/last/provenance.json")));
  EXPECT_EQ(entry.tool(), "train");
  EXPECT_EQ(entry.fingerprint(), result.manifest.fingerprint());
  EXPECT_OK(LoadCheckpoint(Path("run/best")).status());
  EXPECT_TRUE(PathExists(Path("run/train.manifest.json")));

  const auto lines = Lines("run/metrics.jsonl");
  ASSERT_EQ(lines.size(), 6);
  for (int64_t i = 0; i < 6; ++i) {
    EXPECT_EQ(lines[i]["step"], i + 1);
    EXPECT_EQ(lines[i]["epoch"], i / 3 + 1);
    for (const char* name :
         {"loss", "ce", "distill", "lr", "beta1", "grad_norm", "accuracy"}) {
      EXPECT_TRUE(lines[i][name].is_number()) << name;
    }
  }
  const auto validations = Lines("run/validation.jsonl");
  ASSERT_EQ(validations.size(), 2);
  EXPECT_EQ(validations[1]["step"], 6);
  EXPECT_EQ(validations[1]["images"], 7);
}

TEST_F(TrainingStageTest, IsANoOpTheSecondTime) {
  ASSERT_OK(Train(Options("run")).status());
  ASSERT_OK_AND_ASSIGN(const std::string before,
                       ReadFile(Path("run/metrics.jsonl")));
  ASSERT_OK_AND_ASSIGN(const WorkResult again, Train(Options("run")));
  EXPECT_TRUE(again.already_done);
  EXPECT_EQ(again.records, 0);
  EXPECT_THAT(ReadFile(Path("run/metrics.jsonl")), IsOkAndHolds(before));
}

TEST_F(TrainingStageTest, SaysInItsSummaryHowManyImagesItTrainedOn) {
  TrainOptions options = Options("run");
  options.run.summary_json = Path("summary.json");
  for (const int64_t now : {18, 0}) {
    ASSERT_OK(Train(options).status());
    ASSERT_OK_AND_ASSIGN(const std::string text,
                         ReadFile(options.run.summary_json));
    const nlohmann::json summary = nlohmann::json::parse(text);
    EXPECT_EQ(summary["records"], 18);  // 6 steps of 3
    EXPECT_EQ(summary["records_written"], now);
    EXPECT_EQ(summary["already_done"], now == 0);
  }
}

TEST_F(TrainingStageTest, ResumedEqualsUninterruptedBitForBit) {
  ASSERT_OK(Train(Options("whole")).status());
  ASSERT_OK(Train(Options("killed")).status());
  // As if it had been killed after step 6, before its state was saved.
  for (const char* name : {"train.manifest.json"}) {
    ASSERT_OK(RemoveFile(Path("killed/" + std::string(name))));
  }
  for (const char* name : {"last", "state/step-0000000006"}) {
    ASSERT_OK(RemoveTree(Path("killed/" + std::string(name))));
  }
  ASSERT_EQ(Lines("killed/metrics.jsonl").size(), 6);
  ASSERT_OK_AND_ASSIGN(const WorkResult resumed, Train(Options("killed")));
  EXPECT_EQ(resumed.records, 6);  // steps 5 and 6
  ExpectSameFile("whole/last/model.safetensors",
                 "killed/last/model.safetensors");
  ExpectSameFile("whole/train.manifest.json", "killed/train.manifest.json");
  ExpectSameFile("whole/validation.jsonl", "killed/validation.jsonl");
  EXPECT_EQ(Lines("whole/metrics.jsonl"), Lines("killed/metrics.jsonl"));
}

TEST_F(TrainingStageTest, ResumesWithATeacherThatMovesBitForBit) {
  TrainOptions options = Options("whole");
  options.teacher_update = *ParseTeacherUpdate("wma");
  ASSERT_OK(Train(options).status());
  TrainOptions killed = options;
  killed.run.output = Path("killed");
  ASSERT_OK(Train(killed).status());
  ASSERT_OK(RemoveFile(Path("killed/train.manifest.json")));
  for (const char* name : {"last", "state/step-0000000006"}) {
    ASSERT_OK(RemoveTree(Path("killed/" + std::string(name))));
  }
  ASSERT_OK_AND_ASSIGN(const WorkResult resumed, Train(killed));
  EXPECT_EQ(resumed.records, 6);  // steps 5 and 6
  ExpectSameFile("whole/last/model.safetensors",
                 "killed/last/model.safetensors");
  ExpectSameFile("whole/state/step-0000000006/optimizer.safetensors",
                 "killed/state/step-0000000006/optimizer.safetensors");
  // Another momentum, another update: other work.
  options.teacher_update = *ParseTeacherUpdate("ema");
  EXPECT_THAT(Train(options), StatusIs(absl::StatusCode::kAlreadyExists,
                                       HasSubstr("teacher_update")));
}

TEST_F(TrainingStageTest, ValidatesOnResumeWhatWasNotYetValidated) {
  ASSERT_OK(Train(Options("whole")).status());
  ASSERT_OK(Train(Options("killed")).status());
  // As if it had been killed while it validated the last epoch: the state of
  // step 6 is saved before that.
  ASSERT_OK(RemoveFile(Path("killed/train.manifest.json")));
  ASSERT_OK(RemoveTree(Path("killed/last")));
  ASSERT_OK_AND_ASSIGN(const WorkResult resumed, Train(Options("killed")));
  EXPECT_EQ(resumed.records, 0);
  ExpectSameFile("whole/train.manifest.json", "killed/train.manifest.json");
  ExpectSameFile("whole/validation.jsonl", "killed/validation.jsonl");
  ExpectSameFile("whole/last/model.safetensors",
                 "killed/last/model.safetensors");
}

TEST_F(TrainingStageTest, SaysThatTheBestModelIsGone) {
  ASSERT_OK(Train(Options("run")).status());
  ASSERT_OK(RemoveFile(Path("run/train.manifest.json")));
  ASSERT_OK(RemoveTree(Path("run/best")));
  EXPECT_THAT(Train(Options("run")),
              StatusIs(absl::StatusCode::kDataLoss,
                       AllOf(HasSubstr("best"), HasSubstr("--resume=never"))));
}

TEST_F(TrainingStageTest, StopsWhenToldToAndGoesOn) {
  SetPreemptionSignalForTest(SIGTERM);
  EXPECT_THAT(Train(Options("run")), StatusIs(absl::StatusCode::kCancelled));
  EXPECT_FALSE(PathExists(Path("run/train.manifest.json")));
  SetPreemptionSignalForTest(0);
  EXPECT_OK(Train(Options("run")).status());
  ASSERT_OK(Train(Options("whole")).status());
  ExpectSameFile("whole/last/model.safetensors", "run/last/model.safetensors");
}

TEST_F(TrainingStageTest, RefusesTheDirectoryOfARunWithAnotherOption) {
  ASSERT_OK(Train(Options("run")).status());
  TrainOptions other = Options("run");
  other.beta = 10;
  EXPECT_THAT(Train(other),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("beta")));
  other.run.overwrite = true;
  ASSERT_OK_AND_ASSIGN(const WorkResult result, Train(other));
  EXPECT_EQ(result.records, 18);
}

TEST_F(TrainingStageTest, DoesNotDependOnPartsAndRecomputation) {
  ASSERT_OK(Train(Options("whole")).status());
  TrainOptions parts = Options("whole");
  parts.accumulate = 3;
  parts.recompute = true;
  ASSERT_OK_AND_ASSIGN(const WorkResult result, Train(parts));
  EXPECT_TRUE(result.already_done);
}

TEST_F(TrainingStageTest, FineTunesTheHeadAlone) {
  TrainOptions options = Options("run");
  options.objective = *ParseObjective("lp");
  options.teacher = "";
  options.counterfactuals = "";
  ASSERT_OK(Train(options).status());
  ASSERT_OK_AND_ASSIGN(const Checkpoint start, LoadCheckpoint(Path("student")));
  ASSERT_OK_AND_ASSIGN(const Checkpoint last, LoadCheckpoint(Path("run/last")));
  for (const auto& [name, tensor] : last.tensors) {
    EXPECT_EQ(tensor.equal(start.tensors.at(name)),
              name.rfind("classifier.", 0) != 0)
        << name;
  }
}

TEST_F(TrainingStageTest, PublishesNothingWhenTheLastStepDiverges) {
  TrainOptions options = Options("run");
  options.objective = *ParseObjective("ft");
  options.teacher = "";
  options.counterfactuals = "";
  // One step, whose loss is fine and whose update is not.
  options.epochs = 1;
  options.global_batch_size = 10;
  options.learning_rate = 1e39;
  options.schedule = ScheduleKind::kConstant;
  for (int attempt = 0; attempt < 2; ++attempt) {
    const absl::Status status = Train(options).status();
    EXPECT_EQ(ExitCode(status), kExitDiverged) << status;
    for (const char* name :
         {"last", "best", "train.manifest.json", "state/step-0000000001"}) {
      EXPECT_FALSE(PathExists(Path(absl::StrCat("run/", name)))) << name;
    }
  }
}

TEST_F(TrainingStageTest, NamesStepImagesAndLastStateWhenItDiverges) {
  TrainOptions options = Options("run");
  options.objective = *ParseObjective("ft");
  options.teacher = "";
  options.counterfactuals = "";
  options.schedule = ScheduleKind::kConstant;
  options.learning_rate = 1e39;
  options.checkpoint_every_steps = 0;
  const absl::Status status = Train(options).status();
  EXPECT_EQ(ExitCode(status), kExitDiverged) << status;
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("step 1: loss nan"),
                    HasSubstr("the images were \"image-"),
                    HasSubstr("the last good state is the start")));
}

TEST_F(TrainingStageTest, TellsTensorBoard) {
  ASSERT_OK(Train(Options("run")).status());
  for (const char* name : {"train", "validation"}) {
    EXPECT_THAT(ListDirectory(Path(absl::StrCat("run/events/", name))),
                IsOkAndHolds(testing::ElementsAre(
                    "events.out.tfevents.0000000001.maskfill")));
  }
  // 2 epochs, each with a sheet.
  ASSERT_OK_AND_ASSIGN(
      const std::string events,
      ReadFile(
          Path("run/events/train/events.out.tfevents.0000000001.maskfill")));
  const std::vector<std::string> parts =
      absl::StrSplit(events, "counterfactuals");
  EXPECT_EQ(parts.size(), 3);
  // They are the run's, so they go with it.
  TrainOptions other = Options("run");
  other.beta = 10;
  other.run.overwrite = true;
  other.validation = "";
  ASSERT_OK(Train(other).status());
  EXPECT_FALSE(PathExists(Path("run/events/validation")));
}

TEST_F(TrainingStageTest, WritesNothingInADryRun) {
  TrainOptions options = Options("run");
  options.run.dry_run = true;
  ASSERT_OK(Train(options).status());
  EXPECT_FALSE(PathExists(Path("run")));
}

TEST_F(TrainingStageTest, WritesNothingWhenTheHeadHasOtherClasses) {
  WriteCheckpoint(Path("wide"), 2, /*num_classes=*/6);
  TrainOptions options = Options("run");
  options.checkpoint = Path("wide");
  EXPECT_THAT(Train(options), StatusIs(absl::StatusCode::kFailedPrecondition,
                                       HasSubstr("head has 6")));
  EXPECT_FALSE(PathExists(Path("run")));
}

TEST_F(TrainingStageTest, RefusesAValidationSetThatDoesNotFit) {
  WriteTestImages(Path("allowed"), {.allowed_classes = {1, 9}});
  WriteTestImages(Path("large"), {.image_size = 32});
  TrainOptions options = Options("run");
  for (const char* set : {"allowed", "large"}) {
    options.validation = Path(set);
    EXPECT_THAT(Train(options),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         AllOf(HasSubstr("--validation"), HasSubstr(set))));
    EXPECT_FALSE(PathExists(Path("run")));
  }
}

TEST_F(TrainingStageTest, RefusesATeacherWithOtherFeatures) {
  WriteCheckpoint(Path("other"), 2, 5, /*embed_dim=*/4);
  TrainOptions options = Options("run");
  options.teacher = Path("other");
  EXPECT_THAT(Train(options), StatusIs(absl::StatusCode::kFailedPrecondition,
                                       HasSubstr("teacher's features")));
}

TEST_F(TrainingStageTest, SaysWhichInputIsMissing) {
  TrainOptions options = Options("run");
  options.teacher = Path("absent");
  EXPECT_THAT(Train(options),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("--teacher")));
  options = Options("run");
  options.validation = Path("absent");
  EXPECT_THAT(Train(options),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("--validation")));
}

TEST_F(TrainingStageTest, LeavesTheDirectoryOfAnotherToolAlone) {
  WriteTestImages(Path("run"), {});
  EXPECT_THAT(Train(Options("run")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("set.manifest.json")));
}

TEST_F(TrainingStageTest, BeginsAgainWhenToldNotToResume) {
  ASSERT_OK(Train(Options("run")).status());
  TrainOptions again = Options("run");
  again.resume = false;
  ASSERT_OK_AND_ASSIGN(const WorkResult result, Train(again));
  EXPECT_FALSE(result.already_done);
  EXPECT_EQ(result.records, 18);
  EXPECT_EQ(Lines("run/metrics.jsonl").size(), 6);
}

}  // namespace
}  // namespace maskfill

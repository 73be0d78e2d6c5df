// train --mode=flyp: from a CLIP with both towers to a checkpoint with a head.

#include <string>

#include "ATen/ops/allclose.h"
#include "ATen/ops/equal.h"
#include "absl/strings/str_cat.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/metrics/score_set.h"
#include "core/model/checkpoint.h"
#include "core/model/image_classifier.h"
#include "core/text/zeroshot_head.h"
#include "core/work/work.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/load_checkpoint.h"
#include "tests/support/small_training.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/test_sets.h"
#include "tests/support/tiny_model.h"
#include "train/train.h"

namespace maskfill {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class TextTrainingTest : public testing::Test {
 protected:
  void SetUp() override {
    dir_ = TestDirectory();
    WriteTestImages(Path("images"), {.num_images = 10});
    WriteTestImages(Path("held_out"), {.num_images = 7, .seed = 1});
    ASSERT_OK(WriteFileAtomically(Path("names"), "a\nb\nc\nd\ne\n"));
    ASSERT_OK(WriteFileAtomically(Path("templates"), "the {}\none {}\n{}\n"));
    Checkpoint clip;
    clip.config = TinyModelConfig(/*num_classes=*/0);
    clip.config.text = {.width = 8, .heads = 2, .layers = 1, .mlp_width = 16};
    clip.config.context_length = 8;
    clip.config.vocab_size = 49408;
    clip.tensors = TinyModelTensors(clip.config, /*seed=*/2);
    ASSERT_OK(WriteCheckpoint(Path("clip"), clip).status());
  }

  std::string Path(const std::string& name) const {
    return JoinPath(dir_, name);
  }

  TrainOptions Options(const std::string& output) const {
    TrainOptions options = SmallTraining(dir_, output, "flyp");
    options.checkpoint = Path("clip");
    options.class_names = Path("names");
    options.templates = Path("templates");
    return options;
  }

  void ExpectSameFile(const std::string& a, const std::string& b) const {
    ASSERT_OK_AND_ASSIGN(const std::string bytes, ReadFile(Path(a)));
    EXPECT_THAT(ReadFile(Path(b)), IsOkAndHolds(bytes)) << a << ", " << b;
  }

  std::string dir_;
};

TEST_F(TextTrainingTest, LeavesAClassifierOfItsOwnTextTower) {
  ASSERT_OK_AND_ASSIGN(const WorkResult result, Train(Options("run")));
  ASSERT_OK_AND_ASSIGN(const Checkpoint start, LoadCheckpoint(Path("clip")));
  ASSERT_OK_AND_ASSIGN(const Checkpoint last, LoadCheckpoint(Path("run/last")));
  EXPECT_THAT(last.config.class_names, ElementsAre("a", "b", "c", "d", "e"));
  for (const char* name : {"visual.proj", "text_projection", "logit_scale"}) {
    EXPECT_FALSE(at::equal(last.tensors.at(name), start.tensors.at(name)))
        << name;
  }
  ZeroshotHeadOptions head;
  head.class_names = last.config.class_names;
  head.prompts.templates = {"the {}", "one {}", "{}"};
  ASSERT_OK_AND_ASSIGN(const at::Tensor expected, ZeroshotHead(last, head));
  EXPECT_TRUE(at::allclose(last.tensors.at("classifier.weight"), expected));
  ASSERT_OK_AND_ASSIGN(const at::Tensor before, ZeroshotHead(start, head));
  EXPECT_FALSE(at::allclose(before, expected));

  // What the last validation saw is what anyone sees in that checkpoint.
  ASSERT_OK_AND_ASSIGN(const Checkpoint best, LoadCheckpoint(Path("run/best")));
  ASSERT_OK_AND_ASSIGN(const ImageClassifier classifier,
                       ImageClassifier::FromCheckpoint(best, at::kCPU));
  ASSERT_OK_AND_ASSIGN(
      const RecordSet held_out,
      RecordSet::Open(Path("held_out"), "maskfill.v1.ImageRecord"));
  ASSERT_OK_AND_ASSIGN(const AccuracySums sums,
                       ScoreSet(classifier, held_out, {.num_threads = 1}));
  EXPECT_NEAR(CounterOf(result.manifest, "best_accuracy"), sums.Top1() / 100,
              1e-9);
}

TEST_F(TextTrainingTest, ResumedEqualsUninterruptedBitForBit) {
  ASSERT_OK(Train(Options("whole")).status());
  ASSERT_OK(Train(Options("killed")).status());
  ASSERT_OK(RemoveFile(Path("killed/train.manifest.json")));
  for (const char* name : {"last", "state/step-0000000006"}) {
    ASSERT_OK(RemoveTree(Path(absl::StrCat("killed/", name))));
  }
  ASSERT_OK_AND_ASSIGN(const WorkResult resumed, Train(Options("killed")));
  EXPECT_EQ(resumed.records, 6);  // steps 5 and 6
  for (const char* file :
       {"last/model.safetensors", "best/model.safetensors",
        "state/step-0000000006/optimizer.safetensors", "validation.jsonl"}) {
    ExpectSameFile(absl::StrCat("whole/", file), absl::StrCat("killed/", file));
  }
}

TEST_F(TextTrainingTest, GoesOnFromItsCheckpointWithItsClasses) {
  ASSERT_OK(Train(Options("first")).status());
  TrainOptions options = Options("second");
  options.checkpoint = Path("first/last");
  options.class_names = "";
  ASSERT_OK(Train(options).status());
  ASSERT_OK_AND_ASSIGN(const Checkpoint last,
                       LoadCheckpoint(Path("second/last")));
  EXPECT_THAT(last.config.class_names, ElementsAre("a", "b", "c", "d", "e"));
  // As a classifier it is one to any other mode, which leaves the text tower.
  options = Options("third");
  options.checkpoint = Path("first/last");
  options.objective = *ParseObjective("ft");
  options.class_names = "";
  ASSERT_OK(Train(options).status());
  ASSERT_OK_AND_ASSIGN(const Checkpoint from,
                       LoadCheckpoint(Path("first/last")));
  ASSERT_OK_AND_ASSIGN(const Checkpoint tuned,
                       LoadCheckpoint(Path("third/last")));
  EXPECT_TRUE(at::equal(tuned.tensors.at("text_projection"),
                        from.tensors.at("text_projection")));
}

TEST_F(TextTrainingTest, IsOtherWorkWithOtherClassesOrTemplates) {
  ASSERT_OK(Train(Options("run")).status());
  ASSERT_OK(WriteFileAtomically(Path("names"), "f\nb\nc\nd\ne\n"));
  EXPECT_THAT(Train(Options("run")), StatusIs(absl::StatusCode::kAlreadyExists,
                                              HasSubstr("class_names")));
  TrainOptions options = Options("run");
  ASSERT_OK(WriteFileAtomically(Path("names"), "a\nb\nc\nd\ne\n"));
  options.templates = "openai";
  EXPECT_THAT(Train(options), StatusIs(absl::StatusCode::kAlreadyExists,
                                       HasSubstr("templates")));
}

TEST_F(TextTrainingTest, SaysWhatItsCheckpointLacks) {
  Checkpoint image_tower;
  image_tower.config = TinyModelConfig(5);
  image_tower.tensors = TinyModelTensors(image_tower.config, /*seed=*/2);
  ASSERT_OK(WriteCheckpoint(Path("zeroshot"), image_tower).status());
  TrainOptions options = Options("run");
  options.checkpoint = Path("zeroshot");
  EXPECT_THAT(Train(options),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("--mode=flyp trains the text tower"),
                             HasSubstr("import_model"))));
  options = Options("run");
  options.class_names = "";
  EXPECT_THAT(Train(options), StatusIs(absl::StatusCode::kInvalidArgument,
                                       HasSubstr("--class_names is missing")));
  ASSERT_OK(WriteFileAtomically(Path("few"), "a\nb\nc\nd\n"));
  options.class_names = Path("few");
  EXPECT_THAT(Train(options), StatusIs(absl::StatusCode::kFailedPrecondition,
                                       AllOf(HasSubstr("--class_names"),
                                             HasSubstr("has 5 classes"))));
  // Found before anything is written, not in the first step.
  ASSERT_OK(WriteFileAtomically(Path("long"), "{} 1 2 3 4 5 6 7 8\n"));
  options = Options("run");
  options.templates = Path("long");
  EXPECT_THAT(Train(options), StatusIs(absl::StatusCode::kInvalidArgument,
                                       HasSubstr("the model takes 8")));
  EXPECT_FALSE(PathExists(Path("run/metrics.jsonl")));
}

}  // namespace
}  // namespace maskfill

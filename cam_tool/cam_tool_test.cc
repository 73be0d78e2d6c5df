#include "cam_tool/cam_tool.h"

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "ATen/ops/empty.h"
#include "ATen/ops/tensor.h"
#include "ATen/ops/zeros.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/counter_rng.h"
#include "core/base/files.h"
#include "core/cam/cam_kind.h"
#include "core/cam/cams.h"
#include "core/model/checkpoint.h"
#include "core/model/image_classifier.h"
#include "core/record/manifest.h"
#include "core/record/record_set.h"
#include "core/work/shards.h"
#include "core/work/work.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/records.pb.h"
#include "tests/support/load_checkpoint.h"
#include "tests/support/random_weights.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tensor_near.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr int64_t kImages = 7;
constexpr int64_t kShards = 2;
constexpr int64_t kSize = 12;
constexpr int64_t kPatches = 9;
constexpr int64_t kClasses = 3;

v1::ImageRecord MakeRecord(int64_t i, int64_t size) {
  v1::ImageRecord record;
  record.set_schema_version(1);
  record.set_id(absl::StrCat("image-", i));
  record.set_label(i % kClasses);
  v1::PixelBlock& pixels = *record.mutable_pixels();
  pixels.set_height(static_cast<int32_t>(size));
  pixels.set_width(static_cast<int32_t>(size));
  CounterRng rng(1, "pixels", 0, record.id());
  for (int64_t k = 0; k < size * size * 3; ++k) {
    pixels.mutable_data()->push_back(static_cast<char>(rng.Below(256)));
  }
  return record;
}

at::Tensor PixelsOf(const v1::ImageRecord& image) {
  at::Tensor pixels = at::empty({1, kSize, kSize, 3}, at::kByte);
  std::memcpy(pixels.mutable_data_ptr(), image.pixels().data().data(),
              image.pixels().data().size());
  return pixels;
}

at::Tensor RelevanceOf(const v1::CamRecord& cam) {
  EXPECT_EQ(cam.relevance().size(), kPatches * sizeof(float));
  at::Tensor relevance = at::empty({1, kPatches});
  std::memcpy(relevance.mutable_data_ptr(), cam.relevance().data(),
              cam.relevance().size());
  return relevance;
}

class CamStage : public testing::Test {
 protected:
  CamStage() : dir_(TestDirectory()) {
    config_.embed_dim = 6;
    config_.vision = {.width = 8, .heads = 2, .layers = 2, .mlp_width = 16};
    config_.image_size = kSize;
    config_.patch_size = 4;
    config_.num_classes = kClasses;
    options_.run.input = JoinPath(dir_, "images");
    options_.run.output = JoinPath(dir_, "cams");
    options_.run.progress = ProgressMode::kNone;
    options_.run.num_threads = 2;
    options_.checkpoint = JoinPath(dir_, "model");
    options_.compute.batch_size = 3;
  }

  // `num_classes` 0: the manifest does not say which classes there are.
  void WriteImages(int64_t size = kSize, int64_t num_classes = 0) {
    RunOptions run;
    run.output = options_.run.input;
    run.progress = ProgressMode::kNone;
    ShardSpec spec;
    spec.work.tool = "ingest";
    spec.record_type = "maskfill.v1.ImageRecord";
    spec.name = "images";
    spec.num_shards = kShards;
    spec.dataset.set_image_size(static_cast<int32_t>(size));
    for (int64_t c = 0; c < num_classes; ++c) {
      spec.dataset.add_class_keys(absl::StrCat("class ", c));
    }
    ASSERT_OK(MakeShards(run, spec, [&](int64_t shard, ShardSink& sink) {
      for (int64_t i = shard; i < kImages; i += kShards) {
        if (absl::Status status = sink.Append(MakeRecord(i, size));
            !status.ok()) {
          return status;
        }
      }
      return absl::OkStatus();
    }));
  }
  // Random weights, but for `weights_`.
  void WriteCheckpoint() {
    NamedTensors tensors = RandomWeights(config_, 1);
    for (const auto& [name, tensor] : weights_) tensors[name] = tensor;
    ASSERT_OK(maskfill::WriteCheckpoint(options_.checkpoint,
                                        {config_, std::move(tensors), ""}));
  }

  // All records of `dir` in order.
  std::vector<v1::CamRecord> ReadCams(const std::string& dir) {
    std::vector<v1::CamRecord> records;
    auto set = RecordSet::Open(dir, "maskfill.v1.CamRecord");
    EXPECT_OK(set);
    for (int64_t shard = 0; set.ok() && shard < set->num_shards(); ++shard) {
      auto reader = set->OpenShard(shard);
      EXPECT_OK(reader);
      v1::CamRecord record;
      while ((*reader)->Next(&record).ok()) records.push_back(record);
    }
    return records;
  }
  std::string ReadShards(const std::string& dir) {
    std::string bytes;
    auto names = ListDirectory(dir);
    EXPECT_OK(names);
    for (const std::string& name : *names) {
      if (absl::EndsWith(name, ".tfrecord")) {
        bytes += *ReadFile(JoinPath(dir, name));
      }
    }
    return bytes;
  }

  const std::string dir_;
  ModelConfig config_;
  NamedTensors weights_;
  CamToolOptions options_;
};

TEST_F(CamStage, WritesTheMapOfEveryImageInOrderByEveryKind) {
  WriteImages();
  WriteCheckpoint();
  options_.run.overwrite = true;
  ASSERT_OK_AND_ASSIGN(const Checkpoint checkpoint,
                       LoadCheckpoint(options_.checkpoint));
  ASSERT_OK_AND_ASSIGN(const ImageClassifier classifier,
                       ImageClassifier::FromCheckpoint(checkpoint, at::kCPU));
  for (const CamKind& kind : AllCamKinds()) {
    options_.kind = &kind;
    ASSERT_OK_AND_ASSIGN(const WorkResult result, CamTool(options_));
    EXPECT_TRUE(result.complete);
    EXPECT_EQ(ToText(result),
              "7 CAMs, 0 of them degenerate (no relevance anywhere)\n");
    const std::vector<v1::CamRecord> cams = ReadCams(options_.run.output);
    ASSERT_EQ(cams.size(), kImages);
    for (size_t k = 0; k < cams.size(); ++k) {
      // Shard 0 holds images 0, 2, 4, 6 and shard 1 images 1, 3, 5.
      const int64_t i = k < 4 ? 2 * k : 2 * (k - 4) + 1;
      const v1::ImageRecord image = MakeRecord(i, kSize);
      EXPECT_EQ(cams[k].id(), image.id());
      EXPECT_EQ(cams[k].grid_height() * cams[k].grid_width(), kPatches);
      const Cams expected =
          kind.compute({.classifier = &classifier,
                        .tower = &classifier.backbone(),
                        .pixels = PixelsOf(image),
                        .targets = at::tensor({image.label()}, at::kLong),
                        .num_patches = kPatches,
                        .ids = {image.id()}});
      // Another batch size: rounding of float32.
      EXPECT_TRUE(TensorNear(RelevanceOf(cams[k]), expected.relevance, 1e-4))
          << kind.name;
      EXPECT_NEAR(cams[k].max_relevance(),
                  expected.max_relevance.item<double>(),
                  1e-4 * expected.max_relevance.item<double>());
      EXPECT_EQ(cams[k].target(), kind.explains_class ? image.label() : -1);
    }
  }
}

TEST_F(CamStage, ExplainsTheClassThatItIsTold) {
  WriteImages();
  WriteCheckpoint();
  options_.target = {CamTarget::Kind::kClass, 2};
  ASSERT_OK(CamTool(options_));
  for (const v1::CamRecord& cam : ReadCams(options_.run.output)) {
    EXPECT_EQ(cam.target(), 2);
  }
  options_.target.class_index = kClasses;
  EXPECT_THAT(CamTool(options_),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("--target is class 3"),
                             HasSubstr("3 classes (0 to 2)"))));
}

TEST_F(CamStage, CountsMapsWithoutAnyRelevance) {
  WriteImages();
  weights_["classifier.weight"] = at::zeros({kClasses, config_.embed_dim});
  WriteCheckpoint();
  ASSERT_OK_AND_ASSIGN(const WorkResult result, CamTool(options_));
  EXPECT_EQ(CounterOf(result.manifest, "degenerate"), kImages);
  EXPECT_EQ(ToText(result),
            "7 CAMs, 7 of them degenerate (no relevance anywhere)\n");
  for (const v1::CamRecord& cam : ReadCams(options_.run.output)) {
    EXPECT_EQ(cam.max_relevance(), 0);
    EXPECT_TRUE(RelevanceOf(cam).equal(at::zeros({1, kPatches})));
  }
}

TEST_F(CamStage, WhatNeedsNoClassNeedsNoHead) {
  WriteImages(kSize, kClasses);
  config_.num_classes = 0;
  WriteCheckpoint();
  options_.run.overwrite = true;
  for (const CamKind& kind : AllCamKinds()) {
    options_.kind = &kind;
    if (kind.explains_class) continue;
    EXPECT_OK(CamTool(options_)) << kind.name;
  }
}

TEST_F(CamStage, RandomMapsDependOnNoWeights) {
  WriteImages();
  WriteCheckpoint();
  ASSERT_OK_AND_ASSIGN(options_.kind, ParseCamKind("random"));
  options_.run.seed = 5;
  ASSERT_OK(CamTool(options_));
  config_.activation = Activation::kGelu;
  WriteCheckpoint();
  ASSERT_OK_AND_ASSIGN(const WorkResult again, CamTool(options_));
  EXPECT_TRUE(again.already_done);
  options_.run.seed = 6;
  EXPECT_THAT(CamTool(options_), StatusIs(absl::StatusCode::kAlreadyExists));
}

TEST_F(CamStage, ManifestSaysWhatWasDone) {
  WriteImages();
  WriteCheckpoint();
  ASSERT_OK_AND_ASSIGN(const WorkResult result, CamTool(options_));
  EXPECT_EQ(result.manifest.tool(), "cam_tool");
  ASSERT_OK_AND_ASSIGN(
      const RecordSet images,
      RecordSet::Open(options_.run.input, "maskfill.v1.ImageRecord"));
  EXPECT_OK(CheckSameImages(images.manifest(), result.manifest));
  ASSERT_OK_AND_ASSIGN(const Checkpoint checkpoint,
                       LoadCheckpoint(options_.checkpoint));
  EXPECT_EQ(FindInput(result.manifest, "checkpoint")->fingerprint(),
            checkpoint.fingerprint);
}

TEST_F(CamStage, BytesDoNotDependOnTasks) {
  WriteImages();
  WriteCheckpoint();
  for (const CamKind& kind : AllCamKinds()) {
    options_.kind = &kind;
    options_.run.output = JoinPath(dir_, kind.name);
    options_.run.task_count = 1;
    options_.run.task_index = 0;
    ASSERT_OK(CamTool(options_));
    const std::string bytes = ReadShards(options_.run.output);
    EXPECT_FALSE(bytes.empty());
    options_.run.output += "-by-tasks";
    options_.run.task_count = 2;
    for (const int64_t task : {1, 0}) {
      options_.run.task_index = task;
      ASSERT_OK(CamTool(options_));
    }
    EXPECT_EQ(ReadShards(options_.run.output), bytes) << kind.name;
  }
}

TEST_F(CamStage, ASecondRunHasNothingToDo) {
  WriteImages();
  WriteCheckpoint();
  ASSERT_OK(CamTool(options_));
  const std::string bytes = ReadShards(options_.run.output);
  ASSERT_OK_AND_ASSIGN(const WorkResult again, CamTool(options_));
  EXPECT_TRUE(again.already_done);
  EXPECT_EQ(ReadShards(options_.run.output), bytes);
}

TEST_F(CamStage, AnotherCheckpointInTheSameDirectoryIsRefused) {
  WriteImages();
  WriteCheckpoint();
  ASSERT_OK(CamTool(options_));
  config_.activation = Activation::kGelu;
  WriteCheckpoint();
  EXPECT_THAT(CamTool(options_), StatusIs(absl::StatusCode::kAlreadyExists,
                                          HasSubstr("checkpoint")));
}

TEST_F(CamStage, ACheckpointWithoutHeadIsRefused) {
  WriteImages();
  config_.num_classes = 0;
  WriteCheckpoint();
  EXPECT_THAT(CamTool(options_), StatusIs(absl::StatusCode::kFailedPrecondition,
                                          AllOf(HasSubstr("no classifier head"),
                                                HasSubstr("build_zeroshot"))));
}

TEST_F(CamStage, ALabelOutsideTheHeadIsRefusedButMayBePredicted) {
  WriteImages();
  config_.num_classes = kClasses - 1;
  WriteCheckpoint();
  EXPECT_THAT(CamTool(options_),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("\"image-2\" has label 2"),
                             HasSubstr("head has 2 classes"))));
  options_.target.kind = CamTarget::Kind::kPredicted;
  EXPECT_OK(CamTool(options_));
}

TEST_F(CamStage, AHeadForOtherClassesIsRefusedWhateverItsTarget) {
  WriteImages(kSize, kClasses);
  config_.num_classes = 10;
  WriteCheckpoint();
  for (const auto target :
       {CamTarget::Kind::kLabel, CamTarget::Kind::kPredicted}) {
    options_.target.kind = target;
    EXPECT_THAT(CamTool(options_),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         AllOf(HasSubstr("has 3 classes"),
                               HasSubstr("head has 10 rows"))));
    EXPECT_FALSE(PathExists(options_.run.output));
  }
  config_.num_classes = kClasses;
  WriteCheckpoint();
  EXPECT_OK(CamTool(options_));
}

TEST_F(CamStage, ImagesOfAnotherSizeAreRefused) {
  WriteImages(16);
  WriteCheckpoint();
  EXPECT_THAT(CamTool(options_),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("16 px"), HasSubstr("12 px"))));
}

TEST_F(CamStage, MoreLayersThanThereAreIsRefused) {
  WriteImages();
  WriteCheckpoint();
  options_.layers = 3;
  EXPECT_THAT(CamTool(options_), StatusIs(absl::StatusCode::kFailedPrecondition,
                                          HasSubstr("--layers is 3")));
}

TEST_F(CamStage, MissingInputsAreNotFound) {
  WriteCheckpoint();
  EXPECT_THAT(CamTool(options_), StatusIs(absl::StatusCode::kNotFound));
  WriteImages();
  options_.checkpoint = JoinPath(dir_, "none");
  EXPECT_THAT(CamTool(options_),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("none")));
}

}  // namespace
}  // namespace maskfill

#include "spurious_shapes/pretrain/pretrain_clip_stage.h"

#include <csignal>
#include <string>
#include <thread>

#include "core/base/files.h"
#include "core/base/preemption.h"
#include "core/base/status_matchers.h"
#include "core/model/safetensors.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

PretrainClipOptions SmallRun(const std::string& name) {
  PretrainClipOptions options;
  options.output = testing::TempDir() + "/" + name;
  options.progress = ProgressMode::kNone;
  options.seed = 3;
  options.steps = 4;
  options.text_only_steps = 2;
  options.batch_size = 20;
  options.images_per_pass = 5;
  options.num_replicas = 2;
  options.warmup_steps = 2;
  options.decay_steps = 2;
  options.text_frozen_steps = 1;
  options.checkpoint_every_steps = 2;
  options.probe_every_steps = 3;
  options.probe_images = 10;
  return options;
}

std::string ClipBytes(const PretrainClipOptions& options) {
  return ReadFile(JoinPath(options.output, kClipFile)).value();
}

TEST(PretrainClip, WritesAFileThatSaysAllAboutItself) {
  const PretrainClipOptions options = SmallRun("whole");
  ASSERT_OK_AND_ASSIGN(const PretrainClipStats stats, PretrainClip(options));
  EXPECT_EQ(stats.steps, 6);
  ASSERT_OK_AND_ASSIGN(const SafetensorsFile file,
                       ReadSafetensors(JoinPath(options.output, kClipFile)));
  EXPECT_EQ(file.metadata.at("activation"), "quick_gelu");
  EXPECT_EQ(file.metadata.at("heads"), "3");
  EXPECT_EQ(file.metadata.at("text_heads"), "2");
  EXPECT_EQ(file.tensors.at("visual.proj").scalar_type(), at::kHalf);
  EXPECT_EQ(file.tensors.at("token_embedding.weight").size(0), 49408);
  ASSERT_OK_AND_ASSIGN(
      const std::string metrics,
      ReadFile(JoinPath(options.output, kPretrainMetricsFile)));
  EXPECT_NE(metrics.find("\"zero_shot\""), std::string::npos);
  // Again: nothing to do, and nothing changes.
  const std::string bytes = ClipBytes(options);
  ASSERT_OK_AND_ASSIGN(const PretrainClipStats again, PretrainClip(options));
  EXPECT_TRUE(again.already_done);
  EXPECT_EQ(ClipBytes(options), bytes);
}

TEST(PretrainClip, ContinuesAStoppedRunWithTheSameResult) {
  const PretrainClipOptions whole = SmallRun("uninterrupted");
  ASSERT_OK(PretrainClip(whole).status());
  const PretrainClipOptions options = SmallRun("stopped");
  // Stops at whatever step comes after the first saved state.
  std::thread stopper([&] {
    const std::string state = JoinPath(options.output, kPretrainStateFile);
    const std::string done = JoinPath(options.output, kClipFile);
    while (!PathExists(state) && !PathExists(done)) std::this_thread::yield();
    SetPreemptionSignalForTest(SIGTERM);
  });
  const absl::Status first = PretrainClip(options).status();
  stopper.join();
  SetPreemptionSignalForTest(0);
  EXPECT_TRUE(first.ok() || absl::IsCancelled(first)) << first;
  ASSERT_OK(PretrainClip(options).status());
  EXPECT_EQ(ClipBytes(options), ClipBytes(whole));
  EXPECT_FALSE(PathExists(JoinPath(options.output, kPretrainStateFile)));
}

TEST(PretrainClip, RefusesTheDirectoryOfAnotherRun) {
  PretrainClipOptions options = SmallRun("other");
  ASSERT_OK(PretrainClip(options).status());
  options.seed = 4;
  EXPECT_THAT(PretrainClip(options),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace maskfill

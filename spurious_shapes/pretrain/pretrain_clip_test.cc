#include "spurious_shapes/pretrain/pretrain_clip.h"

#include <csignal>
#include <string>
#include <thread>

#include "core/base/files.h"
#include "core/base/preemption.h"
#include "core/model/safetensors.h"
#include "core/work/work.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using testing::HasSubstr;

PretrainClipOptions SmallRun(const std::string& output) {
  PretrainClipOptions options;
  options.run.output = output;
  options.run.progress = ProgressMode::kNone;
  options.run.seed = 3;
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
  return ReadFile(JoinPath(options.run.output, kClipFile)).value();
}

TEST(PretrainClip, WritesAFileThatSaysAllAboutItself) {
  const PretrainClipOptions options = SmallRun(TestDirectory() + "/run");
  ASSERT_OK_AND_ASSIGN(const WorkResult result, PretrainClip(options));
  EXPECT_EQ(CounterOf(result.manifest, "steps"), 6);
  ASSERT_OK_AND_ASSIGN(
      const SafetensorsFile file,
      ReadSafetensors(JoinPath(options.run.output, kClipFile)));
  EXPECT_EQ(file.metadata.at("activation"), "quick_gelu");
  EXPECT_EQ(file.metadata.at("heads"), "3");
  EXPECT_EQ(file.metadata.at("text_heads"), "2");
  EXPECT_EQ(file.tensors.at("visual.proj").scalar_type(), at::kHalf);
  EXPECT_EQ(file.tensors.at("token_embedding.weight").size(0), 49408);
  ASSERT_OK_AND_ASSIGN(
      const std::string metrics,
      ReadFile(JoinPath(options.run.output, kPretrainMetricsFile)));
  EXPECT_THAT(metrics, HasSubstr("\"step\":6,\"loss\""));
  ASSERT_OK_AND_ASSIGN(const std::string probes,
                       ReadFile(JoinPath(options.run.output, kZeroShotFile)));
  EXPECT_THAT(probes, HasSubstr("\"step\":3,\"zero_shot\""));
  // Again: nothing to do, and nothing changes.
  const std::string bytes = ClipBytes(options);
  ASSERT_OK_AND_ASSIGN(const WorkResult again, PretrainClip(options));
  EXPECT_TRUE(again.already_done);
  EXPECT_EQ(ClipBytes(options), bytes);
}

TEST(PretrainClip, ContinuesAStoppedRunWithTheSameResult) {
  const std::string dir = TestDirectory();
  const PretrainClipOptions whole = SmallRun(dir + "/uninterrupted");
  ASSERT_OK(PretrainClip(whole).status());
  const PretrainClipOptions options = SmallRun(dir + "/stopped");
  // Stops at whatever step comes after the first saved state.
  std::thread stopper([&] {
    const std::string state =
        JoinPath(options.run.output, "state/step-0000000002");
    const std::string done = JoinPath(options.run.output, kClipFile);
    while (!PathExists(state) && !PathExists(done)) std::this_thread::yield();
    SetPreemptionSignalForTest(SIGTERM);
  });
  const absl::Status first = PretrainClip(options).status();
  stopper.join();
  SetPreemptionSignalForTest(0);
  EXPECT_TRUE(first.ok() || absl::IsCancelled(first)) << first;
  ASSERT_OK(PretrainClip(options).status());
  EXPECT_EQ(ClipBytes(options), ClipBytes(whole));
}

TEST(PretrainClip, WritesALostFileAgainFromItsLastState) {
  const PretrainClipOptions options = SmallRun(TestDirectory() + "/run");
  ASSERT_OK(PretrainClip(options).status());
  const std::string bytes = ClipBytes(options);
  ASSERT_OK(RemoveFile(JoinPath(options.run.output, kClipFile)));
  ASSERT_OK_AND_ASSIGN(const WorkResult again, PretrainClip(options));
  EXPECT_FALSE(again.already_done);
  EXPECT_EQ(ClipBytes(options), bytes);
}

TEST(PretrainClip, RefusesTheDirectoryOfAnotherRun) {
  PretrainClipOptions options = SmallRun(TestDirectory() + "/run");
  ASSERT_OK(PretrainClip(options).status());
  options.run.seed = 4;
  EXPECT_THAT(PretrainClip(options),
              StatusIs(absl::StatusCode::kAlreadyExists));
}

}  // namespace
}  // namespace maskfill

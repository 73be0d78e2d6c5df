// The smallest CLIP that has every kind of weight, for tests.
#ifndef MASKFILL_TESTS_SUPPORT_TINY_CLIP_H_
#define MASKFILL_TESTS_SUPPORT_TINY_CLIP_H_

#include <string>

#include "core/model/checkpoint.h"
#include "core/model/model_config.h"
#include "core/model/named_tensors.h"
#include "model_tool/make_random_clip.h"
#include "tests/support/status_matchers.h"

namespace maskfill {

// Two layers of width 8 and two heads in both towers, four patches.
inline MakeRandomClipOptions TinyClipOptions() {
  MakeRandomClipOptions options;
  options.image_size = 4;
  options.patch_size = 2;
  options.vision = {.width = 8, .heads = 2, .layers = 2, .mlp_width = 16};
  options.text = options.vision;
  options.embed_dim = 4;
  return options;
}

inline ModelConfig TinyClipConfig() {
  auto config = RandomClipConfig(TinyClipOptions());
  EXPECT_OK(config);
  return *config;
}

inline NamedTensors TinyClipTensors() {
  return RandomClipTensors(TinyClipConfig(), /*seed=*/3);
}

// Writes its weights as a safetensors file.
inline void WriteTinyClip(const std::string& path) {
  MakeRandomClipOptions options = TinyClipOptions();
  options.run.output = path;
  EXPECT_OK(MakeRandomClip(options));
}

inline Checkpoint TinyClipCheckpoint() {
  Checkpoint checkpoint;
  checkpoint.config = TinyClipConfig();
  checkpoint.tensors = MoveTensors(TinyClipTensors(), at::kCPU, at::kFloat);
  return checkpoint;
}

}  // namespace maskfill

#endif  // MASKFILL_TESTS_SUPPORT_TINY_CLIP_H_

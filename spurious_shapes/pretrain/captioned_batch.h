// The pictures and captions of one step of contrastive pre-training.
#ifndef MASKFILL_SPURIOUS_SHAPES_PRETRAIN_CAPTIONED_BATCH_H_
#define MASKFILL_SPURIOUS_SHAPES_PRETRAIN_CAPTIONED_BATCH_H_

#include <cstdint>
#include <string>
#include <vector>

#include "spurious_shapes/scene.h"

namespace maskfill {

struct CaptionOptions {
  // Share of contexts in which a shape goes by another shape's word.
  double polysemy_rate = 0.1;
  // Share of batches whose captions leave out background, colour or both, so
  // that short prompts have a meaning too.
  double short_caption_rate = 0.25;
};

struct CaptionedBatch {
  std::vector<Scene> scenes;
  std::vector<std::string> captions;  // each once, in order of appearance
  std::vector<int64_t> caption_of;    // per scene, into captions
};

// The scenes of SampleStructuredBatch with their captions, which all have the
// same form. A pure function of its arguments; `size` > 0.
CaptionedBatch SampleCaptionedBatch(uint64_t seed, int64_t step, int64_t size,
                                    const CaptionOptions& options);

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_PRETRAIN_CAPTIONED_BATCH_H_

#include "spurious_shapes/pretrain/captioned_batch.h"

#include <map>

#include "core/base/counter_rng.h"
#include "spurious_shapes/pretrain/captions.h"
#include "spurious_shapes/structured_batch.h"

namespace maskfill {
namespace {

CaptionForm DrawForm(double short_caption_rate, CounterRng* rng) {
  if (rng->UniformDouble() >= short_caption_rate) return CaptionForm::kFull;
  return static_cast<CaptionForm>(1 + rng->Below(kNumCaptionForms - 1));
}

}  // namespace

CaptionedBatch SampleCaptionedBatch(uint64_t seed, int64_t step, int64_t size,
                                    const CaptionOptions& options) {
  CounterRng rng(seed, "pretrain_clip/caption_form",
                 static_cast<uint64_t>(step), "");
  const CaptionForm form = DrawForm(options.short_caption_rate, &rng);
  CaptionedBatch batch;
  batch.scenes = SampleStructuredBatch(seed, step, size);
  std::map<std::string, int64_t> index;
  for (const Scene& scene : batch.scenes) {
    const std::string caption =
        Caption(scene.factors, form, options.polysemy_rate);
    const auto [found, is_new] = index.emplace(caption, batch.captions.size());
    if (is_new) batch.captions.push_back(caption);
    batch.caption_of.push_back(found->second);
  }
  return batch;
}

}  // namespace maskfill

// Zero-shot accuracy during pre-training, on small held-out sets.
#ifndef MASKFILL_SPURIOUS_SHAPES_PRETRAIN_ZERO_SHOT_PROBE_H_
#define MASKFILL_SPURIOUS_SHAPES_PRETRAIN_ZERO_SHOT_PROBE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "ATen/core/Tensor.h"
#include "absl/status/statusor.h"
#include "spurious_shapes/pretrain/pretrainer.h"

namespace maskfill {

struct ZeroShotAccuracy {
  struct Set {
    std::string name;
    double top1 = 0;        // percent, prompts of all contexts
    double top1_exact = 0;  // percent, prompts of unambiguous contexts only
  };
  std::vector<Set> sets;  // ID first, then the five OOD suites

  double id() const { return sets[0].top1; }
  double ood() const;  // mean of the others
  double id_exact() const { return sets[0].top1_exact; }
  double ood_exact() const;
};

// Pictures of the benchmark's six test sets, drawn from a seed of their own:
// none of them is among the benchmark's or the pre-training's pictures.
class ZeroShotProbe {
 public:
  // `images_per_set`: a multiple of 10 keeps the classes balanced.
  ZeroShotProbe(int64_t images_per_set, int64_t image_size,
                double polysemy_rate);

  // As build_zeroshot and eval do it: a class's weight is the normalised mean
  // of the normalised features of PromptTemplates() with its name.
  absl::StatusOr<ZeroShotAccuracy> Measure(Pretrainer* pretrainer) const;

 private:
  struct Set {
    std::string name;
    at::Tensor pixels;  // [n, S, S, 3] uint8
  };

  const double polysemy_rate_;
  std::vector<Set> sets_;
};

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_PRETRAIN_ZERO_SHOT_PROBE_H_

// Arithmetic on the weights of whole models: interpolation and means.
#ifndef MASKFILL_CORE_MODEL_WEIGHT_SPACE_H_
#define MASKFILL_CORE_MODEL_WEIGHT_SPACE_H_

#include <cstdint>

#include "ATen/core/Tensor.h"
#include "core/model/named_tensors.h"

namespace maskfill {

// Whatever is combined here has the same names and shapes: what comes from
// files is compared before (checkpoint_layout.h). All of a model counts,
// backbone, head and logit_scale alike. Sums are float64, results float32,
// rounded once, on the device of the first.

// Numbers in all tensors together.
int64_t NumParameters(const NamedTensors& tensors);

// (1 - alpha) * a + alpha * b, for alpha in [0, 1]; 0 and 1 give a's and b's
// tensors themselves, bit for bit (0 * x + y would lose the sign of zeros).
NamedTensors Interpolate(const NamedTensors& a, const NamedTensors& b,
                         double alpha);

// The weighted mean of models that come one after another. Holds one float64
// sum, however many there are.
//
//   WeightMean mean;
//   for (const CheckpointFile& file : files) {
//     ASSIGN_OR_RETURN(const Checkpoint checkpoint, file.Load());
//     mean.Add(checkpoint.tensors);
//   }
//   NamedTensors soup = mean.Mean();
//
// The mean of one model is that model, bit for bit. For one thread.
class WeightMean {
 public:
  // `share` of the model in the mean, relative to the others'; above 0.
  void Add(const NamedTensors& model, double share = 1);

  // The sum of share * model over the sum of shares; after one Add at least.
  NamedTensors Mean() const;
  // Mean() as it would be after Add(model); likewise.
  NamedTensors MeanWith(const NamedTensors& model) const;

 private:
  NamedTensors sums_;  // float64
  double shares_ = 0;
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_MODEL_WEIGHT_SPACE_H_

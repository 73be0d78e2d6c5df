// Model Stock: how far to go from the pre-trained weights to the mean of the
// fine-tuned ones, told by the angle between these.
#ifndef MASKFILL_MODEL_TOOL_MODEL_STOCK_H_
#define MASKFILL_MODEL_TOOL_MODEL_STOCK_H_

#include <cstdint>
#include <map>
#include <string>

#include "core/model/named_tensors.h"

namespace maskfill {

// Jang et al., "Model Stock: All we need is just a few fine-tuned models",
// ECCV 2024. For each layer, which as in the authors' code is a tensor, with
// the anchor w0 (pre-trained) and N >= 2 fine-tuned w_i:
//
//   cos = mean over pairs i < j of the cosine of w_i - w0 and w_j - w0
//   t   = N cos / (1 + (N - 1) cos)
//   w   = t * mean(w_i) + (1 - t) * w0
//
// The paper derives t for acute angles. Where cos is not above 0, t is 0: the
// models agree on nothing but the anchor (the formula would go beyond it, and
// without bound). A model that did not move from the anchor has cosine 0 with
// all others, as in the authors' code; where none did, w is w0 bit for bit.
//
// Models come one after another: the sum of the cosines is that of unit
// vectors, |sum of u_i|^2 = (how many moved) + 2 * (sum over pairs of cos).
// Holds two float64 sums and the anchor, however many there are.
//
//   ModelStock stock(zeroshot.tensors);
//   for (...) stock.Add(checkpoint.tensors);
//   ModelStock::Result result = stock.Merge();
//
// For one thread.
class ModelStock {
 public:
  struct Result {
    NamedTensors tensors;                  // float32, on the anchor's devices
    std::map<std::string, double> ratios;  // t in [0, 1] of tensors that moved
  };

  explicit ModelStock(const NamedTensors& anchor);

  // Of the anchor's names and shapes.
  void Add(const NamedTensors& fine_tuned);

  // After two or more.
  Result Merge() const;

 private:
  struct Layer {
    at::Tensor anchor;      // float32
    at::Tensor moves;       // sum of w_i - w0, float64
    at::Tensor directions;  // sum of (w_i - w0) / |w_i - w0|, float64
    int64_t moved = 0;      // models that differ from the anchor
  };

  std::map<std::string, Layer> layers_;
  int64_t models_ = 0;
};

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_MODEL_STOCK_H_

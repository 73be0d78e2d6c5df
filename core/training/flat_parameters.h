// All trained parameters in one contiguous buffer, their gradients in another.
#ifndef MASKFILL_CORE_TRAINING_FLAT_PARAMETERS_H_
#define MASKFILL_CORE_TRAINING_FLAT_PARAMETERS_H_

#include <cstdint>
#include <vector>

#include "ATen/core/Tensor.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/model/named_tensors.h"

namespace maskfill {

// Moves named parameters into one flat float32 buffer of their device: each
// tensor keeps its name, shape and identity (whoever holds it sees the
// change) but becomes a view. Their grad() are views of a second buffer, so
// that clipping and the optimiser touch two long arrays instead of hundreds of
// short ones.
//
//   ASSIGN_OR_RETURN(FlatParameters flat, FlatParameters::Bind(trained));
//   flat.ZeroGradients();
//   loss.backward();
//   optimizer.Step(...);
//
// Offsets are multiples of 64 bytes; the gaps are zero and stay zero. Not
// thread-safe.
class FlatParameters {
 public:
  // `parameters`: dense float32 leaves on one device, at least one. They
  // require gradients from here on. InvalidArgument names a tensor that does
  // not fit. `num_sums`: further numbers to lie behind the gradients.
  static absl::StatusOr<FlatParameters> Bind(const NamedTensors& parameters,
                                             int64_t num_sums = 0);

  // [size] float32: all parameters, and all gradients.
  const at::Tensor& values() const { return values_; }
  const at::Tensor& gradients() const { return gradients_; }
  // [num_sums] float32, and both in one, [size + num_sums]: what processes that
  // train together add up, in one operation.
  at::Tensor sums() const;
  const at::Tensor& gradients_and_sums() const { return gradients_and_sums_; }
  // The single gradients: views, in the order of the names.
  const std::vector<at::Tensor>& gradient_views() const {
    return gradient_views_;
  }
  const NamedTensors& parameters() const { return parameters_; }
  // Parameters without the gaps.
  int64_t num_parameters() const { return num_parameters_; }

  // And the sums.
  void ZeroGradients() const;

  // DivergedError unless every parameter is a finite number; waits for the
  // device.
  absl::Status CheckFinite() const;

  // Views of `flat`, which has the layout of values(), by parameter name.
  NamedTensors Views(const at::Tensor& flat) const;
  // Copies `tensors` into `flat`, which has the layout of values().
  // InvalidArgument unless names and shapes are those of the parameters.
  absl::Status CopyInto(const NamedTensors& tensors,
                        const at::Tensor& flat) const;

 private:
  FlatParameters() = default;

  at::Tensor values_;
  at::Tensor gradients_and_sums_;
  at::Tensor gradients_;  // a view
  std::vector<at::Tensor> gradient_views_;
  NamedTensors parameters_;
  std::vector<int64_t> offsets_;  // in the order of parameters_
  int64_t num_parameters_ = 0;
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_TRAINING_FLAT_PARAMETERS_H_

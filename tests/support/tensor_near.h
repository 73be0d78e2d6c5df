// Comparing tensors in tests.
#ifndef MASKFILL_TESTS_SUPPORT_TENSOR_NEAR_H_
#define MASKFILL_TESTS_SUPPORT_TENSOR_NEAR_H_

#include "ATen/core/Tensor.h"
#include "core/model/named_tensors.h"
#include "gtest/gtest.h"

namespace maskfill {

// Equal shapes and |a - b| <= absolute + relative * |b| everywhere:
//   EXPECT_TRUE(TensorNear(found, expected, 1e-6));
inline testing::AssertionResult TensorNear(const at::Tensor& a,
                                           const at::Tensor& b, double absolute,
                                           double relative = 0) {
  if (a.sizes() != b.sizes()) {
    return testing::AssertionFailure() << "shapes " << ShapeText(a.sizes())
                                       << " and " << ShapeText(b.sizes());
  }
  const at::Tensor x = a.detach().to(at::kCPU, at::kDouble);
  const at::Tensor y = b.detach().to(at::kCPU, at::kDouble);
  const at::Tensor difference = x.sub(y).abs();
  // Also false for NaN.
  if (difference.le(y.abs().mul(relative).add(absolute)).all().item<bool>()) {
    return testing::AssertionSuccess();
  }
  return testing::AssertionFailure()
         << "largest difference " << difference.max().item<double>()
         << " of values up to " << y.abs().max().item<double>();
}

}  // namespace maskfill

#endif  // MASKFILL_TESTS_SUPPORT_TENSOR_NEAR_H_

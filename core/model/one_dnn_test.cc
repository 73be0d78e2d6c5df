#include "core/model/one_dnn.h"

#include <cstdint>

#include "ATen/ops/linear.h"
#include "ATen/ops/randn.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

TEST(HasOneDnn, OnTheCpuInTwoTypes) {
  EXPECT_TRUE(HasOneDnn(at::kCPU, at::kFloat));
  EXPECT_FALSE(HasOneDnn(at::kCPU, at::kDouble));
  EXPECT_FALSE(HasOneDnn(at::kMeta, at::kFloat));
}

// Packing is a matter of speed alone.
TEST(PackForOneDnn, GivesTheSameBits) {
  struct Sizes {
    int64_t rows, inputs, outputs;
  };
  for (const at::ScalarType dtype : {at::kFloat, at::kBFloat16}) {
    if (!HasOneDnn(at::kCPU, dtype)) continue;
    for (const Sizes& size : {Sizes{1, 1, 1}, Sizes{9, 7, 40}, Sizes{50, 96, 3},
                              Sizes{150, 768, 96}}) {
      const at::Tensor x = at::randn({size.rows, size.inputs}).to(dtype);
      const at::Tensor weight =
          at::randn({size.outputs, size.inputs}).to(dtype);
      const at::Tensor bias = at::randn({size.outputs}).to(dtype);
      const at::Tensor residual =
          at::randn({size.rows, size.outputs}).to(dtype);
      const at::Tensor packed = PackForOneDnn(weight);
      EXPECT_TRUE(
          OneDnnLinear(x, packed, bias).equal(OneDnnLinear(x, weight, bias)));
      EXPECT_TRUE(OneDnnLinear(x, packed, bias, "swish")
                      .equal(OneDnnLinear(x, weight, bias, "swish")));
      EXPECT_TRUE(OneDnnLinearAdd(x, packed, bias, residual)
                      .equal(OneDnnLinearAdd(x, weight, bias, residual)));
      // A transposed weight is packed as well as a contiguous one.
      EXPECT_TRUE(OneDnnLinear(residual, PackForOneDnn(weight.t()))
                      .equal(OneDnnLinear(residual, weight.t().contiguous())));
    }
  }
}

}  // namespace
}  // namespace maskfill

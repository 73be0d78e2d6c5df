#include "core/model/weight_values.h"

#include <cmath>
#include <limits>

#include "ATen/ops/full.h"
#include "ATen/ops/ones.h"
#include "ATen/ops/tensor.h"
#include "ATen/ops/zeros.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(WeightValues, NamesTheTensorWithAValueThatIsNoWeight) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  NamedTensors tensors = {{"a", at::ones({2, 3})},
                          {"b", at::ones({4})},
                          {"count", at::zeros({1}, at::kLong)}};
  EXPECT_OK(CheckWeightValues(tensors));
  for (const float value : {kInfinity, -kInfinity, std::nanf("")}) {
    tensors["b"] = at::ones({4});
    tensors["b"][2] = value;
    EXPECT_THAT(CheckWeightValues(tensors),
                StatusIs(absl::StatusCode::kDataLoss,
                         AllOf(HasSubstr("\"b\" holds "), HasSubstr("finite"))))
        << value;
  }
}

TEST(WeightValues, FindsWhatFloat32CannotHold) {
  EXPECT_THAT(ValueProblem("a", at::full({2}, 1e300, at::kDouble)),
              HasSubstr("1e+300, more than float32"));
  EXPECT_THAT(ValueProblem("a", at::full({2}, 3e38, at::kDouble)), IsEmpty());
  EXPECT_THAT(ValueProblem("a", at::full({2}, 65504, at::kHalf)), IsEmpty());
}

TEST(WeightValues, KnowsWhatATemperatureIs) {
  EXPECT_THAT(ValueProblem("logit_scale", at::tensor(4.6052f)), IsEmpty());
  EXPECT_THAT(ValueProblem("logit_scale", at::tensor(100.f)),
              HasSubstr("is 100"));
  EXPECT_THAT(ValueProblem("logit_scale", at::tensor(-50.f)),
              HasSubstr("is -50"));
}

TEST(WeightValues, RefusesAProjectionToNothing) {
  EXPECT_THAT(ValueProblem("text_projection", at::zeros({2, 2})),
              HasSubstr("zero throughout, so that all features of texts"));
  EXPECT_THAT(ValueProblem("visual.proj", at::zeros({2, 2})),
              HasSubstr("zero throughout, so that all features of images"));
  // Biases begin as zeros.
  EXPECT_THAT(ValueProblem("classifier.bias", at::zeros({2})), IsEmpty());
}

}  // namespace
}  // namespace maskfill

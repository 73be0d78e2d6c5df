#include "core/training/flat_parameters.h"

#include <cmath>

#include "ATen/ops/arange.h"
#include "ATen/ops/equal.h"
#include "ATen/ops/ones.h"
#include "ATen/ops/zeros.h"
#include "core/base/exit_code.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using ::testing::HasSubstr;

NamedTensors TwoParameters() {
  return {{"a", at::arange(6, at::kFloat).view({2, 3})},
          {"b", at::arange(20, at::kFloat)}};
}

TEST(FlatParameters, KeepsValuesAndIdentityOfTheTensors) {
  NamedTensors parameters = TwoParameters();
  const at::Tensor handle = parameters["a"];  // as a model would hold it
  ASSERT_OK_AND_ASSIGN(FlatParameters flat, FlatParameters::Bind(parameters));
  EXPECT_TRUE(at::equal(handle, at::arange(6, at::kFloat).view({2, 3})));
  EXPECT_TRUE(handle.requires_grad());
  EXPECT_EQ(flat.num_parameters(), 26);
  flat.values().fill_(7.0);
  EXPECT_EQ(handle.sum().item<float>(), 42.0f);
}

TEST(FlatParameters, StartsEveryParameterOnACacheLine) {
  ASSERT_OK_AND_ASSIGN(FlatParameters flat,
                       FlatParameters::Bind(TwoParameters()));
  // 6 floats round up to 16, 20 to 32.
  EXPECT_EQ(flat.values().size(0), 48);
  EXPECT_EQ(flat.parameters().at("b").storage_offset(), 16);
}

TEST(FlatParameters, CollectsGradientsOfBackwardInTheFlatBuffer) {
  ASSERT_OK_AND_ASSIGN(FlatParameters flat,
                       FlatParameters::Bind(TwoParameters()));
  const at::Tensor loss = flat.parameters().at("a").mul(2).sum().add(
      flat.parameters().at("b").mul(3).sum());
  loss.backward();
  // 6 * 2 + 20 * 3.
  EXPECT_EQ(flat.gradients().sum().item<float>(), 72.0f);
  EXPECT_EQ(flat.gradient_views()[1].sum().item<float>(), 60.0f);
  flat.ZeroGradients();
  EXPECT_EQ(flat.parameters().at("a").grad().abs().sum().item<float>(), 0.0f);
}

TEST(FlatParameters, HasRoomForSumsBehindTheGradients) {
  ASSERT_OK_AND_ASSIGN(FlatParameters flat,
                       FlatParameters::Bind(TwoParameters(), 2));
  flat.gradients_and_sums().fill_(1.0);
  EXPECT_EQ(flat.gradients().sum().item<float>(), 48.0f);
  EXPECT_EQ(flat.sums().sum().item<float>(), 2.0f);
  EXPECT_EQ(flat.parameters().at("b").grad().sum().item<float>(), 20.0f);
  flat.ZeroGradients();
  EXPECT_EQ(flat.sums().abs().sum().item<float>(), 0.0f);
}

TEST(FlatParameters, CopiesNamedTensorsInAndOut) {
  ASSERT_OK_AND_ASSIGN(FlatParameters flat,
                       FlatParameters::Bind(TwoParameters()));
  const at::Tensor moments = at::zeros({flat.values().size(0)});
  const NamedTensors tensors = {{"a", at::ones({2, 3})},
                                {"b", at::arange(20, at::kFloat).add(1)}};
  ASSERT_OK(flat.CopyInto(tensors, moments));
  EXPECT_TRUE(at::equal(flat.Views(moments).at("b"), tensors.at("b")));
}

TEST(FlatParameters, RejectsTensorsThatDoNotFit) {
  ASSERT_OK_AND_ASSIGN(FlatParameters flat,
                       FlatParameters::Bind(TwoParameters()));
  EXPECT_THAT(flat.CopyInto({{"a", at::ones({2, 3})}}, flat.values()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("tensor b is missing")));
  EXPECT_THAT(flat.CopyInto({{"a", at::ones({3, 2})}, {"b", at::ones({20})}},
                            flat.values()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("tensor a is [3, 2], expected [2, 3]")));
  EXPECT_THAT(flat.CopyInto({{"c", at::ones({2})}}, flat.values()),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("c")));
}

TEST(FlatParameters, SeesAWeightThatIsNotFinite) {
  for (const double bad : {NAN, INFINITY, -INFINITY}) {
    ASSERT_OK_AND_ASSIGN(FlatParameters flat,
                         FlatParameters::Bind(TwoParameters()));
    flat.Views(flat.values()).at("a").fill_(3e38);
    EXPECT_OK(flat.CheckFinite());
    flat.Views(flat.values()).at("b")[7] = bad;
    EXPECT_TRUE(IsDiverged(flat.CheckFinite())) << bad;
  }
}

TEST(FlatParameters, RefusesNothingAndOtherDtypes) {
  EXPECT_THAT(FlatParameters::Bind({}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(FlatParameters::Bind({{"half", at::ones({2}, at::kHalf)}}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("half")));
}

}  // namespace
}  // namespace maskfill

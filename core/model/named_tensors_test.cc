#include "core/model/named_tensors.h"

#include "ATen/ops/ones.h"
#include "ATen/ops/zeros.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

TEST(NamedTensors, PrefixesComeAndGo) {
  const NamedTensors tensors = {{"visual.a", at::zeros({1})},
                                {"visual.b", at::ones({1})},
                                {"visuals", at::zeros({2})}};
  const NamedTensors selected = SelectPrefix(tensors, "visual.");
  ASSERT_EQ(selected.size(), 2);
  EXPECT_TRUE(selected.at("b").is_same(tensors.at("visual.b")));
  const NamedTensors again = AddPrefix(selected, "visual.");
  ASSERT_EQ(again.size(), 2);
  EXPECT_TRUE(again.at("visual.a").is_same(tensors.at("visual.a")));
}

TEST(NamedTensors, MovingConvertsFloatingPointOnly) {
  const NamedTensors moved =
      MoveTensors({{"f", at::ones({2}).requires_grad_(true)},
                   {"i", at::ones({2}, at::kLong)}},
                  at::kCPU, at::kBFloat16);
  EXPECT_EQ(moved.at("f").scalar_type(), at::kBFloat16);
  EXPECT_FALSE(moved.at("f").requires_grad());
  EXPECT_EQ(moved.at("i").scalar_type(), at::kLong);
}

TEST(NamedTensors, MovingWhatFitsSharesItsStorage) {
  const at::Tensor tensor = at::ones({2});
  EXPECT_EQ(MoveTensors({{"a", tensor}}, at::kCPU, at::kFloat)
                .at("a")
                .const_data_ptr(),
            tensor.const_data_ptr());
}

TEST(NamedTensors, ClonesShareNothing) {
  const at::Tensor tensor = at::ones({2});
  const NamedTensors copies = CloneTensors({{"a", tensor}});
  tensor.zero_();
  EXPECT_TRUE(copies.at("a").equal(at::ones({2})));
}

TEST(NamedTensors, ShapesReadLikeLists) {
  EXPECT_EQ(ShapeText({2, 3}), "[2, 3]");
  EXPECT_EQ(ShapeText({}), "[]");
}

}  // namespace
}  // namespace maskfill

#include "train/counterfactual_sheet.h"

#include "ATen/ops/arange.h"
#include "ATen/ops/full.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

TEST(CounterfactualSheet, ShowsEachImageAboveItsCounterfactual) {
  ImageBatch batch;
  // Image i is 10 i, its counterfactual 100 + i.
  batch.images = at::arange(10, at::kByte)
                     .mul(10)
                     .view({10, 1, 1, 1})
                     .expand({10, 32, 32, 3})
                     .contiguous();
  batch.counterfactuals = at::arange(100, 110, at::kByte)
                              .view({10, 1, 1, 1})
                              .expand({10, 32, 32, 3})
                              .contiguous();
  const Image sheet = CounterfactualSheet(batch);
  // 8 columns of 64 px, 2 px apart.
  ASSERT_EQ(sheet.width, 8 * 66 - 2);
  ASSERT_EQ(sheet.height, 2 * 66 - 2);
  for (int64_t i = 0; i < 8; ++i) {
    EXPECT_EQ(sheet.Row(0)[3 * 66 * i], 10 * i);
    EXPECT_EQ(sheet.Row(63)[3 * (66 * i + 63)], 10 * i);
    EXPECT_EQ(sheet.Row(66)[3 * 66 * i], 100 + i);
  }
  EXPECT_EQ(sheet.Row(64)[0], 255);
}

TEST(CounterfactualSheet, IsAsWideAsAShortBatch) {
  ImageBatch batch;
  batch.images = at::full({1, 224, 224, 3}, 1, at::kByte);
  batch.counterfactuals = at::full({1, 224, 224, 3}, 2, at::kByte);
  const Image sheet = CounterfactualSheet(batch);
  EXPECT_EQ(sheet.width, 224);
  EXPECT_EQ(sheet.height, 450);
}

}  // namespace
}  // namespace maskfill

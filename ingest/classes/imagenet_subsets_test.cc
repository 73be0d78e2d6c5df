#include "ingest/classes/imagenet_subsets.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "gtest/gtest.h"

namespace maskfill {
namespace {

TEST(ImagenetSubsets, AreTwoHundredClassesOfWhich86AreInBoth) {
  const std::vector<int64_t>& a = LabelsOf(ImagenetSubset::kA);
  const std::vector<int64_t>& r = LabelsOf(ImagenetSubset::kR);
  EXPECT_EQ(a.size(), 200u);
  EXPECT_EQ(r.size(), 200u);
  EXPECT_TRUE(std::is_sorted(a.begin(), a.end()));
  EXPECT_TRUE(std::is_sorted(r.begin(), r.end()));
  std::vector<int64_t> both;
  std::set_intersection(a.begin(), a.end(), r.begin(), r.end(),
                        std::back_inserter(both));
  EXPECT_EQ(both.size(), 86u);
  // The ends of the lists in the sets' own evaluation programs.
  EXPECT_EQ(a.front(), 6);
  EXPECT_EQ(a.back(), 988);
  EXPECT_EQ(r.front(), 1);
  EXPECT_EQ(r.back(), 988);
}

}  // namespace
}  // namespace maskfill

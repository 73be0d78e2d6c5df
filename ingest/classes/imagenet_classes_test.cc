#include "ingest/classes/imagenet_classes.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "gtest/gtest.h"

namespace maskfill {
namespace {

TEST(ImagenetClasses, AreTheThousandInTheOrderOfTheirWnids) {
  const std::vector<ImagenetClass>& classes = ImagenetClasses();
  ASSERT_EQ(classes.size(), 1000u);
  EXPECT_EQ(classes[0].wnid, "n01440764");
  EXPECT_EQ(classes[0].name, "tench");
  EXPECT_EQ(classes[281].wnid, "n02123045");
  EXPECT_EQ(classes[281].name, "tabby cat");
  EXPECT_EQ(classes[999].name, "toilet paper");
  for (size_t i = 1; i < classes.size(); ++i) {
    EXPECT_LT(classes[i - 1].wnid, classes[i].wnid);
  }
}

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

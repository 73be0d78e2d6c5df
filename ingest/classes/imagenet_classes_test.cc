#include "ingest/classes/imagenet_classes.h"

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

}  // namespace
}  // namespace maskfill

#include "ingest/classes/class_list.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_images.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(ReadClassList, GivesPlacesInTheListAsLabels) {
  const std::string path = TestDirectory() + "/classes.json";
  WriteTestFile(path, R"(["heart", "arrow"])");
  ASSERT_OK_AND_ASSIGN(const ClassList classes, ClassListOrImagenet(path));
  EXPECT_THAT(classes.keys, ElementsAre("heart", "arrow"));
  EXPECT_THAT(classes.names, IsEmpty());
  EXPECT_EQ(classes.labels.at("arrow"), 1);
  EXPECT_FALSE(classes.is_imagenet);
}

TEST(ReadClassList, NamesTheFlagAndTheFileThatIsMissing) {
  EXPECT_THAT(ReadClassList("/no/such/classes.json"),
              StatusIs(absl::StatusCode::kNotFound,
                       AllOf(HasSubstr("--classes"),
                             HasSubstr("/no/such/classes.json"))));
}

TEST(ClassListOrImagenet, IsImagenetWithoutAFile) {
  ASSERT_OK_AND_ASSIGN(const ClassList classes, ClassListOrImagenet(""));
  EXPECT_EQ(classes.size(), 1000);
  EXPECT_EQ(classes.labels.at("n02123045"), 281);
  EXPECT_EQ(classes.names[281], "tabby cat");
  EXPECT_TRUE(classes.is_imagenet);
}

}  // namespace
}  // namespace maskfill

#include "ingest/groups.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/files.h"
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

class GroupsTest : public testing::Test {
 protected:
  GroupsTest() {
    for (const char* path :
         {"train/a/1.png", "train/a/2.png", "train/b/1.png"}) {
      list_.files.push_back({.path = path});
    }
  }

  absl::Status Set(const std::string& csv,
                   const std::string& column = "group") {
    const std::string file = JoinPath(TestDirectory(), "groups.csv");
    WriteTestFile(file, csv);
    return SetGroups({.file = file, .column = column}, &list_);
  }
  std::vector<int32_t> Found() const {
    std::vector<int32_t> groups;
    for (const ImageFile& file : list_.files) groups.push_back(file.group);
    return groups;
  }

  ImageList list_;
};

TEST_F(GroupsTest, AreThoseOfTheColumn) {
  ASSERT_OK(Set("path,group\ntrain/b/1.png,on water\ntrain/a/1.png,on land\n"));
  EXPECT_THAT(list_.groups, ElementsAre("on land", "on water"));
  EXPECT_THAT(Found(), ElementsAre(0, -1, 1));
}

TEST_F(GroupsTest, BearTheNameOfAnotherColumn) {
  ASSERT_OK(
      Set("usual,path\n1,train/a/1.png\n0,train/a/2.png\n,train/b/1.png\n",
          "usual"));
  EXPECT_THAT(list_.groups, ElementsAre("usual=0", "usual=1"));
  EXPECT_THAT(Found(), ElementsAre(1, 0, -1));
}

TEST_F(GroupsTest, ComeFromAFileOfSeveralSources) {
  ASSERT_OK(Set("path,group\nILSVRC2012/train/a/2.png,x\nsketch/a/2.png,y\n"));
  EXPECT_THAT(Found(), ElementsAre(-1, 0, -1));
}

TEST_F(GroupsTest, AreNotThereWithoutAFile) {
  ASSERT_OK(SetGroups({}, &list_));
  EXPECT_TRUE(list_.groups.empty());
}

TEST_F(GroupsTest, SayWhatIsWrongWithTheFile) {
  EXPECT_THAT(SetGroups({.file = "nowhere.csv"}, &list_),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("--groups")));
  const auto is_damaged = [](const char* what) {
    return StatusIs(absl::StatusCode::kDataLoss,
                    AllOf(HasSubstr("groups.csv"), HasSubstr(what)));
  };
  EXPECT_THAT(Set("file,group\n"),
              is_damaged("no column \"path\", found file"));
  EXPECT_THAT(Set("path,kind\n"), is_damaged("no column \"group\""));
  EXPECT_THAT(Set("path,group\ntrain/a/1.png\n"),
              is_damaged("line 2: found 1"));
  EXPECT_THAT(Set("path,group\ntrain/a/1.png,x\ntrain/a/1.png,x\n"),
              is_damaged("line 3: \"train/a/1.png\" is there twice"));
  EXPECT_THAT(Set("path,group\ntrain/c/1.png,x\n"),
              is_damaged("none of the 3 images"));
}

}  // namespace
}  // namespace maskfill

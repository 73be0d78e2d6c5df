#include "ingest/layout/csv_layout.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ingest/image_list.h"
#include "ingest/layout/layout.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_images.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class CsvLayout : public testing::Test {
 protected:
  void SetUp() override {
    dir_ = TestDirectory();
    options_ = {.layout = Layout::kCsv, .path = dir_ + "/list.csv"};
    for (const char* name : {"a.png", "b.png", "c.png"}) {
      WriteTestFile(dir_ + "/" + name, "");
    }
  }

  absl::StatusOr<ImageList> List(const std::string& csv) {
    WriteTestFile(options_.path, csv);
    return ListImages(options_);
  }

  void TakeClasses(const std::string& json) {
    options_.classes_file = dir_ + "/classes.json";
    WriteTestFile(options_.classes_file, json);
  }

  std::string dir_;
  SourceOptions options_;
};

std::vector<std::string> Paths(const ImageList& list) {
  std::vector<std::string> paths;
  for (const ImageFile& file : list.files) paths.push_back(file.path);
  return paths;
}

TEST_F(CsvLayout, NumbersSortedLabels) {
  ASSERT_OK_AND_ASSIGN(
      const ImageList list,
      List("path,label\na.png,dog\nb.png,cat\nc.png,\"ant, red\"\n"));
  EXPECT_THAT(list.class_keys, ElementsAre("ant, red", "cat", "dog"));
  EXPECT_THAT(Paths(list), ElementsAre("c.png", "b.png", "a.png"));
  EXPECT_EQ(list.files[2].label, 2);
  EXPECT_EQ(list.files[2].group, -1);
}

TEST_F(CsvLayout, TakesNumbersAsTheyAre) {
  ASSERT_OK_AND_ASSIGN(const ImageList list,
                       List("label,path\n10,a.png\n2,b.png\n"));
  EXPECT_EQ(list.class_keys.size(), 11u);
  EXPECT_EQ(list.class_keys[10], "10");
  EXPECT_THAT(Paths(list), ElementsAre("b.png", "a.png"));
  EXPECT_EQ(list.files[0].label, 2);
}

// A column of floats, a number that is missing or negative: as text, "10.0" is
// before "2.0" and "-1" is label 0.
TEST_F(CsvLayout, DoubtsNumbersAmongNames) {
  for (const char* labels :
       {"1.0 2.0 10.0", "0 1 nan", "-1 0 1", "01 02 ant", "0 1 4000000000"}) {
    const std::vector<std::string> label = absl::StrSplit(labels, ' ');
    ASSERT_OK_AND_ASSIGN(
        const ImageList list,
        List(absl::StrCat("path,label\na.png,", label[0], "\nb.png,", label[1],
                          "\nc.png,", label[2], "\n")));
    EXPECT_THAT(list.findings.deviations,
                ElementsAre(HasSubstr("of the 3 labels of the rows look like")))
        << labels;
    EXPECT_EQ(list.class_keys.size(), 3u);
  }
}

TEST_F(CsvLayout, NamesClassesWithoutImages) {
  ASSERT_OK_AND_ASSIGN(const ImageList gap,
                       List("path,label\na.png,0\nb.png,3\n"));
  EXPECT_THAT(gap.findings.deviations,
              ElementsAre("no image is of 2 of the 4 classes (1, 2)"));
  ASSERT_OK_AND_ASSIGN(
      const ImageList split,
      List("path,label,split\na.png,ant;bee,train\nb.png,cat,val\n"));
  EXPECT_THAT(split.findings.deviations,
              ElementsAre("no image is of 1 of the 3 classes (cat)"));
}

TEST_F(CsvLayout, TakesKeysOrNumbersOfAClassList) {
  TakeClasses(R"(["dog", "cat", "ant"])");
  for (const char* csv :
       {"path,label\na.png,ant\nb.png,dog\n", "path,label\na.png,2\nb.png,0"}) {
    ASSERT_OK_AND_ASSIGN(const ImageList list, List(csv));
    EXPECT_THAT(list.class_keys, ElementsAre("dog", "cat", "ant"));
    EXPECT_EQ(list.files[0].path, "b.png");
    EXPECT_EQ(list.files[1].label, 2);
  }
  // Numbers that are keys are keys.
  TakeClasses(R"(["2", "1", "0"])");
  ASSERT_OK_AND_ASSIGN(const ImageList list, List("path,label\na.png,2\n"));
  EXPECT_EQ(list.files[0].label, 0);
  TakeClasses(R"(["dog", "cat"])");
  EXPECT_THAT(List("path,label\na.png,0\nb.png,dog\n"),
              StatusIs(absl::StatusCode::kDataLoss,
                       AllOf(HasSubstr("list.csv, line 2: the label \"0\""),
                             HasSubstr("numbers below 2"))));
}

TEST_F(CsvLayout, TakesSeveralLabelsTheFirstFirst) {
  ASSERT_OK_AND_ASSIGN(const ImageList list,
                       List("path,labels\na.png,cat; ant\nb.png,ant\n"));
  EXPECT_THAT(Paths(list), ElementsAre("b.png", "a.png"));
  EXPECT_EQ(list.files[1].label, 1);
  EXPECT_THAT(list.files[1].other_labels, ElementsAre(0));
  for (const char* labels : {"", "cat;", "cat;cat"}) {
    EXPECT_THAT(List(std::string("path,labels\na.png,") + labels + "\n"),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr("line 2")))
        << labels;
  }
}

TEST_F(CsvLayout, TakesTheRowsOfTheSplitAndTheClassesOfAll) {
  const char csv[] =
      "path,label,split\na.png,ant,train\nb.png,bee,val\nc.png,cat,train\n";
  options_.split = "val";
  ASSERT_OK_AND_ASSIGN(const ImageList list, List(csv));
  EXPECT_THAT(Paths(list), ElementsAre("b.png"));
  EXPECT_EQ(list.files[0].label, 1);
  EXPECT_THAT(list.class_keys, ElementsAre("ant", "bee", "cat"));
  EXPECT_EQ(ToText(list.findings.left_out[0]),
            "2 (a.png, c.png), of --split=train in the CSV file");
  options_.split = "test";
  EXPECT_THAT(List(csv), StatusIs(absl::StatusCode::kNotFound,
                                  AllOf(HasSubstr("no row for --split=test"),
                                        HasSubstr("--split=train"))));
  EXPECT_THAT(List("path,label,split\na.png,ant,dev\n"),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("\"dev\"")));
}

TEST_F(CsvLayout, KeepsGroupsAndNotesOtherColumns) {
  ASSERT_OK_AND_ASSIGN(
      const ImageList list,
      List("path,place,label,group\na.png,1,0,on water\nb.png,2,0,\n"
           "c.png,3,0,on land\n"));
  EXPECT_THAT(list.groups, ElementsAre("on land", "on water"));
  EXPECT_EQ(list.files[0].group, 1);
  EXPECT_EQ(list.files[1].group, -1);
  EXPECT_EQ(list.files[2].group, 0);
  EXPECT_THAT(ToText(list.findings.left_out[0]), HasSubstr("1 (place)"));
}

TEST_F(CsvLayout, ReadsImagesBelowAnotherDirectory) {
  options_.images_dir = dir_ + "/photos";
  WriteTestFile(dir_ + "/photos/x/d.jpeg", "four");
  ASSERT_OK_AND_ASSIGN(const ImageList list, List("path,label\nx/d.jpeg,0\n"));
  EXPECT_EQ(list.source, dir_ + "/photos");
  EXPECT_EQ(list.files[0].stamp.bytes, 4);
}

TEST_F(CsvLayout, ListsMissingFilesForTheReader) {
  ASSERT_OK_AND_ASSIGN(const ImageList list,
                       List("path,label\nnone.png,0\na.png,0\n"));
  EXPECT_EQ(list.files[1].path, "none.png");
  EXPECT_EQ(list.files[1].stamp.type, 0u);
}

// Without their suffixes they would have one id.
TEST_F(CsvLayout, KeepsIdsUniqueAcrossClasses) {
  WriteTestFile(dir_ + "/a.jpg", "");
  ASSERT_OK_AND_ASSIGN(const ImageList list,
                       List("path,label\na.png,0\na.jpg,1\nb.png,1\n"));
  EXPECT_EQ(ImageId(list.files[0]), "a.png");
  EXPECT_EQ(ImageId(list.files[1]), "a.jpg");
  EXPECT_EQ(ImageId(list.files[2]), "b");
}

TEST_F(CsvLayout, NamesEveryWrongRow) {
  WriteTestFile(options_.path,
                "path,label\n"
                "a.png\n"         // 2: a field is missing
                "a.png,0\n"       // 3
                "/etc/x.png,0\n"  // 4: absolute
                "../x.png,0\n"    // 5: leads out
                ",0\n"            // 6: empty
                "a.png,1\n"       // 7: again
                "b.png,\xE4\n"    // 8: no UTF-8
                "c.png,0\n");     // 9
  ASSERT_OK_AND_ASSIGN(const ImageList list, ListSource(options_));
  EXPECT_THAT(Paths(list), ElementsAre("a.png", "c.png"));
  std::vector<std::string> errors;
  for (const absl::Status& error : list.findings.errors) {
    errors.emplace_back(error.message());
  }
  EXPECT_THAT(errors,
              ElementsAre(HasSubstr("line 2: there are 1 fields, expected 2"),
                          HasSubstr("line 4: the path is \"/etc/x.png\""),
                          HasSubstr("line 5: the path is \"../x.png\""),
                          HasSubstr("line 6: the path is \"\""),
                          HasSubstr("line 7: \"a.png\" stands in line 3"),
                          HasSubstr("line 8: \"\\xe4\" is no UTF-8")));
  EXPECT_THAT(ListImages(options_),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("and 5 more errors, which --verify_only")));
}

TEST_F(CsvLayout, SaysWhichColumnsItNeeds) {
  for (const char* csv : {"", "a.png,0\n", "path,class\na.png,0\n"}) {
    EXPECT_THAT(List(csv), StatusIs(absl::StatusCode::kDataLoss,
                                    HasSubstr("path,label,split,group")));
  }
  EXPECT_THAT(List("path,label,labels\na.png,0,0\n"),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("say the same")));
  EXPECT_THAT(List("path,label\n\"a.png,0\n"),
              StatusIs(absl::StatusCode::kDataLoss,
                       AllOf(HasSubstr("list.csv"), HasSubstr("line 2"))));
}

TEST_F(CsvLayout, NeedsAFile) {
  EXPECT_THAT(ListImages(options_),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("--source")));
  options_.path = dir_;
  EXPECT_THAT(ListImages(options_), StatusIs(absl::StatusCode::kInvalidArgument,
                                             HasSubstr("is --images")));
  options_ = {.layout = Layout::kCsv,
              .path = dir_ + "/list.csv",
              .images_dir = dir_ + "/none"};
  EXPECT_THAT(
      List("path,label\na.png,0\n"),
      StatusIs(absl::StatusCode::kNotFound, HasSubstr("/none\" (--images)")));
}

TEST_F(CsvLayout, FingerprintsTheFile) {
  ASSERT_OK_AND_ASSIGN(const ImageList list,
                       List("path,label,group\na.png,0,x\n"));
  ASSERT_OK_AND_ASSIGN(const ImageList other,
                       List("path,label,group\na.png,0,y\n"));
  EXPECT_EQ(list.class_keys, other.class_keys);
  EXPECT_NE(ClassesFingerprint(list), ClassesFingerprint(other));
  EXPECT_THAT(list.allowed_classes, IsEmpty());
}

}  // namespace
}  // namespace maskfill

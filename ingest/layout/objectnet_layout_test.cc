#include <map>
#include <string>
#include <vector>

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

absl::StatusOr<ImageList> List(const std::string& source,
                               const std::string& classes = "") {
  return ListImages({.layout = Layout::kObjectNet,
                     .path = source,
                     .split = "test",
                     .classes_file = classes});
}

constexpr char kFolders[] = "/mappings/folder_to_objectnet_label.json";
constexpr char kClasses[] = "/mappings/objectnet_to_imagenet_1k.json";
constexpr char kDescriptions[] = "/mappings/imagenet_to_label_2012_v2";
constexpr char kNumbers[] = "/mappings/pytorch_to_imagenet_2012_id.json";

// Four folders of the archive with its own mappings of them. Labels: analog
// clock 409, digital clock 530, park bench 703, cranes 134 and 517.
void WriteArchive(const std::string& dir) {
  WriteTestFile(dir + "/images/alarm_clock/a.png", "");
  WriteTestFile(dir + "/images/bench/b.png", "");
  WriteTestFile(dir + "/images/air_freshener/c.png", "");
  WriteTestFile(dir + kFolders,
                R"({"alarm_clock": "Alarm clock", "bench": "Bench",
                    "air_freshener": "Air freshener"})");
  WriteTestFile(dir + kClasses,
                R"({"Alarm clock": "digital clock; analog clock",
                    "Bench": "park bench"})");
  WriteTestFile(dir + kDescriptions,
                "park bench\ncrane\nanalog clock\ndigital clock\ncrane\n");
  WriteTestFile(dir + kNumbers,
                R"({"703": 0, "134": 1, "409": 2, "530": 3, "517": 4})");
}

TEST(ObjectNetLayout, TakesLabelsFromTheMappings) {
  const std::string dir = TestDirectory();
  WriteArchive(dir);
  ASSERT_OK_AND_ASSIGN(const ImageList list, List(dir));
  ASSERT_EQ(list.files.size(), 2u);  // no class of ImageNet: air_freshener
  EXPECT_EQ(ImageId(list.files[0]), "images/alarm_clock/a");
  EXPECT_EQ(list.files[0].label, 530);  // the mapping's first
  EXPECT_THAT(list.files[0].other_labels, ElementsAre(409));
  EXPECT_EQ(list.files[1].label, 703);
  EXPECT_THAT(list.files[1].other_labels, IsEmpty());
  EXPECT_THAT(list.allowed_classes, ElementsAre(409, 530, 703));
  EXPECT_EQ(list.class_keys.size(), 1000u);
  EXPECT_EQ(list.border_px, 2);
}

TEST(ObjectNetLayout, CountsWhatItDoesNotUse) {
  const std::string dir = TestDirectory();
  WriteArchive(dir);
  WriteTestFile(dir + "/images/air_freshener/d.png", "");
  ASSERT_OK_AND_ASSIGN(const ImageList list, List(dir));
  EXPECT_EQ(list.unused_folders, 1);
  EXPECT_EQ(list.unused_images, 2);
  EXPECT_EQ(ToText(list.findings.left_out[0]),
            "1 (images/air_freshener), its objects are not among the classes");
  EXPECT_THAT(
      list.findings.deviations,
      ElementsAre("there are 2 images, ObjectNet has 18574",
                  "there are images of 2 classes, ObjectNet has 113; missing "
                  "are 111",
                  "there are 2 images in 1 folders of other objects, ObjectNet "
                  "has 31699 in 200"));
}

TEST(ObjectNetLayout, AllowsTheMappingsClassesHoweverFewAreThere) {
  const std::string dir = TestDirectory();
  WriteArchive(dir);
  ASSERT_OK(RemoveTree(dir + "/images/bench"));
  ASSERT_OK_AND_ASSIGN(const ImageList list, List(dir));
  EXPECT_THAT(list.allowed_classes, ElementsAre(409, 530, 703));
}

TEST(ObjectNetLayout, TakesClassesOfAFileByTheirKeys) {
  const std::string dir = TestDirectory();
  const std::string data = dir + "/objectnet";
  WriteTestFile(data + "/images/crescent_moon/a.png", "");
  WriteTestFile(data + kFolders, R"({"crescent_moon": "Crescent moon"})");
  WriteTestFile(data + kClasses, R"({"Crescent moon": "crescent"})");
  WriteTestFile(dir + "/classes.json", R"(["arrow", "crescent"])");
  ASSERT_OK_AND_ASSIGN(const ImageList list, List(data, dir + "/classes.json"));
  EXPECT_EQ(list.files[0].label, 1);
  EXPECT_THAT(list.allowed_classes, ElementsAre(1));
  EXPECT_THAT(list.class_keys, ElementsAre("arrow", "crescent"));
  // Without the list, the mapping's names would be ImageNet's.
  EXPECT_THAT(List(data), StatusIs(absl::StatusCode::kNotFound,
                                   HasSubstr("imagenet_to_label_2012_v2")));
}

TEST(ObjectNetLayout, SaysWhichMappingIsMissing) {
  const std::string dir = TestDirectory();
  for (const char* name : {kFolders, kClasses, kDescriptions, kNumbers}) {
    WriteArchive(dir);
    ASSERT_OK(RemoveFile(dir + name));
    EXPECT_THAT(List(dir), StatusIs(absl::StatusCode::kNotFound,
                                    AllOf(HasSubstr(dir + name),
                                          HasSubstr("beside images/"))));
  }
}

TEST(ObjectNetLayout, RefusesDamagedOrUnfittingMappings) {
  const std::string dir = TestDirectory();
  const std::map<std::string, std::vector<std::string>> bad = {
      {kFolders, {"[", "[]", R"({"bench": 1})", R"({"bench": "Bank"})"}},
      {kClasses,
       {"{", R"({"Bench": ["park bench"]})", R"({"Bench": "park"})",
        R"({"Bench": "crane"})", R"({"Bench": ""})", R"({"Wok": "crane"})"}},
      {kDescriptions, {"park bench\n"}},
      {kNumbers, {"{", R"({"1000": 0})", R"({"x": 0})", R"({"703": -1})"}}};
  for (const auto& [name, texts] : bad) {
    for (const std::string& text : texts) {
      WriteArchive(dir);
      WriteTestFile(dir + name, text);
      EXPECT_THAT(List(dir), StatusIs(absl::StatusCode::kDataLoss,
                                      HasSubstr(dir + "/mappings/")))
          << name << " " << text;
    }
  }
}

TEST(ObjectNetLayout, NamesAFolderThatIsNotInTheMapping) {
  const std::string dir = TestDirectory();
  WriteArchive(dir);
  WriteTestFile(dir + "/images/zeppelin/x.png", "");
  EXPECT_THAT(List(dir), StatusIs(absl::StatusCode::kInvalidArgument,
                                  AllOf(HasSubstr("(zeppelin)"),
                                        HasSubstr("folder_to_objectnet"))));
}

TEST(ObjectNetLayout, SaysWhichLevelToGive) {
  const std::string dir = TestDirectory();
  WriteArchive(dir + "/objectnet-1.0");
  EXPECT_THAT(List(dir),
              StatusIs(absl::StatusCode::kNotFound,
                       HasSubstr("--source=" + dir + "/objectnet-1.0")));
  EXPECT_THAT(
      List(dir + "/objectnet-1.0/images"),
      StatusIs(absl::StatusCode::kNotFound, HasSubstr("the directory above")));
  EXPECT_THAT(List(dir + "/none"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("/none\"")));
}

TEST(ObjectNetLayout, FingerprintsTheMappings) {
  const std::string dir = TestDirectory();
  WriteArchive(dir);
  ASSERT_OK_AND_ASSIGN(const ImageList list, List(dir));
  WriteTestFile(dir + kClasses,
                R"({"Alarm clock": "analog clock; digital clock",
                    "Bench": "park bench"})");
  ASSERT_OK_AND_ASSIGN(const ImageList other, List(dir));
  EXPECT_EQ(list.allowed_classes, other.allowed_classes);
  EXPECT_NE(ClassesFingerprint(list), ClassesFingerprint(other));
}

}  // namespace
}  // namespace maskfill

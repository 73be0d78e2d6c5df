#include "record_tool/croissant.h"

#include <string>

#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/base/sha256.h"
#include "core/record/record_set.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/test_records.h"

namespace maskfill {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

class CroissantTest : public testing::Test {
 protected:
  void SetUp() override {
    dir_ = TestDirectory();
    WriteTestImages(dir_, {{"a", "b"}, {"c"}});
    path_ = JoinPath(dir_, "croissant.json");
    shard_ = JoinPath(dir_, "images-00001-of-00002.tfrecord");
    options_.run.input = dir_;
  }

  std::string dir_;
  std::string path_;
  std::string shard_;
  CroissantOptions options_;
};

TEST_F(CroissantTest, NamesTheShardsWithTheirDigests) {
  ASSERT_OK(MakeCroissant(options_));
  ASSERT_OK_AND_ASSIGN(const std::string text, ReadFile(path_));
  const Json json = Json::parse(text);
  EXPECT_EQ(json["name"], "images");
  ASSERT_EQ(json["distribution"].size(), 2u);
  const Json& file = json["distribution"][1];
  EXPECT_EQ(file["contentUrl"], "images-00001-of-00002.tfrecord");
  ASSERT_OK_AND_ASSIGN(const std::string digest, Sha256HexOfFile(shard_));
  EXPECT_EQ(file["sha256"], digest);
  EXPECT_EQ(file["description"],
            "1 records of type maskfill.v1.ImageRecord in TFRecord framing");
}

TEST_F(CroissantTest, ListsTheClasses) {
  ASSERT_OK(MakeCroissant(options_));
  ASSERT_OK_AND_ASSIGN(const std::string text, ReadFile(path_));
  EXPECT_EQ(
      Json::parse(text)["recordSet"][0]["data"],
      Json::parse(R"([{"classes/label": 0, "classes/key": "n01440764"}])"));
}

TEST_F(CroissantTest, LeavesTheSetAsItWas) {
  ASSERT_OK_AND_ASSIGN(const RecordSet before, RecordSet::Open(dir_, ""));
  ASSERT_OK(MakeCroissant(options_));
  ASSERT_OK_AND_ASSIGN(const RecordSet after, RecordSet::Open(dir_, ""));
  EXPECT_EQ(after.manifest().content_fingerprint(),
            before.manifest().content_fingerprint());
  ASSERT_OK_AND_ASSIGN(const WorkResult again, MakeCroissant(options_));
  EXPECT_TRUE(again.already_done);
}

TEST_F(CroissantTest, NeverTouchesAFileThatSomebodyHasWritten) {
  ASSERT_OK(WriteFileAtomically(path_, "{\"license\": \"mine\"}"));
  options_.run.overwrite = true;
  EXPECT_THAT(MakeCroissant(options_),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(path_)));
  EXPECT_THAT(ReadFile(path_), IsOkAndHolds("{\"license\": \"mine\"}"));
}

TEST_F(CroissantTest, RefusesDamagedShards) {
  ASSERT_OK_AND_ASSIGN(std::string bytes, ReadFile(shard_));
  bytes[20] ^= 1;
  ASSERT_OK(WriteFileAtomically(shard_, bytes));
  EXPECT_THAT(MakeCroissant(options_),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr(shard_)));
  EXPECT_FALSE(PathExists(path_));
}

}  // namespace
}  // namespace maskfill

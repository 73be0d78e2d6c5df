#include "record_tool/salvage_records.h"

#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/record/manifest.h"
#include "core/record/record_framing.h"
#include "core/record/record_index.h"
#include "core/record/record_set.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/records.pb.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/test_records.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class SalvageRecordsTest : public testing::Test {
 protected:
  void SetUp() override {
    dir_ = TestDirectory();
    input_ = JoinPath(dir_, "in");
    manifest_ = WriteTestImages(input_, {{"a", "b", "c", "d"}, {"e", "f"}});
    options_.run.input = input_;
    options_.run.output = JoinPath(dir_, "out");
    options_.run.progress = ProgressMode::kNone;
  }

  std::string Shard(const std::string& dir, int64_t shard) {
    return JoinPath(dir,
                    absl::StrCat("images-0000", shard, "-of-00002.tfrecord"));
  }

  // Flips a bit in the middle of this record of the first shard.
  void Damage(int64_t record) {
    const std::string path = Shard(input_, 0);
    ASSERT_OK_AND_ASSIGN(std::string bytes, ReadFile(path));
    // All records have one size.
    bytes[bytes.size() / 4 * record + bytes.size() / 8] ^= 4;
    ASSERT_OK(WriteFileAtomically(path, bytes));
  }

  absl::StatusOr<WorkResult> Salvage() {
    out_.str("");
    return SalvageRecords(options_, out_);
  }

  std::string dir_;
  std::string input_;
  v1::Manifest manifest_;
  SalvageRecordsOptions options_;
  std::ostringstream out_;
};

TEST_F(SalvageRecordsTest, LosesTheDamagedRecordsAndKeepsAllOthers) {
  ASSERT_OK_AND_ASSIGN(const std::vector<std::string> before,
                       ReadAllPayloads(Shard(input_, 0)));
  ASSERT_OK_AND_ASSIGN(const std::string second, ReadFile(Shard(input_, 1)));
  ASSERT_OK_AND_ASSIGN(const int64_t bytes, FileSize(Shard(input_, 0)));
  Damage(0);
  Damage(2);
  ASSERT_OK_AND_ASSIGN(const WorkResult result, Salvage());
  EXPECT_EQ(result.records, 4);
  const std::string& output = options_.run.output;
  EXPECT_THAT(ReadAllPayloads(Shard(output, 0)),
              IsOkAndHolds(ElementsAre(before[1], before[3])));
  EXPECT_THAT(ReadFile(Shard(output, 1)), IsOkAndHolds(second));
  const int64_t size = bytes / 4;
  EXPECT_EQ(
      out_.str(),
      absl::StrCat("SKIPPED images-00000-of-00002.tfrecord: bytes 0 to ", size,
                   ": no sound record; 0 lie before it\n"
                   "SKIPPED images-00000-of-00002.tfrecord: bytes ",
                   2 * size, " to ", 3 * size,
                   ": no sound record; 1 lie before it\n"
                   "OK: 2 shards, 4 records salvaged, 2 records lost, ",
                   2 * size, " bytes skipped\n"));
}

TEST_F(SalvageRecordsTest, MakesASetWithTheOldOnesOrigin) {
  Damage(1);
  ASSERT_OK(Salvage());
  ASSERT_OK_AND_ASSIGN(
      const RecordSet set,
      RecordSet::Open(options_.run.output, "maskfill.v1.ImageRecord"));
  EXPECT_EQ(set.num_records(), 5);
  EXPECT_EQ(set.manifest().dataset().class_keys(0), "n01440764");
  EXPECT_NE(set.manifest().content_fingerprint(),
            manifest_.content_fingerprint());
  EXPECT_THAT(set.manifest().shards(0).bad_records(), SizeIs(1));
  EXPECT_THAT(set.manifest().shards(1).bad_records(), IsEmpty());
  for (int i = 0; i < 2; ++i) {
    const v1::ShardEntry& shard = set.manifest().shards(i);
    EXPECT_OK(ReadRecordIndex(set.ShardPath(i) + ".idx", shard.records(),
                              shard.bytes()));
  }
}

TEST_F(SalvageRecordsTest, KeepsTheInputsOfDerivedRecords) {
  const std::string cams = JoinPath(dir_, "cams");
  WriteTestCams(cams, manifest_, {{"a", "b"}});
  options_.run.input = cams;
  ASSERT_OK(Salvage());
  ASSERT_OK_AND_ASSIGN(const RecordSet set,
                       RecordSet::Open(options_.run.output, ""));
  EXPECT_OK(CheckSameImages(manifest_, set.manifest()));
  EXPECT_EQ(set.num_records(), 2);
}

TEST_F(SalvageRecordsTest, GoesOnWithoutAShard) {
  ASSERT_OK(RemoveFile(Shard(input_, 0)));
  ASSERT_OK(Salvage());
  EXPECT_THAT(out_.str(),
              AllOf(HasSubstr("00000-of-00002.tfrecord: the file is missing"),
                    HasSubstr("2 records salvaged, 4 records lost")));
  EXPECT_THAT(ReadAllPayloads(Shard(options_.run.output, 0)),
              IsOkAndHolds(IsEmpty()));
}

TEST_F(SalvageRecordsTest, SaysThatAShardWasCutBetweenRecords) {
  ASSERT_OK_AND_ASSIGN(std::string bytes, ReadFile(Shard(input_, 0)));
  bytes.resize(bytes.size() / 2);
  ASSERT_OK(WriteFileAtomically(Shard(input_, 0), bytes));
  ASSERT_OK(Salvage());
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("its 2 records are sound, but not "
                                          "the 4 that were written"),
                                HasSubstr("2 records lost, 0 bytes skipped")));
}

TEST_F(SalvageRecordsTest, TakesALoneShardWithAType) {
  Damage(3);
  const std::string lone = JoinPath(dir_, "lone.tfrecord");
  ASSERT_OK(RenamePath(Shard(input_, 0), lone));
  options_.run.input = lone;
  EXPECT_THAT(Salvage(), StatusIs(absl::StatusCode::kInvalidArgument,
                                  HasSubstr("--type")));
  options_.type = "maskfill.v1.ImageRecord";
  ASSERT_OK(Salvage());
  ASSERT_OK_AND_ASSIGN(const RecordSet set,
                       RecordSet::Open(options_.run.output, options_.type));
  EXPECT_EQ(set.manifest().name(), "lone");
  EXPECT_EQ(set.num_records(), 3);
  EXPECT_THAT(out_.str(), testing::Not(HasSubstr("lost")));
}

// Right checksums are no proof: anybody can compute them.
TEST_F(SalvageRecordsTest, SkipsForgedRecords) {
  ASSERT_OK_AND_ASSIGN(const std::string sound, ReadFile(Shard(input_, 0)));
  ASSERT_OK_AND_ASSIGN(const std::vector<std::string> before,
                       ReadAllPayloads(Shard(input_, 0)));
  const auto framed = [](const std::string& payload) {
    return RecordHeader(payload) + payload + RecordFooter(payload);
  };
  v1::ImageRecord other;
  other.set_schema_version(1);
  other.set_id("b");
  other.set_label(7);
  ASSERT_OK(WriteFileAtomically(Shard(input_, 0),
                                framed("\xff\xff no record") + sound +
                                    framed(other.SerializeAsString())));
  ASSERT_OK(Salvage());
  EXPECT_THAT(ReadAllPayloads(Shard(options_.run.output, 0)),
              IsOkAndHolds(before));
  EXPECT_THAT(
      out_.str(),
      AllOf(HasSubstr("bytes 0 to 28: is no maskfill.v1.ImageRecord; 0 lie"),
            HasSubstr("claims to be \"b\", which lies before it; 4 lie"),
            HasSubstr("6 records salvaged, 0 records lost, ")));
}

TEST_F(SalvageRecordsTest, IsOtherWorkWhenTheDamageIsOther) {
  Damage(0);
  ASSERT_OK(Salvage());
  ASSERT_OK_AND_ASSIGN(const WorkResult again, Salvage());
  EXPECT_TRUE(again.already_done);
  EXPECT_THAT(out_.str(), HasSubstr("1 records lost"));
  Damage(1);
  EXPECT_THAT(Salvage(), StatusIs(absl::StatusCode::kAlreadyExists,
                                  HasSubstr("input damaged is")));
}

}  // namespace
}  // namespace maskfill

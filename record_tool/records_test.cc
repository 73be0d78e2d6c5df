#include "record_tool/records.h"

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/atomic_file.h"
#include "core/base/crc32c.h"
#include "core/base/files.h"
#include "core/base/sha256.h"
#include "core/record/checkpoint_files.h"
#include "core/record/safetensors_header.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/test_records.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class RecordsCommandsTest : public testing::Test {
 protected:
  void SetUp() override {
    dir_ = TestDirectory();
    manifest_ = WriteTestImages(dir_, {{"a", "b"}, {"c"}});
    shard_ = dir_ + "/images-00001-of-00002.tfrecord";
  }

  // What the command prints; its status in status_.
  std::string Run(const std::string& command, const std::string& path,
                  const std::string& type = "", int64_t limit = 0) {
    std::ostringstream out;
    const absl::StatusOr<RecordsCommand> parsed = ParseRecordsCommand(command);
    status_ = parsed.status();
    if (!parsed.ok()) return "";
    RecordsOptions options{.command = *parsed, .path = path, .type = type};
    options.limit = limit;
    options.run.output = output_;
    options.run.progress = ProgressMode::kNone;
    status_ = RunRecordsCommand(options, out);
    return out.str();
  }

  std::string dir_;
  std::string shard_;
  std::string output_;  // --output
  v1::Manifest manifest_;
  absl::Status status_;
};

TEST_F(RecordsCommandsTest, CatPrintsALineOfJsonPerRecord) {
  EXPECT_EQ(Run("cat", dir_),
            "{\"schema_version\":1,\"id\":\"a\",\"encoded\":{\"data\":\"<2 "
            "bytes>\",\"format\":\"jpeg\"}}\n"
            "{\"schema_version\":1,\"id\":\"b\",\"encoded\":{\"data\":\"<2 "
            "bytes>\",\"format\":\"jpeg\"}}\n"
            "{\"schema_version\":1,\"id\":\"c\",\"encoded\":{\"data\":\"<2 "
            "bytes>\",\"format\":\"jpeg\"}}\n");
  EXPECT_OK(status_);
}

TEST_F(RecordsCommandsTest, CatTakesAShardAndALimit) {
  EXPECT_THAT(Run("cat", shard_), HasSubstr("\"id\":\"c\""));
  EXPECT_OK(status_);
  const std::string text = Run("cat", dir_, "", 1);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
}

TEST_F(RecordsCommandsTest, HeadPrintsTenRecordsOrAsManyAsAsked) {
  std::vector<std::string> ids;
  for (int i = 0; i < 12; ++i) ids.push_back(absl::StrCat(i));
  const std::string many = JoinPath(dir_, "many");
  WriteTestImages(many, {ids});
  const std::string text = Run("head", many);
  EXPECT_OK(status_);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 10);
  EXPECT_THAT(text,
              AllOf(HasSubstr("\"id\":\"0\""), HasSubstr("\"id\":\"9\"")));
  const std::string two = Run("head", many, "", 2);
  EXPECT_EQ(std::count(two.begin(), two.end(), '\n'), 2);
}

TEST_F(RecordsCommandsTest, IndexWritesWhatIsMissingAndWhatIsWrong) {
  const std::string missing = shard_ + ".idx";
  const std::string wrong = dir_ + "/images-00000-of-00002.tfrecord.idx";
  ASSERT_OK_AND_ASSIGN(const std::string first, ReadFile(wrong));
  ASSERT_OK_AND_ASSIGN(const std::string second, ReadFile(missing));
  ASSERT_OK(RemoveFile(missing));
  ASSERT_OK(WriteFileAtomically(wrong, "0 1\n"));
  EXPECT_EQ(Run("index", dir_),
            "WRITTEN images-00000-of-00002.tfrecord.idx: 2 records\n"
            "WRITTEN images-00001-of-00002.tfrecord.idx: 1 records\n");
  EXPECT_OK(status_);
  EXPECT_THAT(ReadFile(wrong), IsOkAndHolds(first));
  EXPECT_THAT(ReadFile(missing), IsOkAndHolds(second));
  EXPECT_THAT(Run("index", dir_),
              HasSubstr("OK images-00001-of-00002.tfrecord.idx: 1 records"));
  Run("verify", dir_);
  EXPECT_OK(status_);
}

TEST_F(RecordsCommandsTest, IndexTakesAShardOfNoSet) {
  const std::string lone = JoinPath(dir_, "lone.tfrecord");
  ASSERT_OK_AND_ASSIGN(const std::string bytes, ReadFile(shard_));
  ASSERT_OK(WriteFileAtomically(lone, bytes));
  Run("index", lone);
  EXPECT_OK(status_);
  EXPECT_THAT(ReadFile(lone + ".idx"),
              IsOkAndHolds(absl::StrCat("0 ", bytes.size(), "\n")));
}

TEST_F(RecordsCommandsTest, IndexOfADamagedShardIsLeft) {
  ASSERT_OK_AND_ASSIGN(std::string bytes, ReadFile(shard_));
  bytes[20] ^= 1;
  ASSERT_OK(WriteFileAtomically(shard_, bytes));
  ASSERT_OK(RemoveFile(shard_ + ".idx"));
  Run("index", dir_);
  EXPECT_THAT(status_,
              StatusIs(absl::StatusCode::kDataLoss,
                       AllOf(HasSubstr(shard_), HasSubstr("salvage"))));
  EXPECT_FALSE(PathExists(shard_ + ".idx"));
}

TEST_F(RecordsCommandsTest, SalvageExportAndCroissantMakeTheirOutput) {
  output_ = JoinPath(dir_, "salvaged");
  EXPECT_THAT(Run("salvage", shard_), HasSubstr("OK: 1 shards, 1 records"));
  EXPECT_OK(status_);
  EXPECT_TRUE(PathExists(output_ + "/images.manifest.json"));
  output_ = JoinPath(dir_, "exported");
  WriteTestImages(JoinPath(dir_, "set"), {{"a"}});
  Run("export", JoinPath(dir_, "set"));
  EXPECT_OK(status_);
  EXPECT_TRUE(PathExists(output_ + "/images.manifest.json"));
  output_ = "";
  Run("croissant", JoinPath(dir_, "set"));
  EXPECT_OK(status_);
  EXPECT_TRUE(PathExists(JoinPath(dir_, "set/croissant.json")));
}

TEST_F(RecordsCommandsTest, CatNeedsATypeWithoutAManifest) {
  ASSERT_OK(RemoveFile(dir_ + "/images.manifest.json"));
  Run("cat", shard_);
  EXPECT_THAT(status_, StatusIs(absl::StatusCode::kInvalidArgument,
                                HasSubstr("--type")));
  EXPECT_THAT(Run("cat", shard_, "maskfill.v1.ImageRecord"),
              HasSubstr("\"id\":\"c\""));
  EXPECT_OK(status_);
  Run("cat", shard_, "maskfill.v1.Nothing");
  EXPECT_THAT(status_, StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(RecordsCommandsTest, StatPrintsOriginAndCounts) {
  EXPECT_THAT(Run("stat", dir_),
              AllOf(HasSubstr("records are: maskfill.v1.ImageRecord"),
                    HasSubstr("made by: ingest 1.0"),
                    HasSubstr("fingerprint: " + manifest_.fingerprint()),
                    HasSubstr("1 classes"), HasSubstr("shards: 2"),
                    HasSubstr("records: 3")));
  EXPECT_OK(status_);
}

TEST_F(RecordsCommandsTest, VerifyPrintsALinePerShard) {
  const std::string text = Run("verify", dir_);
  EXPECT_OK(status_);
  EXPECT_THAT(text,
              AllOf(HasSubstr("OK images-00000-of-00002.tfrecord: 2 records"),
                    HasSubstr("OK images-00001-of-00002.tfrecord: 1 records"),
                    HasSubstr("OK: 2 shards, 3 records")));
}

TEST_F(RecordsCommandsTest, VerifyNamesWhatIsDamagedAndGoesOn) {
  const std::string first = dir_ + "/images-00000-of-00002.tfrecord";
  ASSERT_OK_AND_ASSIGN(std::string bytes, ReadFile(first));
  bytes[20] ^= 1;
  ASSERT_OK(WriteFileAtomically(first, bytes));
  const std::string text = Run("verify", dir_);
  EXPECT_THAT(status_, StatusIs(absl::StatusCode::kDataLoss,
                                AllOf(HasSubstr("1 of 2 shards"),
                                      HasSubstr(first + ": record 0"))));
  EXPECT_THAT(text, AllOf(HasSubstr("DAMAGED images-00000-of-00002.tfrecord"),
                          HasSubstr("OK images-00001-of-00002.tfrecord")));
}

TEST_F(RecordsCommandsTest, VerifyChecksTheIndex) {
  ASSERT_OK_AND_ASSIGN(const int64_t size,
                       FileSize(dir_ + "/images-00000-of-00002.tfrecord"));
  ASSERT_OK(WriteFileAtomically(dir_ + "/images-00000-of-00002.tfrecord.idx",
                                absl::StrCat("0 20\n20 ", size - 20, "\n")));
  Run("verify", dir_);
  EXPECT_THAT(status_, StatusIs(absl::StatusCode::kDataLoss,
                                HasSubstr("tfrecord.idx: its offsets")));
}

TEST_F(RecordsCommandsTest, VerifyCountsAMissingShardAsDamage) {
  ASSERT_OK(RemoveFile(shard_));
  Run("verify", dir_);
  EXPECT_THAT(status_,
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr(shard_)));
}

TEST_F(RecordsCommandsTest, VerifyChecksTheMessages) {
  Run("verify", dir_, "maskfill.v1.CamRecord");
  EXPECT_THAT(status_,
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("has fields that a maskfill.v1.CamRecord")));
}

TEST_F(RecordsCommandsTest, VerifySaysWhatItCannotSeeWithoutAManifest) {
  ASSERT_OK(RemoveFile(dir_ + "/images.manifest.json"));
  EXPECT_THAT(Run("verify", shard_), HasSubstr("no manifest"));
  EXPECT_OK(status_);
}

TEST_F(RecordsCommandsTest, RefusesOtherCommandsAndMissingPaths) {
  Run("show", dir_);
  EXPECT_THAT(status_, StatusIs(absl::StatusCode::kInvalidArgument,
                                HasSubstr("cat|head|stat|verify")));
  Run("cat", dir_ + "/no");
  EXPECT_THAT(status_, StatusIs(absl::StatusCode::kNotFound));
}

// A checkpoint's files: one tensor "a" of the bytes 1234.
void WriteCheckpointFiles(const std::string& dir) {
  const std::string config = "{}\n";
  SafetensorsHeader header;
  header.metadata = {{kConfigDigest, Sha256Hex(config)}};
  header.entries = {{.name = "a",
                     .dtype = "F32",
                     .shape = {1},
                     .begin = 0,
                     .end = 4,
                     .crc32c = absl::StrFormat("%08x", Crc32c("1234"))}};
  ASSERT_OK(MakeDirectories(dir));
  ASSERT_OK(WriteFileAtomically(JoinPath(dir, kModelFile),
                                FormatSafetensorsHeader(header) + "1234"));
  ASSERT_OK(WriteFileAtomically(JoinPath(dir, kConfigFile), config));
}

TEST_F(RecordsCommandsTest, VerifyReadsACheckpoint) {
  const std::string checkpoint = JoinPath(dir_, "last");
  WriteCheckpointFiles(checkpoint);
  EXPECT_THAT(Run("verify", checkpoint),
              AllOf(HasSubstr("OK model.safetensors: 1 tensors, "),
                    HasSubstr("OK config.json: 3 bytes\n"),
                    HasSubstr("OK: checkpoint, fingerprint ")));
  EXPECT_OK(status_);
}

TEST_F(RecordsCommandsTest, VerifySeesAFlippedBitAnywhereInACheckpoint) {
  const std::string checkpoint = JoinPath(dir_, "last");
  for (const char* file : {kModelFile, kConfigFile}) {
    WriteCheckpointFiles(checkpoint);
    const std::string path = JoinPath(checkpoint, file);
    ASSERT_OK_AND_ASSIGN(const std::string bytes, ReadFile(path));
    for (size_t at = 0; at < bytes.size(); ++at) {
      std::string flipped = bytes;
      flipped[at] ^= static_cast<char>(1 << (at % 8));
      ASSERT_OK(WriteFileUnsynced(path, flipped));
      Run("verify", checkpoint);
      EXPECT_THAT(status_,
                  StatusIs(absl::StatusCode::kDataLoss, HasSubstr(path)))
          << file << " " << at;
    }
    ASSERT_OK(WriteFileUnsynced(path, ""));
    Run("verify", checkpoint);
    EXPECT_THAT(status_,
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr(path)));
  }
}

}  // namespace
}  // namespace maskfill

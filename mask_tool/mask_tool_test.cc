#include "mask_tool/mask_tool.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/record/record_reader.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/numbered_images.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr int64_t kSize = 16;  // px: 4x4 patches of 4 px
constexpr int64_t kImages = 23;
constexpr int64_t kShards = 3;

class MaskStageTest : public testing::Test {
 protected:
  void SetUp() override {
    dir_ = TestDirectory();
    std::vector<v1::ImageRecord> images;
    std::vector<v1::CamRecord> cams;
    for (int64_t i = 0; i < kImages; ++i) {
      images.push_back(NumberedRecord(i, i / 5, kSize));
      cams.push_back(CamFor(images.back(), SomeRelevance(images[i].id(), 16)));
    }
    const RecordSet set = WriteImageSet(Path("images"), images, kShards);
    WriteCamSet(Path("cams"), set, cams);
  }

  std::string Path(const std::string& name) const {
    return JoinPath(dir_, name);
  }

  MaskToolOptions Options(const std::string& output) const {
    MaskToolOptions options;
    options.run.input = Path("images");
    options.run.output = Path(output);
    options.run.progress = ProgressMode::kNone;
    options.run.num_threads = 2;
    options.cams = Path("cams");
    return options;
  }

  // All records of an output, in shard order.
  std::vector<v1::CounterfactualRecord> Records(const std::string& output) {
    std::vector<v1::CounterfactualRecord> records;
    const auto set =
        RecordSet::Open(Path(output), "maskfill.v1.CounterfactualRecord");
    EXPECT_OK(set);
    for (int64_t shard = 0; shard < set->num_shards(); ++shard) {
      const auto reader = set->OpenShard(shard);
      EXPECT_OK(reader);
      v1::CounterfactualRecord record;
      while (true) {
        const absl::Status status = (*reader)->Next(&record);
        if (absl::IsOutOfRange(status)) break;
        EXPECT_OK(status);
        if (!status.ok()) break;
        records.push_back(record);
      }
    }
    return records;
  }

  // Name and bytes of every file of an output.
  std::vector<std::string> Files(const std::string& output) {
    std::vector<std::string> files;
    const auto names = ListDirectory(Path(output));
    EXPECT_OK(names);
    for (const std::string& name : *names) {
      const auto bytes = ReadFile(JoinPath(Path(output), name));
      EXPECT_OK(bytes);
      files.push_back(name + *bytes);
    }
    return files;
  }

  std::string dir_;
};

TEST_F(MaskStageTest, KeepsTheOrderOfTheImagesWithTheirVariants) {
  MaskToolOptions options = Options("out");
  options.counterfactual.variants = 3;
  ASSERT_OK_AND_ASSIGN(const MaskToolStats stats, MaskTool(options));
  EXPECT_TRUE(stats.run.complete);
  EXPECT_EQ(stats.masks.masks, 3 * kImages);
  EXPECT_EQ(stats.masks.patches, 3 * kImages * 16);
  const std::vector<v1::CounterfactualRecord> records = Records("out");
  MaskStats expected;
  for (const v1::CounterfactualRecord& record : records) {
    ASSERT_OK_AND_ASSIGN(const PatchMask mask,
                         PatchMask::FromBytes(record.mask(), 16));
    expected.Add(mask);
  }
  EXPECT_EQ(stats.masks, expected);
  ASSERT_EQ(records.size(), 3u * kImages);
  for (int64_t i = 0; i < 3 * kImages; ++i) {
    EXPECT_EQ(records[i].id(), absl::StrCat("image-", i / 3));
    EXPECT_EQ(records[i].variant(), i % 3);
  }
  ASSERT_OK_AND_ASSIGN(
      const RecordSet set,
      RecordSet::Open(Path("out"), "maskfill.v1.CounterfactualRecord"));
  EXPECT_EQ(set.num_shards(), kShards);
  EXPECT_EQ(set.manifest().dataset().image_size(), kSize);
}

TEST_F(MaskStageTest, GivesTheSameBytesForAnyNumberOfThreadsAndTasks) {
  MaskToolOptions options = Options("one");
  options.counterfactual.fill = FillKind::kMulti;
  options.counterfactual.variants = 2;
  options.run.num_threads = 1;
  ASSERT_OK(MaskTool(options));
  options.run.output = Path("many");
  options.run.num_threads = 8;
  options.run.task_count = 2;
  for (const int64_t task : {1, 0}) {
    options.run.task_index = task;
    ASSERT_OK(MaskTool(options));
  }
  EXPECT_EQ(Files("one"), Files("many"));
}

TEST_F(MaskStageTest, DoesNothingTheSecondTime) {
  const MaskToolOptions options = Options("out");
  ASSERT_OK(MaskTool(options));
  const std::vector<std::string> files = Files("out");
  ASSERT_OK_AND_ASSIGN(const MaskToolStats again, MaskTool(options));
  EXPECT_TRUE(again.run.already_done);
  EXPECT_EQ(again.masks.masks, kImages);
  EXPECT_EQ(Files("out"), files);
}

TEST_F(MaskStageTest, NamesTheOptionThatDiffersFromWhatIsThere) {
  MaskToolOptions options = Options("out");
  ASSERT_OK(MaskTool(options));
  options.counterfactual.mask.cut.value = 0.6;
  EXPECT_THAT(MaskTool(options),
              StatusIs(absl::StatusCode::kAlreadyExists,
                       AllOf(HasSubstr("threshold"), HasSubstr("0.3"),
                             HasSubstr("0.6"))));
  // A rate has no bearing on object masks.
  options = Options("out");
  options.counterfactual.mask.rate = 0.9;
  ASSERT_OK_AND_ASSIGN(const MaskToolStats again, MaskTool(options));
  EXPECT_TRUE(again.run.already_done);
}

TEST_F(MaskStageTest, RefusesCamsOfOtherImages) {
  std::vector<v1::ImageRecord> others;
  for (int64_t i = 0; i < kImages; ++i) {
    others.push_back(NumberedRecord(i, 0, kSize));
  }
  WriteImageSet(Path("other"), others, kShards);
  MaskToolOptions options = Options("out");
  options.run.input = Path("other");
  EXPECT_THAT(MaskTool(options),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("cams"), HasSubstr("other"))));
  EXPECT_FALSE(PathExists(Path("out/set.manifest.json")));
}

TEST_F(MaskStageTest, NamesBothFilesWhenIdsDiffer) {
  ASSERT_OK_AND_ASSIGN(
      const RecordSet set,
      RecordSet::Open(Path("images"), "maskfill.v1.ImageRecord"));
  std::vector<v1::CamRecord> cams;
  for (int64_t i = 0; i < kImages; ++i) {
    // The second and the third are swapped.
    const int64_t number = i == 1 ? 2 : i == 2 ? 1 : i;
    cams.push_back(
        CamFor(NumberedRecord(number, 0, kSize), std::vector<float>(16)));
  }
  WriteCamSet(Path("swapped"), set, cams);
  MaskToolOptions options = Options("out");
  options.cams = Path("swapped");
  EXPECT_THAT(
      MaskTool(options),
      StatusIs(absl::StatusCode::kFailedPrecondition,
               AllOf(HasSubstr(Path("images")), HasSubstr(Path("swapped")),
                     HasSubstr("image-1"), HasSubstr("image-2"))));
}

TEST_F(MaskStageTest, MakesRandomMasksWithoutCams) {
  MaskToolOptions options = Options("out");
  options.cams.clear();
  options.counterfactual.mask.kind = MaskKind::kRandom;
  options.counterfactual.patch_size = 8;
  ASSERT_OK(MaskTool(options));
  const std::vector<v1::CounterfactualRecord> records = Records("out");
  ASSERT_EQ(records.size(), static_cast<size_t>(kImages));
  EXPECT_EQ(records[0].grid_height(), 2);
  options.counterfactual.patch_size = 5;
  EXPECT_THAT(MaskTool(options), StatusIs(absl::StatusCode::kInvalidArgument,
                                          HasSubstr("do not divide")));
}

TEST_F(MaskStageTest, WritesStatsAndPreview) {
  MaskToolOptions options = Options("out");
  options.stats = {Path("new/stats.json"), Path("new/stats.md")};
  options.preview = Path("new/preview.png");
  options.counterfactual.payload = CounterfactualPayload::kRecipe;
  ASSERT_OK(MaskTool(options));
  EXPECT_THAT(ReadFile(options.stats[0]),
              IsOkAndHolds(HasSubstr("\"cams\": 23")));
  EXPECT_THAT(ReadFile(options.stats[1]),
              IsOkAndHolds(HasSubstr("23 CAMs of 16 patches")));
  EXPECT_THAT(ReadFile(options.preview), IsOkAndHolds(HasSubstr("PNG")));
  EXPECT_FALSE(Records("out")[0].has_pixels());
}

TEST_F(MaskStageTest, MakesStatsAloneWithoutImages) {
  MaskToolOptions options = Options("");
  options.run.input.clear();
  options.run.output.clear();
  options.stats = {Path("stats.json")};
  options.run.dry_run = true;
  ASSERT_OK(MaskTool(options));
  EXPECT_FALSE(PathExists(options.stats[0]));
  options.run.dry_run = false;
  ASSERT_OK(MaskTool(options));
  EXPECT_THAT(ReadFile(options.stats[0]),
              IsOkAndHolds(HasSubstr("\"cams\": 23")));
}

TEST_F(MaskStageTest, RefusesBadSideFilesBeforeItMakesTheSet) {
  ASSERT_OK(MakeDirectories(Path("directory.json")));
  MaskToolOptions options = Options("out");
  options.stats = {Path("directory.json")};
  EXPECT_THAT(MaskTool(options), StatusIs(absl::StatusCode::kInvalidArgument,
                                          HasSubstr("--stats")));
  EXPECT_FALSE(PathExists(Path("out")));
  options.stats.clear();
  options.preview = Path("directory.json");
  EXPECT_THAT(MaskTool(options), StatusIs(absl::StatusCode::kInvalidArgument,
                                          HasSubstr("--preview")));
  EXPECT_FALSE(PathExists(Path("out")));
}

TEST_F(MaskStageTest, MasksAsManyRandomPatchesAsTheObjectHas) {
  MaskToolOptions options = Options("object");
  ASSERT_OK(MaskTool(options));
  options.run.output = Path("random");
  options.counterfactual.mask.kind = MaskKind::kRandom;
  options.counterfactual.mask.match_object_mask = true;
  ASSERT_OK(MaskTool(options));
  const std::vector<v1::CounterfactualRecord> objects = Records("object");
  const std::vector<v1::CounterfactualRecord> randoms = Records("random");
  ASSERT_EQ(objects.size(), randoms.size());
  int64_t same = 0;
  for (size_t i = 0; i < objects.size(); ++i) {
    ASSERT_OK_AND_ASSIGN(const PatchMask object,
                         PatchMask::FromBytes(objects[i].mask(), 16));
    ASSERT_OK_AND_ASSIGN(const PatchMask random,
                         PatchMask::FromBytes(randoms[i].mask(), 16));
    EXPECT_EQ(object.count(), random.count());
    same += object == random;
  }
  EXPECT_LT(same, 5);
}

TEST_F(MaskStageTest, DrawsAmongEqualsWhereAShareIsMasked) {
  MaskToolOptions options = Options("object");
  options.counterfactual.mask.cut = {RelevanceCutKind::kTargetRatio, 0.5};
  ASSERT_OK_AND_ASSIGN(const MaskToolStats object, MaskTool(options));
  EXPECT_EQ(object.masks.masked_patches, 8 * kImages);
  // As before those that read such a set know how it was made.
  ASSERT_OK_AND_ASSIGN(
      const RecordSet set,
      RecordSet::Open(Path("object"), "maskfill.v1.CounterfactualRecord"));
  EXPECT_EQ(set.manifest().algorithm_version(), 3u);
  EXPECT_OK(OptionsOfSet(set));
  options.run.output = Path("context");
  options.counterfactual.mask.kind = MaskKind::kContext;
  ASSERT_OK(MaskTool(options).status());
  const auto masks_of_object = Records("object");
  const auto masks_of_context = Records("context");
  for (size_t i = 0; i < masks_of_object.size(); ++i) {
    ASSERT_OK_AND_ASSIGN(const PatchMask mask,
                         PatchMask::FromBytes(masks_of_object[i].mask(), 16));
    EXPECT_EQ(masks_of_context[i].mask(), mask.Complement().ToBytes());
  }
}

TEST_F(MaskStageTest, TakesDonorsFromAnotherSet) {
  std::vector<v1::ImageRecord> others;
  for (int64_t i = 100; i < 110; ++i) {
    others.push_back(NumberedRecord(i, i / 5, kSize));
  }
  WriteImageSet(Path("others"), others, 2);
  MaskToolOptions options = Options("out");
  options.donor_input = Path("others");
  ASSERT_OK(MaskTool(options));
  for (const v1::CounterfactualRecord& record : Records("out")) {
    for (const std::string& id : record.donor_ids()) {
      EXPECT_THAT(id, testing::StartsWith("image-10"));
    }
  }
  // The mean of 100 to 109 is 104.5, halves up; of 0 to 15 it is 7.5.
  options.run.output = Path("mean");
  options.counterfactual.fill = FillKind::kMean;
  ASSERT_OK(MaskTool(options));
  EXPECT_EQ(Records("mean")[0].fill_colour(), std::string("\x69\x08\x08"));
  // The images themselves, under any path, are the set as it was.
  std::filesystem::copy(Path("images"), Path("copy"));
  options = Options("plain");
  ASSERT_OK(MaskTool(options));
  options.run.output = Path("same");
  options.donor_input = Path("copy");
  ASSERT_OK(MaskTool(options));
  EXPECT_EQ(Files("plain"), Files("same"));
}

TEST_F(MaskStageTest, MakesTheSameOfEveryFillForAnyNumberOfTasks) {
  for (const FillRule& rule : FillRules()) {
    MaskToolOptions options = Options(absl::StrCat("one-", rule.name));
    options.counterfactual.fill = rule.kind;
    options.counterfactual.donors = DonorRule::kOtherClass;
    ASSERT_OK(MaskTool(options));
    options.run.output = Path(absl::StrCat("many-", rule.name));
    options.run.task_count = 2;
    for (const int64_t task : {1, 0}) {
      options.run.task_index = task;
      ASSERT_OK(MaskTool(options));
    }
    EXPECT_EQ(Files(absl::StrCat("one-", rule.name)),
              Files(absl::StrCat("many-", rule.name)));
  }
}

TEST_F(MaskStageTest, TouchesNoSideFileOfAPersonAndNoFinishedOne) {
  MaskToolOptions options = Options("out");
  options.stats = {Path("stats.json")};
  ASSERT_OK(WriteFileAtomically(options.stats[0], "mine"));
  options.run.overwrite = true;
  EXPECT_THAT(MaskTool(options),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("--stats"), HasSubstr("stats.json"))));
  EXPECT_THAT(ReadFile(options.stats[0]), IsOkAndHolds("mine"));
  options.run.overwrite = false;
  options.stats = {Path("side/stats.json")};
  options.preview = Path("side/preview.png");
  ASSERT_OK(MaskTool(options));
  const std::vector<std::string> files = Files("side");
  const auto time = std::filesystem::last_write_time(Path("side"));
  ASSERT_OK(MaskTool(options));
  EXPECT_EQ(Files("side"), files);
  EXPECT_EQ(std::filesystem::last_write_time(Path("side")), time);
}

TEST_F(MaskStageTest, WritesNothingInADryRun) {
  MaskToolOptions options = Options("out");
  options.stats = {Path("stats.json")};
  options.preview = Path("preview.png");
  options.run.dry_run = true;
  ASSERT_OK(MaskTool(options));
  EXPECT_FALSE(PathExists(options.stats[0]));
  EXPECT_FALSE(PathExists(options.preview));
  EXPECT_FALSE(PathExists(Path("out/set.manifest.json")));
}

TEST_F(MaskStageTest, SaysWhichDirectoryIsMissing) {
  MaskToolOptions options = Options("out");
  options.cams = Path("nowhere");
  EXPECT_THAT(MaskTool(options),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("nowhere")));
}

}  // namespace
}  // namespace maskfill

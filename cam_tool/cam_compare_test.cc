#include "cam_tool/cam_compare.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "cam_tool/cam_compare_text.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/image/encode_png.h"
#include "core/image/image.h"
#include "core/record/manifest.h"
#include "core/record/shard_name.h"
#include "core/record/shard_writer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "proto/manifest.pb.h"
#include "proto/records.pb.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// A mask of 4 x 4 px whose left half is covered: patches 0 and 2 of 2 x 2.
void WriteLeftHalf(const std::string& path) {
  Image mask(4, 4);
  for (int64_t y = 0; y < 4; ++y) {
    std::fill(mask.Row(y), mask.Row(y) + 6, uint8_t{255});
  }
  ASSERT_OK_AND_ASSIGN(const std::string png, EncodePng(mask));
  ASSERT_OK(MakeDirectories(Dirname(path)));
  ASSERT_OK(WriteFileAtomically(path, png));
}

// Writes a finished set with a shard for each list of records.
template <typename Record>
void WriteRecords(const std::string& dir,
                  const std::vector<std::vector<Record>>& shards) {
  ASSERT_OK(MakeDirectories(dir));
  v1::Manifest manifest;
  manifest.set_schema_version(kManifestSchemaVersion);
  manifest.set_name("set");
  manifest.set_tool("test");
  manifest.set_record_type(std::string(Record::descriptor()->full_name()));
  v1::Option& method = *manifest.add_options();
  method.set_name("method");
  method.set_value("attribution");
  manifest.set_fingerprint(ComputeFingerprint(manifest));
  for (size_t shard = 0; shard < shards.size(); ++shard) {
    ASSERT_OK_AND_ASSIGN(const auto writer,
                         ShardWriter::Create(JoinPath(
                             dir, ShardName("set", shard, shards.size()))));
    for (const Record& record : shards[shard]) {
      ASSERT_OK(writer->Append(record));
    }
    ASSERT_OK_AND_ASSIGN(*manifest.add_shards(), writer->Close());
  }
  manifest.set_content_fingerprint(ComputeContentFingerprint(manifest));
  ASSERT_OK(WriteManifest(dir, manifest));
}

// `relevance` of 2 x 2 patches.
v1::CamRecord MakeCam(const std::string& id,
                      const std::vector<float>& relevance) {
  v1::CamRecord cam;
  cam.set_schema_version(1);
  cam.set_id(id);
  cam.set_grid_height(2);
  cam.set_grid_width(2);
  for (const float value : relevance) {
    const uint32_t bits = std::bit_cast<uint32_t>(value);
    for (int byte = 0; byte < 4; ++byte) {
      cam.mutable_relevance()->push_back(
          static_cast<char>(bits >> (8 * byte) & 255));
    }
  }
  return cam;
}

// The CAMs of three images in two shards, and the images' masks.
CamCompareOptions WriteSet(const std::string& dir) {
  WriteRecords<v1::CamRecord>(
      dir + "/cams",
      {// Finds both patches, the second less; then the other half.
       {MakeCam("val/ring/id_0", {1.0f, 0.0f, 0.45f, 0.0f}),
        MakeCam("val/ring/id_1", {0.0f, 1.0f, 0.0f, 0.9f})},
       // Everything, most on the object.
       {MakeCam("val/ring/id_2", {0.45f, 0.45f, 1.0f, 0.45f})}});
  for (const char* id : {"id_0", "id_1", "id_2"}) {
    WriteLeftHalf(dir + "/masks/ILSVRC2012/val/ring/" + id + ".png");
  }
  CamCompareOptions options;
  options.cams = {dir + "/cams"};
  options.masks.dir = dir + "/masks";
  options.run.output = dir + "/agreement.json";
  options.thresholds = {0.4, 0.5};
  options.run.progress = ProgressMode::kNone;
  return options;
}

// Adds a second set: the first image's map upside down, the second's is
// degenerate, the third's is the same.
void WriteOtherSet(const std::string& dir, CamCompareOptions* options) {
  WriteRecords<v1::CamRecord>(
      dir + "/other",
      {{MakeCam("val/ring/id_0", {0.0f, 1.0f, 0.0f, 0.45f}),
        MakeCam("val/ring/id_1", {0.0f, 0.0f, 0.0f, 0.0f})},
       {MakeCam("val/ring/id_2", {0.45f, 0.45f, 1.0f, 0.45f})}});
  options->cams.push_back(dir + "/other");
}

TEST(CompareCams, TakesTheMeanOverAllShards) {
  ASSERT_OK_AND_ASSIGN(const CamCompareReport report,
                       CompareCams(WriteSet(TestDirectory())));
  EXPECT_EQ(report.images, 3);
  EXPECT_TRUE(report.pairs.empty());
  const CamQuality& quality = *report.sets[0].quality;
  EXPECT_EQ(quality.images, 3);
  EXPECT_DOUBLE_EQ(quality.object_rate, 0.5);
  EXPECT_DOUBLE_EQ(quality.pointing_game, 2.0 / 3);
  // All, nothing, and 1.45 of 2.35.
  EXPECT_NEAR(quality.energy_inside, (1 + 1.45 / 2.35) / 3, 1e-7);
  // Above 0.4: {0, 2}, {1, 3}, all. IoU 1, 0, 1/2; rate 1/2, 1/2, 1; recall 1,
  // 0, 1.
  EXPECT_DOUBLE_EQ(quality.at_threshold[0].iou, 0.5);
  EXPECT_DOUBLE_EQ(quality.at_threshold[0].mask_rate, 2.0 / 3);
  EXPECT_DOUBLE_EQ(quality.at_threshold[0].object_recall, 2.0 / 3);
  // Above 0.5: {0}, {1, 3}, {2}. IoU 1/2, 0, 1/2; rate 1/4, 1/2, 1/4; recall
  // 1/2, 0, 1/2.
  EXPECT_DOUBLE_EQ(quality.at_threshold[1].iou, 1.0 / 3);
  EXPECT_DOUBLE_EQ(quality.at_threshold[1].mask_rate, 1.0 / 3);
  EXPECT_DOUBLE_EQ(quality.at_threshold[1].object_recall, 1.0 / 3);
}

TEST(CompareCams, ComparesEveryTwoSetsImageByImage) {
  const std::string dir = TestDirectory();
  CamCompareOptions options = WriteSet(dir);
  WriteOtherSet(dir, &options);
  options.masks.dir.clear();
  ASSERT_OK_AND_ASSIGN(const CamCompareReport report, CompareCams(options));
  EXPECT_EQ(report.sets[0].degenerate, 0);
  EXPECT_EQ(report.sets[1].degenerate, 1);
  EXPECT_FALSE(report.sets[0].quality.has_value());
  ASSERT_EQ(report.pairs.size(), 1);
  EXPECT_EQ(report.pairs[0].a, 0);
  EXPECT_EQ(report.pairs[0].b, 1);
  const CamAgreement& agreement = report.pairs[0].agreement;
  EXPECT_EQ(agreement.images, 2);
  EXPECT_EQ(agreement.images_without_order, 1);
  // Ranks less their mean 1.5 -1 0.5 -1 and -1 1.5 -1 0.5: -4 / 4.5; and 1.
  EXPECT_NEAR(agreement.rank_correlation, (1 - 4 / 4.5) / 2, 1e-12);
  // {0, 2} and {1, 3} have nothing in common; then all is equal.
  EXPECT_DOUBLE_EQ(agreement.at_threshold[0].iou, 0.5);
  EXPECT_DOUBLE_EQ(agreement.at_threshold[1].iou, 0.5);
}

TEST(CompareCams, WritesTheSameJsonEachTime) {
  const std::string dir = TestDirectory();
  CamCompareOptions options = WriteSet(dir);
  WriteOtherSet(dir, &options);
  ASSERT_OK_AND_ASSIGN(const CamCompareReport report, CompareCams(options));
  ASSERT_OK_AND_ASSIGN(const std::string text, ReadFile(options.run.output));
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  EXPECT_EQ(json["images"], 3);
  EXPECT_EQ(json["object_coverage"], 0.25);
  const nlohmann::json& set = json["sets"][0];
  EXPECT_EQ(set["fingerprint"], report.sets[0].fingerprint);
  EXPECT_EQ(set["method"], "attribution");
  EXPECT_EQ(set["quality"]["pointing_game"], 2.0 / 3);
  EXPECT_EQ(set["quality"]["thresholds"][0]["threshold"], 0.4);
  EXPECT_EQ(set["quality"]["thresholds"][0]["iou"], 0.5);
  EXPECT_EQ(json["sets"][1]["degenerate"], 1);
  EXPECT_EQ(json["pairs"][0]["thresholds"][1]["iou"], 0.5);
  ASSERT_OK(CompareCams(options));
  EXPECT_THAT(ReadFile(options.run.output), IsOkAndHolds(text));
}

TEST(CompareCams, ReplacesTheReportOfOtherMasksOnlyWhenToldTo) {
  const std::string dir = TestDirectory();
  CamCompareOptions options = WriteSet(dir);
  ASSERT_OK(CompareCams(options));
  Image all(4, 4);
  std::fill(all.pixels.begin(), all.pixels.end(), uint8_t{255});
  ASSERT_OK_AND_ASSIGN(const std::string png, EncodePng(all));
  ASSERT_OK(
      WriteFileAtomically(dir + "/masks/ILSVRC2012/val/ring/id_2.png", png));
  EXPECT_THAT(CompareCams(options), StatusIs(absl::StatusCode::kAlreadyExists,
                                             HasSubstr("input masks")));
  options.run.overwrite = true;
  ASSERT_OK(CompareCams(options));
  EXPECT_THAT(ReadFile(options.run.output),
              IsOkAndHolds(HasSubstr("\"object_rate\": 0.66")));
}

TEST(CompareCams, WritesNothingWithoutOutput) {
  CamCompareOptions options = WriteSet(TestDirectory());
  const std::string path = options.run.output;
  options.run.output.clear();
  ASSERT_OK(CompareCams(options));
  EXPECT_FALSE(PathExists(path));
}

TEST(CompareCams, NeedsSomethingToCompareWith) {
  CamCompareOptions options = WriteSet(TestDirectory());
  options.masks.dir.clear();
  EXPECT_THAT(CompareCams(options), StatusIs(absl::StatusCode::kInvalidArgument,
                                             HasSubstr("nothing to compare")));
}

TEST(CompareCams, RefusesWhatIsNoCamSet) {
  const std::string dir = TestDirectory();
  CamCompareOptions options = WriteSet(dir);
  WriteRecords<v1::ImageRecord>(dir + "/images", {});
  options.cams = {dir + "/images"};
  EXPECT_THAT(CompareCams(options),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("maskfill.v1.CamRecord")));
  options.cams = {dir + "/none"};
  EXPECT_THAT(CompareCams(options), StatusIs(absl::StatusCode::kNotFound));
}

TEST(CompareCams, RefusesOtherImagesAndOtherGrids) {
  const std::string dir = TestDirectory();
  CamCompareOptions options = WriteSet(dir);
  const v1::CamRecord second =
      MakeCam("val/ring/id_1", {1.0f, 0.0f, 0.0f, 0.0f});
  const v1::CamRecord third =
      MakeCam("val/ring/id_2", {1.0f, 0.0f, 0.0f, 0.0f});
  WriteRecords<v1::CamRecord>(
      dir + "/ids",
      {{MakeCam("val/ring/other", {1.0f, 0.0f, 0.0f, 0.0f}), second}, {third}});
  v1::CamRecord row = MakeCam("val/ring/id_0", {1.0f, 0.0f, 0.0f, 0.0f});
  row.set_grid_height(1);
  row.set_grid_width(4);
  WriteRecords<v1::CamRecord>(dir + "/grids", {{row, second}, {third}});
  options.cams = {dir + "/cams", dir + "/ids"};
  EXPECT_THAT(
      CompareCams(options),
      StatusIs(absl::StatusCode::kFailedPrecondition,
               AllOf(HasSubstr("val/ring/id_0"), HasSubstr("val/ring/other"))));
  options.cams = {dir + "/cams", dir + "/grids"};
  EXPECT_THAT(CompareCams(options),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("2 x 2"), HasSubstr("1 x 4"))));
}

TEST(CompareCams, NamesTheMaskThatIsMissing) {
  const std::string dir = TestDirectory();
  const CamCompareOptions options = WriteSet(dir);
  ASSERT_OK(RemoveFile(dir + "/masks/ILSVRC2012/val/ring/id_2.png"));
  EXPECT_THAT(CompareCams(options), StatusIs(absl::StatusCode::kNotFound,
                                             HasSubstr("val/ring/id_2.png")));
}

TEST(CamCompareText, IsMarkdownWithAColumnPerThreshold) {
  CamCompareReport report;
  report.images = 601;
  report.sets = {{.dir = "cams/a", .method = "rollout", .layers = "all"},
                 {.dir = "cams/b", .method = "random", .degenerate = 2}};
  report.sets[0].quality = {.images = 600,
                            .images_without_object = 1,
                            .object_rate = 0.26,
                            .pointing_game = 0.91,
                            .energy_inside = 0.7,
                            .at_threshold = {{0.2, 0.65, 0.28, 0.8}}};
  report.sets[1].quality = report.sets[0].quality;
  report.pairs = {{0,
                   1,
                   {.images = 599,
                    .images_without_order = 2,
                    .rank_correlation = -0.25,
                    .at_threshold = {{0.2, 0.5}}}}};
  EXPECT_EQ(ToMarkdown(report),
            "CAMs of 601 images\n"
            "\n"
            "| set | method | layers | target | degenerate |\n"
            "|---|---|---|---|---|\n"
            "| cams/a | rollout | all |  | 0 |\n"
            "| cams/b | random |  |  | 2 |\n"
            "\n"
            "| agreement of | images | rank correlation | IoU > 0.2 |\n"
            "|---|---|---|---|\n"
            "| cams/a, cams/b | 599 | -0.250 | 0.500 |\n"
            "\n"
            "Objects are on 26.0 % of the patches of 600 images.\n"
            "Not counted: 1 image without object.\n"
            "\n"
            "| objects found by | pointing game | energy inside | IoU > 0.2 |\n"
            "|---|---|---|---|\n"
            "| cams/a | 0.910 | 0.700 | 0.650 |\n"
            "| cams/b | 0.910 | 0.700 | 0.650 |\n");
}

// As where all CAMs of a set are degenerate and no image has an object.
TEST(CamCompareText, AMeanOverNoImageIsNoNumber) {
  CamCompareReport report;
  report.images = 1;
  report.sets = {{.dir = "a", .degenerate = 1}, {.dir = "b"}};
  report.sets[0].quality = {.images_without_object = 1,
                            .at_threshold = {{.threshold = 0.2}}};
  report.sets[1].quality = report.sets[0].quality;
  report.pairs = {
      {0, 1, {.images_without_order = 1, .at_threshold = {{0.2, 0}}}}};
  const std::string text = ToMarkdown(report);
  EXPECT_THAT(text, AllOf(HasSubstr("CAM of 1 image\n"),
                          HasSubstr("| a, b | 0 | - | - |\n"),
                          HasSubstr("No image has an object.\n"),
                          HasSubstr("| a | - | - | - |\n")));
  EXPECT_THAT(text, testing::Not(HasSubstr("0.000")));
  CamCompareOptions options;
  options.masks.dir = "masks";
  const nlohmann::json json =
      nlohmann::json::parse(ToJson(options, report), nullptr, false);
  EXPECT_TRUE(json["pairs"][0]["rank_correlation"].is_null());
  EXPECT_TRUE(json["pairs"][0]["thresholds"][0]["iou"].is_null());
  EXPECT_TRUE(json["sets"][0]["quality"]["pointing_game"].is_null());
  EXPECT_EQ(json["pairs"][0]["images"], 0);
}

}  // namespace
}  // namespace maskfill

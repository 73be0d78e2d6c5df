#include "spurious_shapes/cam_quality/cam_quality.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string>
#include <vector>

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
#include "spurious_shapes/cam_quality/cam_quality_text.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

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
CamQualityOptions WriteSet(const std::string& dir) {
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
  CamQualityOptions options;
  options.cams = dir + "/cams";
  options.masks.dir = dir + "/masks";
  options.run.output = dir + "/quality.json";
  options.thresholds = {0.4, 0.5};
  options.run.progress = ProgressMode::kNone;
  return options;
}

TEST(MeasureCamQuality, TakesTheMeanOverAllShards) {
  const CamQualityOptions options = WriteSet(TestDirectory());
  ASSERT_OK_AND_ASSIGN(const CamQualityReport report,
                       MeasureCamQuality(options));
  const CamQuality& quality = report.quality;
  EXPECT_EQ(quality.images, 3);
  EXPECT_DOUBLE_EQ(quality.object_rate, 0.5);
  EXPECT_DOUBLE_EQ(quality.pointing_game, 2.0 / 3);
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

TEST(MeasureCamQuality, WritesTheSameJsonEachTime) {
  const CamQualityOptions options = WriteSet(TestDirectory());
  ASSERT_OK_AND_ASSIGN(const CamQualityReport report,
                       MeasureCamQuality(options));
  ASSERT_OK_AND_ASSIGN(const std::string text, ReadFile(options.run.output));
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  EXPECT_EQ(json["images"], 3);
  EXPECT_EQ(json["pointing_game"], 2.0 / 3);
  EXPECT_EQ(json["object_coverage"], 0.25);
  EXPECT_EQ(json["thresholds"][0]["threshold"], 0.4);
  EXPECT_EQ(json["thresholds"][0]["iou"], 0.5);
  EXPECT_EQ(json["thresholds"][1]["mask_rate"], 1.0 / 3);
  EXPECT_EQ(json["cams_fingerprint"], report.cams_fingerprint);
  ASSERT_OK(MeasureCamQuality(options));
  EXPECT_THAT(ReadFile(options.run.output), IsOkAndHolds(text));
}

TEST(MeasureCamQuality, ReplacesTheReportOfOtherMasksOnlyWhenToldTo) {
  const std::string dir = TestDirectory();
  CamQualityOptions options = WriteSet(dir);
  ASSERT_OK(MeasureCamQuality(options));
  Image all(4, 4);
  std::fill(all.pixels.begin(), all.pixels.end(), uint8_t{255});
  ASSERT_OK_AND_ASSIGN(const std::string png, EncodePng(all));
  ASSERT_OK(
      WriteFileAtomically(dir + "/masks/ILSVRC2012/val/ring/id_2.png", png));
  EXPECT_THAT(
      MeasureCamQuality(options),
      StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("input masks")));
  options.run.overwrite = true;
  ASSERT_OK(MeasureCamQuality(options));
  EXPECT_THAT(ReadFile(options.run.output),
              IsOkAndHolds(HasSubstr("\"object_rate\": 0.66")));
}

TEST(MeasureCamQuality, WritesNothingWithoutOutput) {
  CamQualityOptions options = WriteSet(TestDirectory());
  const std::string path = options.run.output;
  options.run.output.clear();
  ASSERT_OK(MeasureCamQuality(options));
  EXPECT_FALSE(PathExists(path));
}

TEST(MeasureCamQuality, RefusesWhatIsNoCamSet) {
  const std::string dir = TestDirectory();
  CamQualityOptions options = WriteSet(dir);
  WriteRecords<v1::ImageRecord>(dir + "/images", {});
  options.cams = dir + "/images";
  EXPECT_THAT(MeasureCamQuality(options),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("maskfill.v1.CamRecord")));
  options.cams = dir + "/none";
  EXPECT_THAT(MeasureCamQuality(options),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST(MeasureCamQuality, NamesTheMaskThatIsMissing) {
  const std::string dir = TestDirectory();
  const CamQualityOptions options = WriteSet(dir);
  ASSERT_OK(RemoveFile(dir + "/masks/ILSVRC2012/val/ring/id_2.png"));
  EXPECT_THAT(
      MeasureCamQuality(options),
      StatusIs(absl::StatusCode::kNotFound, HasSubstr("val/ring/id_2.png")));
}

TEST(CamQualityText, AlignsARowPerThreshold) {
  CamQualityReport report;
  report.quality = {.images = 600,
                    .images_without_object = 1,
                    .object_rate = 0.26,
                    .pointing_game = 0.91,
                    .at_threshold = {{0.2, 0.65, 0.28, 0.8}}};
  EXPECT_EQ(ToText(report),
            "images 600, object on 26.0 % of the patches, pointing game 0.910\n"
            "not counted: 1 images without object\n"
            "\n"
            "threshold    IoU  mask rate  object recall\n"
            "      0.2  0.650      0.280          0.800\n");
}

}  // namespace
}  // namespace maskfill

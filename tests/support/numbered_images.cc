#include "tests/support/numbered_images.h"

#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/image/record_pixels.h"
#include "core/record/manifest.h"
#include "core/record/shard_name.h"
#include "core/record/shard_writer.h"
#include "glog/logging.h"
#include "proto/manifest.pb.h"

namespace maskfill {
namespace {

template <typename Record>
RecordSet WriteSet(const std::string& dir, v1::Manifest manifest,
                   const std::vector<Record>& records,
                   const std::vector<int64_t>& shard_sizes) {
  CHECK(MakeDirectories(dir).ok());
  manifest.set_schema_version(kManifestSchemaVersion);
  manifest.set_name("set");
  manifest.set_tool_version("test");
  manifest.set_record_type(std::string(Record::descriptor()->full_name()));
  manifest.set_fingerprint(ComputeFingerprint(manifest));
  size_t next = 0;
  for (size_t shard = 0; shard < shard_sizes.size(); ++shard) {
    auto writer = ShardWriter::Create(
        JoinPath(dir, ShardName("set", shard, shard_sizes.size())));
    CHECK(writer.ok()) << writer.status();
    for (int64_t i = 0; i < shard_sizes[shard]; ++i) {
      CHECK((*writer)->Append(records[next++]).ok());
    }
    auto entry = (*writer)->Close();
    CHECK(entry.ok()) << entry.status();
    entry->set_fingerprint(manifest.fingerprint());
    *manifest.add_shards() = *entry;
  }
  CHECK_EQ(next, records.size());
  manifest.set_content_fingerprint(ComputeContentFingerprint(manifest));
  CHECK(WriteManifest(dir, manifest).ok());
  auto set = RecordSet::Open(dir, manifest.record_type());
  CHECK(set.ok()) << set.status();
  return *std::move(set);
}

}  // namespace

Image NumberedImage(int64_t number, int64_t size) {
  Image image(size, size);
  for (int64_t y = 0; y < size; ++y) {
    for (int64_t x = 0; x < size; ++x) {
      uint8_t* pixel = image.Row(y) + 3 * x;
      pixel[0] = static_cast<uint8_t>(number);
      pixel[1] = static_cast<uint8_t>(y);
      pixel[2] = static_cast<uint8_t>(x);
    }
  }
  return image;
}

v1::ImageRecord NumberedRecord(int64_t number, int64_t label, int64_t size) {
  v1::ImageRecord record;
  record.set_schema_version(1);
  record.set_id(absl::StrCat("image-", number));
  record.set_label(label);
  *record.mutable_pixels() = ToPixelBlock(NumberedImage(number, size));
  return record;
}

v1::CamRecord CamFor(const v1::ImageRecord& record,
                     const std::vector<float>& relevance) {
  v1::CamRecord cam;
  cam.set_schema_version(1);
  cam.set_id(record.id());
  int32_t side = 1;
  while (side * side < static_cast<int32_t>(relevance.size())) ++side;
  cam.set_grid_height(side);
  cam.set_grid_width(side);
  for (const float value : relevance) {
    const uint32_t word = std::bit_cast<uint32_t>(value);
    for (int byte = 0; byte < 4; ++byte) {
      cam.mutable_relevance()->push_back(
          static_cast<char>(word >> (8 * byte) & 0xff));
    }
  }
  cam.set_max_relevance(1);
  cam.set_target(record.label());
  return cam;
}

std::vector<float> SomeRelevance(const std::string& id, int64_t num_patches) {
  uint32_t state = 1;
  for (const char c : id) state = state * 31 + static_cast<unsigned char>(c);
  std::vector<float> relevance;
  for (int64_t patch = 0; patch < num_patches; ++patch) {
    state = state * 1664525 + 1013904223;
    relevance.push_back(static_cast<float>(state >> 24) / 255.0f);
  }
  return relevance;
}

RecordSet WriteImageSet(const std::string& dir,
                        const std::vector<v1::ImageRecord>& records,
                        int64_t num_shards) {
  v1::Manifest manifest;
  manifest.set_tool("ingest");
  manifest.mutable_dataset()->set_name("set");
  const bool preprocessed = !records.empty() && records[0].has_pixels();
  manifest.mutable_dataset()->set_image_size(
      preprocessed ? records[0].pixels().height() : 0);
  std::vector<int64_t> sizes;
  const int64_t count = static_cast<int64_t>(records.size());
  for (int64_t shard = 0; shard < num_shards; ++shard) {
    sizes.push_back(count * (shard + 1) / num_shards -
                    count * shard / num_shards);
  }
  return WriteSet(dir, manifest, records, sizes);
}

RecordSet WriteCamSet(const std::string& dir, const RecordSet& images,
                      const std::vector<v1::CamRecord>& records) {
  v1::Manifest manifest;
  manifest.set_tool("cam_tool");
  *manifest.add_inputs() = images.AsInput("images");
  *manifest.mutable_dataset() = images.manifest().dataset();
  std::vector<int64_t> sizes;
  for (const v1::ShardEntry& shard : images.manifest().shards()) {
    sizes.push_back(shard.records());
  }
  return WriteSet(dir, manifest, records, sizes);
}

}  // namespace maskfill

#include "tests/support/test_records.h"

#include <memory>
#include <utility>

#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/record/manifest.h"
#include "core/record/record_reader.h"
#include "core/record/shard_name.h"
#include "core/record/shard_writer.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

template <typename Make>
v1::Manifest WriteSet(const std::string& dir, v1::Manifest manifest,
                      const std::vector<std::vector<std::string>>& shards,
                      const Make& make) {
  CHECK(MakeDirectories(dir).ok());
  manifest.set_schema_version(kManifestSchemaVersion);
  manifest.set_tool_version("1.0");
  manifest.set_algorithm_version(3);
  manifest.set_fingerprint(ComputeFingerprint(manifest));
  const int64_t num_shards = static_cast<int64_t>(shards.size());
  for (int64_t i = 0; i < num_shards; ++i) {
    auto writer = ShardWriter::Create(
        JoinPath(dir, ShardName(manifest.name(), i, num_shards)));
    CHECK(writer.ok()) << writer.status();
    for (const std::string& id : shards[i]) {
      CHECK((*writer)->Append(make(id)).ok());
    }
    auto entry = (*writer)->Close();
    CHECK(entry.ok()) << entry.status();
    entry->set_fingerprint(manifest.fingerprint());
    *manifest.add_shards() = *std::move(entry);
  }
  manifest.set_content_fingerprint(ComputeContentFingerprint(manifest));
  CHECK(WriteManifest(dir, manifest).ok());
  return manifest;
}

}  // namespace

v1::ImageRecord TestImage(absl::string_view id, int64_t label) {
  v1::ImageRecord record;
  record.set_schema_version(1);
  record.set_id(std::string(id));
  record.set_label(label);
  record.mutable_encoded()->set_data("\x01\x02");
  record.mutable_encoded()->set_format("jpeg");
  return record;
}

v1::CamRecord TestCam(absl::string_view id) {
  v1::CamRecord record;
  record.set_schema_version(1);
  record.set_id(std::string(id));
  record.set_grid_height(1);
  record.set_grid_width(1);
  record.set_relevance(std::string("\x00\x3c", 2));  // 1.0 in half precision
  return record;
}

v1::Manifest WriteTestImages(
    const std::string& dir, const std::vector<std::vector<std::string>>& shards,
    const std::string& name) {
  v1::Manifest manifest;
  manifest.set_name(name);
  manifest.set_tool("ingest");
  manifest.set_record_type("maskfill.v1.ImageRecord");
  manifest.mutable_dataset()->add_class_keys("n01440764");
  return WriteSet(dir, std::move(manifest), shards,
                  [](const std::string& id) { return TestImage(id); });
}

v1::Manifest WriteTestCams(
    const std::string& dir, const v1::Manifest& images,
    const std::vector<std::vector<std::string>>& shards) {
  v1::Manifest manifest;
  manifest.set_name("cams");
  manifest.set_tool("cam_tool");
  manifest.set_record_type("maskfill.v1.CamRecord");
  v1::InputReference* input = manifest.add_inputs();
  input->set_role("images");
  input->set_path("somewhere");
  input->set_fingerprint(images.content_fingerprint());
  return WriteSet(dir, std::move(manifest), shards, TestCam);
}

absl::StatusOr<std::vector<std::string>> ReadAllPayloads(
    const std::string& path) {
  ASSIGN_OR_RETURN(std::unique_ptr<RecordReader> reader,
                   RecordReader::Open(path));
  std::vector<std::string> payloads;
  std::string payload;
  while (true) {
    const absl::Status status = reader->Next(&payload);
    if (absl::IsOutOfRange(status)) return payloads;
    RETURN_IF_ERROR(status);
    payloads.push_back(payload);
  }
}

}  // namespace maskfill

#include "tests/support/test_sets.h"

#include <functional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/counter_rng.h"
#include "core/base/files.h"
#include "core/masking/counterfactual_options.h"
#include "core/record/manifest.h"
#include "core/record/shard_name.h"
#include "core/record/shard_writer.h"
#include "glog/logging.h"
#include "proto/manifest.pb.h"
#include "proto/records.pb.h"

namespace maskfill {
namespace {

std::string IdOf(int64_t image) { return absl::StrCat("image-", image); }

v1::PixelBlock Pixels(const TestSetOptions& options, int64_t image,
                      int64_t variant, uint8_t first_byte) {
  CounterRng rng(options.seed, "test pixels", variant, IdOf(image));
  const int64_t label = image % options.num_classes;
  v1::PixelBlock block;
  block.set_height(static_cast<int32_t>(options.image_size));
  block.set_width(static_cast<int32_t>(options.image_size));
  const int64_t bytes = options.image_size * options.image_size * 3;
  for (int64_t i = 0; i < bytes; ++i) {
    // Three channels, each with its own pattern over the labels.
    const int64_t colour = (label * (i % 3 + 1) * 37) % 128;
    block.mutable_data()->push_back(
        static_cast<char>(colour + static_cast<int64_t>(rng.Below(128))));
  }
  (*block.mutable_data())[0] = static_cast<char>(first_byte);
  return block;
}

// Shard s of n images holds [Begin(s), Begin(s + 1)).
int64_t Begin(const TestSetOptions& options, int64_t shard) {
  return options.num_images * shard / options.num_shards;
}

RecordSet WriteSet(
    const std::string& dir, v1::Manifest manifest,
    const TestSetOptions& options,
    const std::function<void(int64_t image, ShardWriter*)>& write) {
  CHECK(MakeDirectories(dir).ok());
  manifest.set_schema_version(kManifestSchemaVersion);
  manifest.set_name("set");
  manifest.set_tool_version("test");
  manifest.set_seed(options.seed);
  manifest.set_fingerprint(ComputeFingerprint(manifest));
  for (int64_t shard = 0; shard < options.num_shards; ++shard) {
    auto writer = ShardWriter::Create(
        JoinPath(dir, ShardName("set", shard, options.num_shards)));
    CHECK(writer.ok()) << writer.status();
    for (int64_t image = Begin(options, shard);
         image < Begin(options, shard + 1); ++image) {
      write(image, writer->get());
    }
    auto entry = (*writer)->Close();
    CHECK(entry.ok()) << entry.status();
    entry->set_fingerprint(manifest.fingerprint());
    *manifest.add_shards() = *std::move(entry);
  }
  manifest.set_content_fingerprint(ComputeContentFingerprint(manifest));
  CHECK(WriteManifest(dir, manifest).ok());
  auto set = RecordSet::Open(dir, manifest.record_type());
  CHECK(set.ok()) << set.status();
  return *std::move(set);
}

}  // namespace

RecordSet WriteTestImages(const std::string& dir,
                          const TestSetOptions& options) {
  v1::Manifest manifest;
  manifest.set_tool("ingest");
  manifest.set_record_type("maskfill.v1.ImageRecord");
  manifest.mutable_dataset()->set_image_size(
      static_cast<int32_t>(options.image_size));
  for (int64_t label = 0; options.class_keys && label < options.num_classes;
       ++label) {
    manifest.mutable_dataset()->add_class_keys(absl::StrCat("class-", label));
  }
  for (const int64_t allowed : options.allowed_classes) {
    manifest.mutable_dataset()->add_allowed_classes(allowed);
  }
  return WriteSet(dir, manifest, options,
                  [&options](int64_t image, ShardWriter* writer) {
                    v1::ImageRecord record;
                    record.set_schema_version(1);
                    record.set_id(IdOf(image));
                    record.set_label(image % options.num_classes);
                    if (!options.other_labels.empty()) {
                      record.add_other_labels(options.other_labels[image]);
                    }
                    *record.mutable_pixels() =
                        Pixels(options, image, 0, static_cast<uint8_t>(image));
                    CHECK(writer->Append(record).ok());
                  });
}

RecordSet WriteTestCounterfactuals(const std::string& dir,
                                   const RecordSet& images,
                                   const TestSetOptions& options,
                                   int64_t num_variants) {
  v1::Manifest manifest;
  manifest.set_tool("mask_tool");
  manifest.set_algorithm_version(CounterfactualVersion({}));
  const std::pair<const char*, std::string> made_with[] = {
      {"allow_self_donor", "false"},
      {"donors", "any"},
      {"fill", "single"},
      {"payload", "pixels"},
      {"variants", absl::StrCat(num_variants)}};
  for (const auto& [name, value] : made_with) {
    v1::Option* option = manifest.add_options();
    option->set_name(name);
    option->set_value(value);
  }
  manifest.mutable_dataset()->set_image_size(
      static_cast<int32_t>(options.image_size));
  manifest.set_record_type("maskfill.v1.CounterfactualRecord");
  *manifest.add_inputs() = images.AsInput("images");
  return WriteSet(
      dir, manifest, options, [&](int64_t image, ShardWriter* writer) {
        for (int64_t variant = 0; variant < num_variants; ++variant) {
          v1::CounterfactualRecord record;
          record.set_schema_version(1);
          record.set_id(IdOf(image));
          record.set_variant(static_cast<int32_t>(variant));
          *record.mutable_pixels() =
              Pixels(options, image, variant + 1,
                     static_cast<uint8_t>(100 * (variant + 1) + image));
          CHECK(writer->Append(record).ok());
        }
      });
}

}  // namespace maskfill

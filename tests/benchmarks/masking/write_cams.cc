// Writes what ingest and cam_tool would for as many images as ImageNet's
// training set has, 1,281,167 of 1000 classes: DIR/images of 14 px, and
// DIR/cams of 7x7 patches (as of ViT-B/32) with random relevance.

#include <algorithm>
#include <bit>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/counter_rng.h"
#include "core/base/exit_code.h"
#include "core/base/files.h"
#include "core/base/init.h"
#include "core/base/status_macros.h"
#include "core/record/record_set.h"
#include "core/work/shards.h"
#include "proto/records.pb.h"

namespace maskfill {
namespace {

constexpr int64_t kImages = 1281167;
constexpr int64_t kClasses = 1000;
constexpr int64_t kShards = 64;
constexpr int32_t kSide = 14;  // px
constexpr int32_t kGrid = 7;   // patches

std::string IdOf(int64_t image) {
  return absl::StrFormat("n%08d/n%08d_%d", image % kClasses, image % kClasses,
                         image);
}

absl::Status AppendImage(int64_t i, ShardSink& sink) {
  CounterRng rng(0, "pixels", static_cast<uint64_t>(i), "");
  v1::ImageRecord image;
  image.set_schema_version(1);
  image.set_id(IdOf(i));
  image.set_label(i % kClasses);
  image.set_source(absl::StrCat(image.id(), ".JPEG"));
  image.mutable_pixels()->set_height(kSide);
  image.mutable_pixels()->set_width(kSide);
  std::string& data = *image.mutable_pixels()->mutable_data();
  data.resize(kSide * kSide * 3);
  for (char& byte : data) byte = static_cast<char>(rng.Below(256));
  return sink.Append(image);
}

// The cubes of uniform numbers, divided by their largest: a tenth of them above
// about 0.7, half below about 0.13.
absl::Status AppendCam(int64_t i, ShardSink& sink) {
  CounterRng rng(0, "relevance", static_cast<uint64_t>(i), "");
  std::vector<float> relevance(kGrid * kGrid);
  for (float& value : relevance) {
    const float uniform = rng.UniformFloat();
    value = uniform * uniform * uniform;
  }
  const float largest = *std::max_element(relevance.begin(), relevance.end());
  v1::CamRecord cam;
  cam.set_schema_version(1);
  cam.set_id(IdOf(i));
  cam.set_grid_height(kGrid);
  cam.set_grid_width(kGrid);
  cam.set_max_relevance(largest);
  cam.set_target(i % kClasses);
  for (const float value : relevance) {
    const auto word = std::bit_cast<uint32_t>(value / (largest + 1e-8f));
    for (int shift = 0; shift < 32; shift += 8) {
      cam.mutable_relevance()->push_back(static_cast<char>(word >> shift));
    }
  }
  return sink.Append(cam);
}

using Append = std::function<absl::Status(int64_t image, ShardSink&)>;

absl::Status WriteSet(const std::string& dir, const Work& work,
                      const std::string& record_type, const Append& append) {
  ShardSpec spec;
  spec.work = work;
  spec.record_type = record_type;
  spec.name = "train";
  spec.num_shards = kShards;
  spec.total_records = kImages;
  spec.dataset.set_name("train");
  spec.dataset.set_image_size(kSide);
  for (int64_t c = 0; c < kClasses; ++c) {
    spec.dataset.add_class_keys(absl::StrFormat("n%08d", c));
  }
  RunOptions run;
  run.output = dir;
  return MakeShards(run, spec,
                    [&](int64_t shard, ShardSink& sink) -> absl::Status {
                      for (int64_t i = kImages * shard / kShards;
                           i < kImages * (shard + 1) / kShards; ++i) {
                        RETURN_IF_ERROR(append(i, sink));
                      }
                      return absl::OkStatus();
                    })
      .status();
}

absl::Status Run(const std::string& dir) {
  const std::string images = JoinPath(dir, "images");
  const std::string image_record = "maskfill.v1.ImageRecord";
  RETURN_IF_ERROR(
      WriteSet(images, {.tool = "ingest"}, image_record, AppendImage));
  ASSIGN_OR_RETURN(const RecordSet set, RecordSet::Open(images, image_record));
  Work work{.tool = "cam_tool"};
  work.AddInput(set.AsInput("images"));
  return WriteSet(JoinPath(dir, "cams"), work, "maskfill.v1.CamRecord",
                  AppendCam);
}

}  // namespace
}  // namespace maskfill

int main(int argc, char** argv) {
  maskfill::InitMain("write_cams DIR", &argc, &argv,
                     {{.name = "DIR", .facts = {}, .help = "to write into"}});
  return maskfill::ExitCode(maskfill::Run(argc > 1 ? argv[1] : "masking"));
}

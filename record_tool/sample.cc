#include "record_tool/sample.h"

#include <bit>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/half_float.h"
#include "core/base/status_macros.h"
#include "core/image/encode_png.h"
#include "core/image/patch_mask.h"
#include "core/image/record_pixels.h"
#include "core/masking/patch_masks.h"
#include "core/record/record_parsing.h"
#include "proto/records.pb.h"

namespace maskfill {
namespace {

absl::Status AddPixels(const v1::PixelBlock& block, Sample* sample) {
  ASSIGN_OR_RETURN(const Image image, ImageFromPixelBlock(block));
  ASSIGN_OR_RETURN((*sample)[kImageEncoded], EncodePng(image));
  (*sample)[kImageFormat] = std::string("png");
  (*sample)["image/height"] = int64_t{block.height()};
  (*sample)["image/width"] = int64_t{block.width()};
  return absl::OkStatus();
}

template <typename Value, typename Repeated>
std::vector<Value> ListOf(const Repeated& repeated) {
  return {repeated.begin(), repeated.end()};
}

absl::StatusOr<Sample> ToSample(const v1::ImageRecord& record) {
  Sample sample;
  sample[kImageLabel] = record.label();
  sample["image/class/other_labels"] = ListOf<int64_t>(record.other_labels());
  sample["image/filename"] = record.source();
  if (record.has_pixels()) {
    RETURN_IF_ERROR(AddPixels(record.pixels(), &sample));
    return sample;
  }
  if (!record.has_encoded()) return absl::DataLossError("holds no image");
  sample[kImageEncoded] = record.encoded().data();
  sample[kImageFormat] = record.encoded().format();
  sample["image/height"] = int64_t{record.encoded().height()};
  sample["image/width"] = int64_t{record.encoded().width()};
  return sample;
}

absl::StatusOr<Sample> ToSample(const v1::CounterfactualRecord& record) {
  Sample sample;
  const int64_t patches =
      int64_t{record.grid_height()} * int64_t{record.grid_width()};
  ASSIGN_OR_RETURN(const PatchMask mask,
                   PatchMask::FromBytes(record.mask(), patches));
  std::vector<int64_t> masked;
  for (int64_t patch = 0; patch < patches; ++patch) {
    masked.push_back(mask.masked(patch) ? 1 : 0);
  }
  sample["counterfactual/variant"] = int64_t{record.variant()};
  sample["mask/grid_height"] = int64_t{record.grid_height()};
  sample["mask/grid_width"] = int64_t{record.grid_width()};
  sample["mask/masked"] = std::move(masked);
  sample["donors/ids"] = ListOf<std::string>(record.donor_ids());
  sample["donors/patches"] = ListOf<int64_t>(record.patch_donors());
  if (record.has_pixels()) RETURN_IF_ERROR(AddPixels(record.pixels(), &sample));
  return sample;
}

absl::StatusOr<Sample> ToSample(const v1::CamRecord& record) {
  Sample sample;
  ASSIGN_OR_RETURN(sample["cam/relevance"], RelevanceFromRecord(record));
  sample["cam/grid_height"] = int64_t{record.grid_height()};
  sample["cam/grid_width"] = int64_t{record.grid_width()};
  sample["cam/max_relevance"] = record.max_relevance();
  sample["cam/target"] = record.target();
  return sample;
}

absl::StatusOr<std::vector<float>> ValuesOf(const v1::FeatureVector& feature,
                                            const std::string& dtype) {
  const size_t width = dtype == "float16" ? 2 : 4;
  if ((width == 4 && dtype != "float32") || feature.dim() < 0 ||
      feature.values().size() != width * static_cast<size_t>(feature.dim())) {
    return absl::DataLossError(
        absl::StrCat("a feature of ", feature.dim(), " values of type \"",
                     dtype, "\" has ", feature.values().size(), " bytes"));
  }
  std::vector<float> values;
  for (size_t at = 0; at < feature.values().size(); at += width) {
    uint32_t bits = 0;
    for (size_t i = 0; i < width; ++i) {
      bits |= uint32_t{static_cast<uint8_t>(feature.values()[at + i])}
              << (8 * i);
    }
    values.push_back(width == 2 ? FloatFromHalf(static_cast<uint16_t>(bits))
                                : std::bit_cast<float>(bits));
  }
  return values;
}

absl::StatusOr<Sample> ToSample(const v1::FeatureRecord& record) {
  Sample sample;
  sample["counterfactual/variant"] = int64_t{record.variant()};
  for (int i = 0; i < record.features_size(); ++i) {
    ASSIGN_OR_RETURN(sample[absl::StrCat("feature/", i)],
                     ValuesOf(record.features(i), record.dtype()));
  }
  return sample;
}

absl::StatusOr<Sample> ToSample(const v1::PredictionRecord& record) {
  Sample sample;
  sample[kImageLabel] = record.label();
  sample["prediction/classes"] = ListOf<int64_t>(record.top_classes());
  sample["prediction/logits"] = ListOf<float>(record.top_logits());
  return sample;
}

void AddClassText(const v1::DatasetInfo& dataset, Sample* sample) {
  const auto label = sample->find(kImageLabel);
  if (label == sample->end()) return;
  const auto& classes = dataset.class_names().empty() ? dataset.class_keys()
                                                      : dataset.class_names();
  const int64_t row = std::get<int64_t>(label->second);
  if (row < 0 || row >= classes.size()) return;
  (*sample)["image/class/text"] = classes[static_cast<int>(row)];
}

template <typename Record>
ToSampleFunction Converter(const v1::DatasetInfo& dataset) {
  return [dataset](absl::string_view payload,
                   absl::string_view where) -> absl::StatusOr<Sample> {
    Record record;
    RETURN_IF_ERROR(ParseRecord(payload, where, &record));
    absl::StatusOr<Sample> sample = ToSample(record);
    if (!sample.ok()) return Annotate(sample.status(), where);
    (*sample)["image/id"] = record.id();
    AddClassText(dataset, &*sample);
    return sample;
  };
}

struct TypeRow {
  absl::string_view record_type;
  ToSampleFunction (*converter)(const v1::DatasetInfo& dataset);
};

constexpr TypeRow kTypes[] = {
    {"maskfill.v1.ImageRecord", Converter<v1::ImageRecord>},
    {"maskfill.v1.CounterfactualRecord", Converter<v1::CounterfactualRecord>},
    {"maskfill.v1.CamRecord", Converter<v1::CamRecord>},
    {"maskfill.v1.FeatureRecord", Converter<v1::FeatureRecord>},
    {"maskfill.v1.PredictionRecord", Converter<v1::PredictionRecord>},
};

}  // namespace

absl::StatusOr<ToSampleFunction> ToSampleFunctionFor(
    const v1::Manifest& manifest) {
  std::vector<absl::string_view> known;
  for (const TypeRow& row : kTypes) {
    if (row.record_type == manifest.record_type()) {
      return row.converter(manifest.dataset());
    }
    known.push_back(row.record_type);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("the set \"", manifest.name(), "\" holds ",
                   manifest.record_type(), ", expected one of ",
                   absl::StrJoin(known, ", "), "; give another directory"));
}

}  // namespace maskfill

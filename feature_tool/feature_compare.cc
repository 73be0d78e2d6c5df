#include "feature_tool/feature_compare.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/preemption.h"
#include "core/base/progress.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "core/record/feature_values.h"
#include "core/record/record_reader.h"
#include "core/record/record_set.h"
#include "core/work/file.h"
#include "core/work/work.h"
#include "feature_tool/compared_features.h"
#include "feature_tool/feature_compare_text.h"
#include "proto/records.pb.h"

namespace maskfill {
namespace {

// What a set's records say.
struct Measured {
  FeatureDisagreement disagreement;
  std::string ids;  // digest of the images' ids, in order
};

// Takes the records of a set one after another: `variants` of each image.
class SetMeter {
 public:
  explicit SetMeter(int64_t variants) : variants_(variants) {}

  absl::Status Add(const v1::FeatureRecord& record) {
    const int64_t variant = records_++ % variants_;
    if (variant == 0) id_ = record.id();
    if (record.id() != id_ || record.variant() != variant) {
      return absl::DataLossError(absl::StrCat(
          "variant ", record.variant(), " of image \"", record.id(),
          "\" is where variant ", variant, " of \"", id_,
          "\" belongs; make the set again with feature_tool"));
    }
    ASSIGN_OR_RETURN(const std::vector<float> a, FeatureValues(record, 0));
    ASSIGN_OR_RETURN(const std::vector<float> b, FeatureValues(record, 1));
    if (a.size() != b.size()) {
      return absl::FailedPreconditionError(
          absl::StrCat("the checkpoints have ", a.size(), " and ", b.size(),
                       " features; compare checkpoints of one architecture"));
    }
    sum_ += MeanSquaredDifference(a, b);
    if (variant + 1 == variants_) {
      meter_.Add(sum_ / static_cast<double>(variants_));
      ids_.UpdateField(id_);
      sum_ = 0;
    }
    return absl::OkStatus();
  }

  // Once. DataLoss when an image lacks variants.
  absl::StatusOr<Measured> Finish() {
    if (records_ % variants_ != 0) {
      return absl::DataLossError(
          absl::StrCat("holds ", records_, " records, expected ", variants_,
                       " of each image; make the set again with feature_tool"));
    }
    return Measured{meter_.Disagreement(), ids_.HexDigest()};
  }

 private:
  const int64_t variants_;
  int64_t records_ = 0;
  std::string id_;  // of the image at hand
  double sum_ = 0;  // over its variants so far
  FeatureDisagreementMeter meter_;
  Sha256 ids_;
};

absl::StatusOr<Measured> Measure(const RecordSet& set, int64_t variants,
                                 Progress* progress) {
  SetMeter meter(variants);
  for (int64_t shard = 0; shard < set.num_shards(); ++shard) {
    ASSIGN_OR_RETURN(const std::unique_ptr<RecordReader> reader,
                     set.OpenShard(shard));
    while (true) {
      RETURN_IF_ERROR(CheckNotPreempted());
      v1::FeatureRecord record;
      const absl::Status status = reader->Next(&record);
      if (absl::IsOutOfRange(status)) break;
      RETURN_IF_ERROR(status);
      RETURN_IF_ERROR(Annotate(
          meter.Add(record),
          absl::StrCat(reader->path(), ": image \"", record.id(), "\"")));
      progress->Add();
    }
  }
  return Annotate(meter.Finish(), absl::StrCat("\"", set.dir(), "\""));
}

absl::Status WriteReport(const FeatureCompareOptions& options,
                         const ComparedFeatures& compared,
                         const FeatureCompareReport& report) {
  Work work{.tool = "feature_compare",
            .algorithm_version = kFeatureCompareVersion};
  work.AddInput(compared.clean.AsInput("clean"));
  for (size_t i = 0; i < compared.sets.size(); ++i) {
    work.AddInput(
        compared.sets[i].features.AsInput(absl::StrCat("features_", i)));
  }
  return MakeFile(options.run, work,
                  [&](AtomicFile& file, v1::Manifest*) {
                    return file.Append(ToJson(report));
                  })
      .status();
}

}  // namespace

absl::StatusOr<FeatureCompareReport> CompareFeatures(
    const FeatureCompareOptions& options) {
  ASSIGN_OR_RETURN(const ComparedFeatures compared,
                   OpenComparedFeatures(options));
  FeatureCompareReport report{.checkpoints = compared.checkpoints,
                              .seed = compared.seed};
  int64_t records = compared.clean.num_records();
  for (const auto& set : compared.sets) records += set.features.num_records();
  Progress progress(options.run.progress, "feature_compare", "features",
                    records);
  ASSIGN_OR_RETURN(const Measured clean,
                   Measure(compared.clean, /*variants=*/1, &progress));
  report.clean = clean.disagreement;
  for (const ComparedFeatures::Set& set : compared.sets) {
    ASSIGN_OR_RETURN(const Measured measured,
                     Measure(set.features, set.variants, &progress));
    if (measured.ids != clean.ids) {
      return absl::DataLossError(absl::StrCat(
          "\"", set.features.dir(), "\" and \"", compared.clean.dir(),
          "\" hold other images, or in another order, though their manifests "
          "name the same; make both again with feature_tool"));
    }
    report.rows.push_back({set.features.dir(), set.counterfactuals, set.cell,
                           set.variants, measured.disagreement});
  }
  progress.Finish();
  if (!options.run.output.empty()) {
    RETURN_IF_ERROR(WriteReport(options, compared, report));
  }
  return report;
}

}  // namespace maskfill

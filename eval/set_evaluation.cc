#include "eval/set_evaluation.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "core/metrics/prediction.h"
#include "core/metrics/proportion_interval.h"

namespace maskfill {
namespace {

// Fields that several messages have.
template <typename Message>
void SetTop1(const AccuracySums& sums, Message* message) {
  message->set_counted(sums.counted);
  message->set_top1_right(sums.top1_right);
  message->set_top1(sums.Top1());
  *message->mutable_top1_interval() =
      PercentInterval(sums.top1_right, sums.counted);
}

// Equal where labels mean the same; empty where classes have no keys.
std::string ClassListOf(const v1::DatasetInfo& dataset) {
  if (dataset.class_keys().empty()) return "";
  std::string keys;
  for (const std::string& key : dataset.class_keys()) {
    absl::StrAppend(&keys, key.size(), ":", key);
  }
  return Sha256Hex(keys);
}

}  // namespace

v1::Interval PercentInterval(int64_t right, int64_t counted) {
  const ProportionInterval interval = WilsonInterval(right, counted);
  v1::Interval percent;
  percent.set_low(100 * interval.low);
  percent.set_high(100 * interval.high);
  return percent;
}

v1::Calibration CalibrationReport(const CalibrationMeter& meter, bool bins) {
  v1::Calibration report;
  report.set_ece(meter.ExpectedError());
  report.set_adaptive_ece(meter.AdaptiveError());
  if (!bins) return report;
  for (const CalibrationMeter::Bin& bin : meter.Bins()) {
    v1::CalibrationBin* entry = report.add_bins();
    entry->set_counted(bin.images);
    entry->set_top1_right(bin.right);
    entry->set_confidence_sum(bin.confidence_sum);
  }
  return report;
}

SetEvaluation::SetEvaluation(v1::DatasetInfo dataset)
    : dataset_(std::move(dataset)) {
  std::sort(dataset_.mutable_allowed_classes()->begin(),
            dataset_.mutable_allowed_classes()->end());
}

void SetEvaluation::RestrictTo(const std::string& classes_of,
                               std::vector<int64_t> classes) {
  Restricted& restricted = restricted_.emplace_back();
  restricted.classes_of = classes_of;
  restricted.classes = std::move(classes);
}

absl::Status SetEvaluation::Add(const v1::PredictionRecord& prediction) {
  const AccuracySums sums = SumsOf(prediction);
  sums_.Merge(sums);
  if (prediction.counted()) AddToTables(prediction, sums);
  if (restricted_.empty()) return absl::OkStatus();
  return Annotate(AddRestricted(prediction),
                  absl::StrCat("image \"", prediction.id(), "\""));
}

void SetEvaluation::AddToTables(const v1::PredictionRecord& prediction,
                                const AccuracySums& sums) {
  calibration_.Add(ConfidenceOf(prediction), sums.top1_right > 0);
  const int64_t label = ClassOf(prediction);
  classes_[label].Merge(sums);
  if (!prediction.group().empty()) groups_[prediction.group()].Merge(sums);
  if (sums.top1_right == 0) {
    ++confusions_[{label, prediction.top_classes(0)}];
  }
}

absl::Status SetEvaluation::AddRestricted(v1::PredictionRecord prediction) {
  for (Restricted& restricted : restricted_) {
    if (!restricted.meter.has_value()) {
      ASSIGN_OR_RETURN(const int64_t num_classes, NumClassesOf(prediction));
      ASSIGN_OR_RETURN(restricted.meter,
                       AccuracyMeter::Create(num_classes, restricted.classes));
    }
    RETURN_IF_ERROR(Rescore(*restricted.meter, &prediction));
    restricted.sums.Merge(SumsOf(prediction));
  }
  return absl::OkStatus();
}

void SetEvaluation::Merge(const SetEvaluation& other) {
  sums_.Merge(other.sums_);
  calibration_.Merge(other.calibration_);
  for (const auto& [label, sums] : other.classes_) classes_[label].Merge(sums);
  for (const auto& [name, sums] : other.groups_) groups_[name].Merge(sums);
  for (const auto& [pair, count] : other.confusions_) {
    confusions_[pair] += count;
  }
  for (size_t i = 0; i < restricted_.size(); ++i) {
    restricted_[i].sums.Merge(other.restricted_[i].sums);
  }
}

int64_t SetEvaluation::ClassOf(const v1::PredictionRecord& prediction) const {
  const auto& allowed = dataset_.allowed_classes();
  for (const int64_t label : LabelsOf(prediction)) {
    if (allowed.empty() ||
        std::binary_search(allowed.begin(), allowed.end(), label)) {
      return label;
    }
  }
  return prediction.label();
}

std::string SetEvaluation::KeyOf(int64_t class_index) const {
  return class_index < dataset_.class_keys_size()
             ? dataset_.class_keys(static_cast<int>(class_index))
             : "";
}

void SetEvaluation::FillReport(bool details, v1::SetReport* report) const {
  report->set_split(dataset_.split());
  report->set_images(sums_.images);
  report->set_top5(sums_.Top5());
  report->set_loss(sums_.Loss());
  report->set_top5_right(sums_.top5_right);
  SetTop1(sums_, report);
  report->set_class_list(ClassListOf(dataset_));
  report->set_allowed_classes(dataset_.allowed_classes().empty()
                                  ? dataset_.class_keys_size()
                                  : dataset_.allowed_classes_size());
  double sum = 0;
  for (const auto& [label, sums] : classes_) sum += sums.Top1();
  report->set_mean_class_top1(
      classes_.empty() ? 0 : sum / static_cast<double>(classes_.size()));
  FillGroups(report);
  *report->mutable_calibration() = CalibrationReport(calibration_, details);
  for (const Restricted& restricted : restricted_) {
    v1::RestrictedReport* entry = report->add_restricted();
    entry->set_classes_of(restricted.classes_of);
    entry->set_classes(static_cast<int64_t>(restricted.classes.size()));
    SetTop1(restricted.sums, entry);
    entry->set_top5_right(restricted.sums.top5_right);
  }
  if (!details) return;
  FillClasses(report);
  FillConfusions(report);
}

void SetEvaluation::FillClasses(v1::SetReport* report) const {
  for (const auto& [label, sums] : classes_) {
    v1::ClassReport* entry = report->add_classes();
    entry->set_class_index(label);
    entry->set_key(KeyOf(label));
    entry->set_counted(sums.counted);
    entry->set_top1_right(sums.top1_right);
    entry->set_top5_right(sums.top5_right);
  }
}

void SetEvaluation::FillGroups(v1::SetReport* report) const {
  for (const auto& [name, sums] : groups_) {
    v1::GroupReport* entry = report->add_groups();
    entry->set_name(name);
    SetTop1(sums, entry);
  }
  const auto worst = std::min_element(
      groups_.begin(), groups_.end(), [](const auto& a, const auto& b) {
        return a.second.Top1() < b.second.Top1();
      });
  if (worst != groups_.end()) report->set_worst_group(worst->first);
}

void SetEvaluation::FillConfusions(v1::SetReport* report) const {
  std::vector<std::tuple<int64_t, int64_t, int64_t>> order;  // -count, classes
  for (const auto& [pair, count] : confusions_) {
    order.emplace_back(-count, pair.first, pair.second);
  }
  std::sort(order.begin(), order.end());
  order.resize(std::min<size_t>(order.size(), kConfusions));
  for (const auto& [negative, label, predicted] : order) {
    v1::Confusion* entry = report->add_confusions();
    entry->set_label(label);
    entry->set_predicted(predicted);
    entry->set_label_key(KeyOf(label));
    entry->set_predicted_key(KeyOf(predicted));
    entry->set_images(-negative);
  }
}

}  // namespace maskfill

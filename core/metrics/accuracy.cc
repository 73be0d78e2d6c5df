#include "core/metrics/accuracy.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

constexpr size_t kTop = 5;

double Percent(int64_t part, int64_t whole) {
  if (whole == 0) return 0;
  return 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

void AccuracySums::Merge(const AccuracySums& other) {
  images += other.images;
  counted += other.counted;
  top1_right += other.top1_right;
  top5_right += other.top5_right;
  loss_sum += other.loss_sum;
}

double AccuracySums::Top1() const { return Percent(top1_right, counted); }
double AccuracySums::Top5() const { return Percent(top5_right, counted); }
double AccuracySums::Loss() const {
  return counted == 0 ? 0 : loss_sum / static_cast<double>(counted);
}

absl::StatusOr<AccuracyMeter> AccuracyMeter::Create(
    int64_t num_classes, absl::Span<const int64_t> allowed_classes) {
  CHECK_GT(num_classes, 0);
  AccuracyMeter meter(num_classes);
  meter.is_allowed_.assign(static_cast<size_t>(num_classes),
                           allowed_classes.empty());
  for (const int64_t allowed : allowed_classes) {
    if (allowed < 0 || allowed >= num_classes) {
      return absl::FailedPreconditionError(absl::StrCat(
          "class ", allowed, " is among the set's allowed classes, but the ",
          "checkpoint's head has ", num_classes, " rows (0 to ",
          num_classes - 1, "); use a head made for these classes"));
    }
    if (meter.is_allowed_[static_cast<size_t>(allowed)]) {
      return absl::FailedPreconditionError(absl::StrCat(
          "class ", allowed, " is twice among the set's allowed classes; ",
          "ingest the set again"));
    }
    meter.is_allowed_[static_cast<size_t>(allowed)] = true;
  }
  for (int64_t c = 0; c < num_classes; ++c) {
    if (meter.is_allowed_[static_cast<size_t>(c)]) meter.allowed_.push_back(c);
  }
  return meter;
}

absl::StatusOr<ScoredImage> AccuracyMeter::Add(
    absl::Span<const float> logits, absl::Span<const int64_t> labels) {
  CHECK_EQ(static_cast<int64_t>(logits.size()), num_classes_);
  const auto logit = [&logits](int64_t c) {
    return logits[static_cast<size_t>(c)];
  };
  std::vector<int64_t> right;  // allowed labels
  for (const int64_t label : labels) {
    if (label < 0 || label >= num_classes_) {
      return absl::FailedPreconditionError(absl::StrCat(
          "its label is ", label, ", but the checkpoint's head has ",
          num_classes_, " rows (0 to ", num_classes_ - 1,
          "); use a head made for these classes (build_zeroshot)"));
    }
    if (is_allowed_[static_cast<size_t>(label)]) right.push_back(label);
  }
  for (const int64_t c : allowed_) {
    if (!std::isfinite(logit(c))) {
      return absl::DataLossError(absl::StrCat(
          "the logit of class ", c, " is ", logit(c),
          ", expected a finite number: the checkpoint's weights are damaged "
          "or its training has diverged"));
    }
  }
  std::sort(right.begin(), right.end());
  right.erase(std::unique(right.begin(), right.end()), right.end());

  ScoredImage scored;
  scored.counted = !right.empty();
  scored.top_classes.resize(std::min(kTop, allowed_.size()));
  std::partial_sort_copy(
      allowed_.begin(), allowed_.end(), scored.top_classes.begin(),
      scored.top_classes.end(), [&logit](int64_t a, int64_t b) {
        return logit(a) != logit(b) ? logit(a) > logit(b) : a < b;
      });
  for (const int64_t c : scored.top_classes) {
    scored.top_logits.push_back(logit(c));
  }

  // Relative to the largest logit, so that nothing overflows.
  const double largest = scored.top_logits[0];
  double all = 0;
  for (const int64_t c : allowed_) all += std::exp(logit(c) - largest);
  scored.log_normalizer = largest + std::log(all);

  ++sums_.images;
  if (!scored.counted) return scored;
  ++sums_.counted;
  const auto is_right = [&right](int64_t c) {
    return std::binary_search(right.begin(), right.end(), c);
  };
  sums_.top1_right += is_right(scored.top_classes[0]);
  sums_.top5_right += std::any_of(scored.top_classes.begin(),
                                  scored.top_classes.end(), is_right);
  // The largest right one, so that its log is finite however unlikely it is.
  double largest_right = logit(right[0]);
  for (const int64_t c : right) {
    largest_right = std::max<double>(largest_right, logit(c));
  }
  double of_right = 0;
  for (const int64_t c : right) of_right += std::exp(logit(c) - largest_right);
  scored.loss = scored.log_normalizer - (largest_right + std::log(of_right));
  sums_.loss_sum += scored.loss;
  float largest_wrong = -std::numeric_limits<float>::infinity();
  for (const int64_t c : allowed_) {
    if (!is_right(c)) largest_wrong = std::max(largest_wrong, logit(c));
  }
  if (right.size() < allowed_.size()) {
    scored.margin = static_cast<float>(largest_right - largest_wrong);
  }
  return scored;
}

}  // namespace maskfill

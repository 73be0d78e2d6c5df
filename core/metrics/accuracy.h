// Accuracy over a set of images, as the field counts it. Knows no torch.
#ifndef MASKFILL_CORE_METRICS_ACCURACY_H_
#define MASKFILL_CORE_METRICS_ACCURACY_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace maskfill {

// What the model said of one image.
struct ScoredImage {
  // Whether one of the image's labels is among the allowed classes.
  bool counted = false;
  // The five most likely allowed classes (fewer when fewer are allowed), the
  // most likely first, and their logits.
  std::vector<int64_t> top_classes;
  std::vector<float> top_logits;
  // Log of the sum of exp(logit) over the allowed classes.
  double log_normalizer = 0;
  // Of counted images, else 0: the largest right logit less the largest wrong
  // one, both of allowed classes (0 where none is wrong), and the loss.
  float margin = 0;
  double loss = 0;
};

// Sums over images; those of two parts of a set add up to those of the set.
struct AccuracySums {
  void Merge(const AccuracySums& other);
  // Percent of the counted images, 0 when there are none.
  double Top1() const;
  double Top5() const;
  // Mean over the counted images.
  double Loss() const;

  int64_t images = 0;
  int64_t counted = 0;
  int64_t top1_right = 0;
  int64_t top5_right = 0;
  double loss_sum = 0;  // of cross-entropies, in nats
};

// Adds up one image after another.
//
//   ASSIGN_OR_RETURN(auto meter, AccuracyMeter::Create(1000, allowed));
//   ASSIGN_OR_RETURN(ScoredImage scored, meter.Add(logits, {label}));
//   double top1 = meter.sums().Top1();
//
// The rules (ImageNet-A, -R and ObjectNet evaluate a 1000-class head on fewer
// classes): the argmax is taken among the allowed classes; an image is right
// when the argmax is any of its labels; an image that has no allowed label is
// not counted. Equal logits rank by class, the lowest first (two pairs of
// ImageNet's class names are equal, so zero-shot heads do tie). The loss is
// -log of the softmax over the allowed classes, summed over the right ones.
class AccuracyMeter {
 public:
  // `allowed_classes`: rows of the head, in any order; empty: all.
  // FailedPrecondition when one is no row of the head or occurs twice.
  static absl::StatusOr<AccuracyMeter> Create(
      int64_t num_classes, absl::Span<const int64_t> allowed_classes);

  // `logits` [num_classes]; `labels`: all that count as right, may be empty.
  // FailedPrecondition when a label is no row of the head; DataLoss when a
  // logit is not finite.
  absl::StatusOr<ScoredImage> Add(absl::Span<const float> logits,
                                  absl::Span<const int64_t> labels);

  const AccuracySums& sums() const { return sums_; }
  int64_t num_classes() const { return num_classes_; }
  // Ascending.
  absl::Span<const int64_t> allowed() const { return allowed_; }

 private:
  explicit AccuracyMeter(int64_t num_classes) : num_classes_(num_classes) {}

  int64_t num_classes_;
  std::vector<int64_t> allowed_;  // ascending
  std::vector<bool> is_allowed_;  // [num_classes]
  AccuracySums sums_;
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_METRICS_ACCURACY_H_

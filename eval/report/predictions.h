// What models said of every image, beside their reports.
#ifndef MASKFILL_EVAL_REPORT_PREDICTIONS_H_
#define MASKFILL_EVAL_REPORT_PREDICTIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/eval_report.pb.h"
#include "proto/manifest.pb.h"

namespace maskfill {

struct PredictedImage {
  std::string id;
  int64_t label = 0;
  int64_t predicted = -1;  // -1: no class is allowed
  bool counted = false;    // a right class is allowed
  bool right = false;
  // Probability of the predicted class, where the record says it.
  std::optional<float> confidence;
};

// Of one model and one image set, in the set's order.
struct PredictionSet {
  std::string dir;
  v1::Manifest manifest;
  std::vector<PredictedImage> images;

  // Rightness of the counted images.
  std::vector<uint8_t> Right() const;
  // The class's name, else its key, else its number.
  std::string ClassName(int64_t label) const;
};

class Predictions {
 public:
  // `dirs`: sets of PredictionRecords, or directories of such sets, as
  // eval --predictions makes them. Errors as of RecordSet; NotFound where a
  // directory holds no such set.
  static absl::StatusOr<Predictions> Read(const std::vector<std::string>& dirs);

  // Those of the report's checkpoint at its precision on the images of `set`,
  // or null. FailedPrecondition when they are right about other images than the
  // report says.
  absl::StatusOr<const PredictionSet*> Find(const v1::EvalReport& report,
                                            const v1::SetReport& set) const;
  const std::vector<PredictionSet>& sets() const { return sets_; }

 private:
  std::vector<PredictionSet> sets_;
};

}  // namespace maskfill

#endif  // MASKFILL_EVAL_REPORT_PREDICTIONS_H_

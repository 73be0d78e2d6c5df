// What a record says, under the names that other tools look for.
#ifndef MASKFILL_RECORD_TOOL_SAMPLE_H_
#define MASKFILL_RECORD_TOOL_SAMPLE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/manifest.pb.h"

namespace maskfill {

using SampleValue =
    std::variant<int64_t, float, std::string, std::vector<int64_t>,
                 std::vector<float>, std::vector<std::string>>;

// Values by name, sorted. The names of images are those of TensorFlow's
// ImageNet builder, but labels count from 0:
//
//   every record   image/id
//   ImageRecord    image/encoded (the file's bytes, or a PNG of the pixels),
//                  image/format (as EncodedImage.format), image/height,
//                  image/width, image/class/label, image/class/other_labels,
//                  image/filename
//   Counterfactual-  image/encoded (PNG), image/format, image/height,
//   Record           image/width, all absent for a recipe; mask/grid_height,
//                  mask/grid_width, mask/masked [P] 0 or 1; donors/ids,
//                  donors/patches, counterfactual/variant
//   CamRecord      cam/grid_height, cam/grid_width, cam/relevance [P] float,
//                  cam/max_relevance, cam/target
//   FeatureRecord  feature/0 [E] float, feature/1, ...; counterfactual/variant
//   Prediction-    image/class/label, prediction/classes, prediction/logits
//   Record
//
// With a label comes image/class/text where the set lists its classes.
using Sample = std::map<std::string, SampleValue>;

inline constexpr char kImageEncoded[] = "image/encoded";
inline constexpr char kImageFormat[] = "image/format";
inline constexpr char kImageLabel[] = "image/class/label";

// A serialised record as a sample; thread-safe. `where` names file and record
// in errors: DataLoss for a payload that is damaged or has no image.
using ToSampleFunction = std::function<absl::StatusOr<Sample>(
    absl::string_view payload, absl::string_view where)>;

// The one for the records of this set. InvalidArgument, naming them, for
// records that are not in the table above.
absl::StatusOr<ToSampleFunction> ToSampleFunctionFor(
    const v1::Manifest& manifest);

}  // namespace maskfill

#endif  // MASKFILL_RECORD_TOOL_SAMPLE_H_

#include "spurious_shapes/cam_quality/cam_quality_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"

namespace maskfill {

std::string ToJson(const CamQualityOptions& options,
                   const CamQualityReport& report) {
  using Json = nlohmann::ordered_json;
  const CamQuality& quality = report.quality;
  Json thresholds = Json::array();
  for (const CamQuality::AtThreshold& at : quality.at_threshold) {
    thresholds.push_back({{"threshold", at.threshold},
                          {"iou", at.iou},
                          {"mask_rate", at.mask_rate},
                          {"object_recall", at.object_recall}});
  }
  const Json json = {{"schema_version", 1},
                     {"tool", "cam_quality"},
                     {"images", quality.images},
                     {"images_without_object", quality.images_without_object},
                     {"object_rate", quality.object_rate},
                     {"pointing_game", quality.pointing_game},
                     {"thresholds", thresholds},
                     {"object_coverage", options.masks.object_coverage},
                     {"border_px", options.masks.border_px},
                     {"cams_fingerprint", report.cams_fingerprint}};
  return json.dump(2) + "\n";
}

std::string ToText(const CamQualityReport& report) {
  const CamQuality& quality = report.quality;
  std::string text = absl::StrFormat(
      "images %d, object on %.1f %% of the patches, pointing game %.3f\n",
      quality.images, 100 * quality.object_rate, quality.pointing_game);
  if (quality.images_without_object > 0) {
    absl::StrAppendFormat(&text, "not counted: %d images without object\n",
                          quality.images_without_object);
  }
  absl::StrAppend(&text, "\nthreshold    IoU  mask rate  object recall\n");
  for (const CamQuality::AtThreshold& at : quality.at_threshold) {
    absl::StrAppendFormat(&text, "%9.4g  %5.3f  %9.3f  %13.3f\n", at.threshold,
                          at.iou, at.mask_rate, at.object_recall);
  }
  return text;
}

}  // namespace maskfill

#include "core/metrics/model_fit.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/metrics/accuracy.h"
#include "core/metrics/class_agreement.h"
#include "proto/manifest.pb.h"

namespace maskfill {

absl::Status CheckFitsModel(const RecordSet& images,
                            const ModelConfig& config) {
  if (!config.has_head()) {
    return absl::FailedPreconditionError(
        "the checkpoint has no classifier head, so it tells no classes apart; "
        "make one with build_zeroshot and give that checkpoint");
  }
  const v1::DatasetInfo& dataset = images.manifest().dataset();
  if (dataset.class_keys_size() != 0 &&
      dataset.class_keys_size() != config.num_classes) {
    return absl::FailedPreconditionError(absl::StrCat(
        "\"", images.dir(), "\" has ", dataset.class_keys_size(),
        " classes, but the checkpoint's head has ", config.num_classes,
        " rows; use a head made for these classes (build_zeroshot)"));
  }
  RETURN_IF_ERROR(Annotate(CheckClassNames(config.class_names, dataset),
                           absl::StrCat("\"", images.dir(), "\"")));
  RETURN_IF_ERROR(CheckFitsImageSize(images, config));
  return Annotate(
      AccuracyMeter::Create(config.num_classes, dataset.allowed_classes())
          .status(),
      absl::StrCat("\"", images.dir(), "\""));
}

absl::Status CheckFitsImageSize(const RecordSet& images,
                                const ModelConfig& config) {
  const int64_t size = images.manifest().dataset().image_size();
  if (size == 0 || size == config.image_size) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "\"", images.dir(), "\" holds pixels preprocessed to ", size,
      " px, but the checkpoint takes ", config.image_size,
      " px; ingest the images again with --image_size=", config.image_size,
      ", or with --pixels=original"));
}

}  // namespace maskfill

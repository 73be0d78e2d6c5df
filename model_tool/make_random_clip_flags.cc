#include "model_tool/make_random_clip_flags.h"

#include "absl/status/statusor.h"
#include "core/base/status_macros.h"
#include "core/stage/flag_errors.h"
#include "core/stage/stage_flags.h"
#include "gflags/gflags.h"

DEFINE_int64(image_size, 224, "pixels, a multiple of --patch_size");
DEFINE_int64(patch_size, 32, "pixels, at least 1");
DEFINE_int64(width, 128, "of the image tower");
DEFINE_int64(layers, 3, "of the image tower, at least 1");
DEFINE_int64(heads, 0, "of the image tower; 0: width / 64");
DEFINE_int64(text_width, 64, "of the text tower");
DEFINE_int64(text_layers, 2, "of the text tower, at least 1");
DEFINE_int64(text_heads, 0, "of the text tower; 0: width / 64");
DEFINE_int64(embed_dim, 64, "of the joint space, at least 1");
DEFINE_string(activation, "quick_gelu", "quick_gelu or gelu");

namespace maskfill {

absl::StatusOr<MakeRandomClipOptions> MakeRandomClipOptionsFromFlags() {
  FlagErrors errors;
  const StageOptions stage =
      StageOptionsFromFlags(&errors, {.input = false, .tasks = false});
  MakeRandomClipOptions options;
  options.output = {.path = stage.output,
                    .overwrite = stage.overwrite,
                    .dry_run = stage.dry_run,
                    .summary_json = stage.summary_json};
  RandomClipOptions& model = options.model;
  model.seed = stage.seed;
  model.image_size = FLAGS_image_size;
  model.patch_size = FLAGS_patch_size;
  model.vision.width = FLAGS_width;
  model.vision.layers = FLAGS_layers;
  model.vision.heads = FLAGS_heads;
  model.text.width = FLAGS_text_width;
  model.text.layers = FLAGS_text_layers;
  model.text.heads = FLAGS_text_heads;
  model.embed_dim = FLAGS_embed_dim;
  if (const auto activation = ParseActivation(FLAGS_activation);
      activation.ok()) {
    model.activation = *activation;
  } else {
    errors.Add(activation.status());
  }
  errors.Add(RandomClipConfig(model).status());
  RETURN_IF_ERROR(errors.ToStatus());
  return options;
}

}  // namespace maskfill

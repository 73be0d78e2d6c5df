#include "model_tool/make_random_clip_flags.h"

#include "absl/status/statusor.h"
#include "core/base/flag_errors.h"
#include "core/base/flag_facts.h"
#include "core/base/status_macros.h"
#include "core/work/run_flags.h"
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
namespace {

const FlagFactsTable kFacts({
    {"output", {.path = FlagPath::kOutputFile, .required = true}},
    {"activation", {.values = {"quick_gelu", "gelu"}}},
});

}  // namespace

absl::StatusOr<MakeRandomClipOptions> MakeRandomClipOptionsFromFlags() {
  FlagErrors errors;
  MakeRandomClipOptions options;
  TakeOutputFlags("a safetensors file to write", &options.run, &errors);
  TakeSeedFlag(&options.run);
  options.image_size = FLAGS_image_size;
  options.patch_size = FLAGS_patch_size;
  options.vision.width = FLAGS_width;
  options.vision.layers = FLAGS_layers;
  options.vision.heads = FLAGS_heads;
  options.text.width = FLAGS_text_width;
  options.text.layers = FLAGS_text_layers;
  options.text.heads = FLAGS_text_heads;
  options.embed_dim = FLAGS_embed_dim;
  errors.Take(ParseActivation(FLAGS_activation), &options.activation);
  errors.Add(RandomClipConfig(options).status());
  RETURN_IF_ERROR(errors.ToStatus());
  return options;
}

}  // namespace maskfill

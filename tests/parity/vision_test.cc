// Features, logits, attribution, Grad-CAM, object masks and both ways of hiding
// patches against an independent Python implementation (goldens; sizes come
// from them).
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "ATen/core/grad_mode.h"
#include "ATen/ops/ones.h"
#include "ATen/ops/zeros.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "core/base/files.h"
#include "core/cam/attribution.h"
#include "core/cam/grad_cam.h"
#include "core/image/patch_grid.h"
#include "core/image/patch_mask.h"
#include "core/masking/patch_masks.h"
#include "core/model/dropped_patches.h"
#include "core/model/image_classifier.h"
#include "core/model/model_config.h"
#include "core/model/named_tensors.h"
#include "core/model/safetensors.h"
#include "core/model/vision_transformer.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/support/golden_directory.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_device.h"

namespace maskfill {
namespace {

// As the goldens' README demands: |a - b| <= 1e-4 + 1e-3 |b|.
void ExpectNear(const at::Tensor& found, const at::Tensor& golden) {
  ASSERT_EQ(found.sizes(), golden.sizes());
  const at::Tensor a = found.detach().to(at::kCPU, at::kDouble);
  const at::Tensor b = golden.to(at::kDouble);
  const at::Tensor excess = a.sub(b).abs().sub(b.abs().mul(1e-3).add(1e-4));
  EXPECT_LE(excess.max().item<double>(), 0.0)
      << "largest difference " << a.sub(b).abs().max().item<double>()
      << " of values up to " << b.abs().max().item<double>();
}

class VisionParity : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(const std::string dir, GoldenDirectory());
    ASSERT_OK_AND_ASSIGN(
        const SafetensorsFile weights,
        ReadSafetensors(JoinPath(dir, "clip-openai-keys.safetensors")));
    ASSERT_OK_AND_ASSIGN(const SafetensorsFile text,
                         ReadSafetensors(JoinPath(dir, "text.safetensors")));
    ASSERT_OK_AND_ASSIGN(SafetensorsFile vision,
                         ReadSafetensors(JoinPath(dir, "vision.safetensors")));
    ASSERT_OK_AND_ASSIGN(const std::string json,
                         ReadFile(JoinPath(dir, "config.json")));
    golden_ = std::move(vision.tensors);

    // Sizes from the weights, what they cannot tell from config.json.
    const nlohmann::json sizes = nlohmann::json::parse(json);
    ASSERT_OK_AND_ASSIGN(device_, TestDevice());
    NamedTensors tensors =
        AddPrefix(SelectPrefix(weights.tensors, "visual."), "visual.");
    ModelConfig config;
    const at::Tensor conv1 = tensors.at("visual.conv1.weight");
    config.patch_size = conv1.size(3);
    config.vision.width = conv1.size(0);
    config.vision.heads = sizes.value("heads", config.vision.width / 64);
    config.vision.mlp_width =
        tensors.at("visual.transformer.resblocks.0.mlp.c_fc.bias").size(0);
    config.vision.layers = sizes.at("layers");
    config.embed_dim = tensors.at("visual.proj").size(1);
    config.image_size =
        config.patch_size *
        std::llround(
            std::sqrt(tensors.at("visual.positional_embedding").size(0) - 1));
    const at::Tensor head = text.tensors.at("zeroshot_head_weight");
    config.num_classes = head.size(0);
    tensors.emplace("classifier.weight", head);
    tensors.emplace("classifier.bias", at::zeros({head.size(0)}));
    ASSERT_OK_AND_ASSIGN(
        ImageClassifier classifier,
        ImageClassifier::Create(config,
                                MoveTensors(tensors, device_, at::kFloat)));
    classifier_ = std::make_unique<ImageClassifier>(std::move(classifier));
  }

  const at::Tensor& Golden(const std::string& name) const {
    return golden_.at(name);
  }
  // For the model.
  at::Tensor Input(const std::string& name) const {
    return golden_.at(name).to(device_);
  }
  const ImageClassifier& classifier() const { return *classifier_; }

  c10::Device device_ = at::kCPU;
  NamedTensors golden_;
  std::unique_ptr<ImageClassifier> classifier_;
};

TEST_F(VisionParity, FeaturesAndLogitsAgree) {
  const at::NoGradGuard no_gradients;
  const at::Tensor features = classifier().Features(Input("images_u8"));
  ExpectNear(features, Golden("features"));
  ExpectNear(classifier().Logits(features), Golden("logits"));
}

TEST_F(VisionParity, RowsOfPixelsGiveTheSameFeaturesAsPlanes) {
  const at::NoGradGuard no_gradients;
  ExpectNear(classifier().Features(
                 Input("images_u8").permute({0, 2, 3, 1}).contiguous()),
             Golden("features"));
}

TEST_F(VisionParity, AttributionAgrees) {
  const Cams found =
      TransformerAttribution(classifier(), Input("images_u8"), Input("labels"));
  ExpectNear(found.logits, Golden("logits"));
  ExpectNear(found.relevance, Golden("transformer_attribution_normalised"));
  ExpectNear(found.relevance.mul(found.max_relevance.unsqueeze(1).add(1e-8)),
             Golden("transformer_attribution_patch_cam"));
}

TEST_F(VisionParity, GradCamAgrees) {
  const Cams found = GradCam(classifier(), Input("images_u8"), Input("labels"));
  ExpectNear(found.logits, Golden("logits"));
  ExpectNear(found.relevance.mul(found.max_relevance.unsqueeze(1).add(1e-8)),
             Golden("gradcam_patch_cam"));
}

TEST_F(VisionParity, ObjectMasksAreEqual) {
  const Cams found =
      TransformerAttribution(classifier(), Input("images_u8"), Input("labels"));
  const at::Tensor relevance = found.relevance.to(at::kCPU).contiguous();
  const PatchGrid grid = {.rows = classifier().config().grid_size(),
                          .cols = classifier().config().grid_size()};
  const int64_t patches = relevance.size(1);
  int thresholds = 0;
  for (const auto& [name, golden] : golden_) {
    absl::string_view threshold_text = name;
    double threshold = 0;
    if (!absl::ConsumePrefix(&threshold_text, "object_mask_") ||
        !absl::SimpleAtod(threshold_text, &threshold)) {
      continue;
    }
    ++thresholds;
    const bool* expected = golden.const_data_ptr<bool>();
    for (int64_t image = 0; image < relevance.size(0); ++image) {
      const float* values = relevance.const_data_ptr<float>() + image * patches;
      const PatchMask mask =
          ObjectMask(grid, absl::MakeConstSpan(values, patches),
                     static_cast<float>(threshold));
      for (int64_t patch = 0; patch < patches; ++patch) {
        EXPECT_EQ(mask.masked(patch), expected[image * patches + patch])
            << name << ", image " << image << ", patch " << patch;
      }
    }
  }
  EXPECT_GE(thresholds, 4);
}

TEST_F(VisionParity, DroppedTokensAgree) {
  const at::NoGradGuard no_gradients;
  ExpectNear(
      classifier().Features(Input("images_u8"),
                            {.kept_patches = Input("token_drop_kept_patches")}),
      Golden("token_drop_features"));
  const at::Tensor kept = Golden("token_drop_kept_patches");
  at::Tensor masked = at::ones(
      {kept.size(0), classifier().backbone().num_patches()}, at::kBool);
  masked.scatter_(1, kept, false);
  ExpectNear(classifier().Features(Input("images_u8"), WithoutPatches(masked)),
             Golden("token_drop_features"));
}

TEST_F(VisionParity, MaskedKeysAgree) {
  const at::NoGradGuard no_gradients;
  int compared = 0;
  for (const auto& [name, golden] : golden_) {
    absl::string_view mask = name;
    if (!absl::ConsumePrefix(&mask, "attention_mask_object_") ||
        !absl::ConsumeSuffix(&mask, "_features")) {
      continue;
    }
    ++compared;
    const at::Tensor masked = Input("object_mask_" + std::string(mask));
    ExpectNear(
        classifier().Features(Input("images_u8"), {.masked_patches = masked}),
        golden);
    ExpectNear(classifier().Features(Input("images_u8"),
                                     WithoutPatches(masked.to(at::kBool))),
               golden);
  }
  EXPECT_GE(compared, 1);
}

}  // namespace
}  // namespace maskfill

// Logits of averaged weights against the goldens (sizes come from them).

#include <cstdint>
#include <string>
#include <utility>

#include "ATen/core/grad_mode.h"
#include "ATen/ops/zeros.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/model/checkpoint.h"
#include "core/model/image_classifier.h"
#include "core/model/model_config.h"
#include "core/model/named_tensors.h"
#include "core/model/safetensors.h"
#include "gtest/gtest.h"
#include "model_tool/import_model.h"
#include "model_tool/merge_models.h"
#include "nlohmann/json.hpp"
#include "tests/support/golden_directory.h"
#include "tests/support/load_checkpoint.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

class WeightSpaceParity : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(golden_, GoldenDirectory());
    dir_ = TestDirectory();
    ASSERT_OK_AND_ASSIGN(const std::string json,
                         ReadFile(JoinPath(golden_, "config.json")));
    heads_ = nlohmann::json::parse(json).value("heads", 0);  // 0: as OpenAI's
  }

  absl::StatusOr<NamedTensors> Golden(const std::string& file) const {
    ASSIGN_OR_RETURN(SafetensorsFile read,
                     ReadSafetensors(JoinPath(golden_, file)));
    return std::move(read.tensors);
  }

  // The fine-tuned classifier, as import_model makes it.
  absl::StatusOr<Checkpoint> ImportFineTuned() const {
    ImportModelOptions options;
    options.source = JoinPath(golden_, "finetuned-ft.safetensors");
    options.run.output = JoinPath(dir_, "fine-tuned");
    options.weights.activation = Activation::kQuickGelu;
    options.weights.heads = heads_;
    RETURN_IF_ERROR(ImportModel(options).status());
    return LoadCheckpoint(options.run.output);
  }

  // The goldens' CLIP with their zero-shot head, in the same form.
  absl::Status SaveZeroshot(const ModelConfig& config) const {
    Checkpoint zeroshot;
    zeroshot.config = config;
    ASSIGN_OR_RETURN(const NamedTensors clip,
                     Golden("clip-openai-keys.safetensors"));
    ASSIGN_OR_RETURN(const NamedTensors text, Golden("text.safetensors"));
    zeroshot.tensors = AddPrefix(SelectPrefix(clip, "visual."), "visual.");
    const at::Tensor head = text.at("zeroshot_head_weight");
    zeroshot.tensors.emplace("classifier.weight", head);
    zeroshot.tensors.emplace("classifier.bias", at::zeros({head.size(0)}));
    return WriteCheckpoint(JoinPath(dir_, "zero-shot"), zeroshot).status();
  }

  // Of `images`, by the average with weight `alpha` on the fine-tuned model.
  absl::StatusOr<at::Tensor> LogitsOfWiseFt(double alpha,
                                            const at::Tensor& images) const {
    MergeModelsOptions options;
    options.checkpoints = {JoinPath(dir_, "zero-shot"),
                           JoinPath(dir_, "fine-tuned")};
    ASSIGN_OR_RETURN(options.method, ParseMergeMethod("wise_ft"));
    options.alphas = {alpha};
    options.run.output = JoinPath(dir_, absl::StrCat("alpha-", alpha));
    RETURN_IF_ERROR(MergeModels(options).status());
    ASSIGN_OR_RETURN(Checkpoint merged, LoadCheckpoint(options.run.output));
    ASSIGN_OR_RETURN(const ImageClassifier classifier,
                     ImageClassifier::Create(merged.config, merged.tensors));
    const at::NoGradGuard no_gradients;
    return classifier.Logits(classifier.Features(images));
  }

  std::string golden_;
  std::string dir_;
  int64_t heads_ = 0;
};

// At the goldens' tolerance, |a - b| <= 1e-4 + 1e-3 |b|.
TEST_F(WeightSpaceParity, WiseFtAtEveryAlpha) {
  ASSERT_OK_AND_ASSIGN(const Checkpoint fine_tuned, ImportFineTuned());
  EXPECT_OK(SaveZeroshot(fine_tuned.config));
  ASSERT_OK_AND_ASSIGN(const NamedTensors vision, Golden("vision.safetensors"));
  ASSERT_OK_AND_ASSIGN(const NamedTensors expected,
                       Golden("weight-space.safetensors"));
  int compared = 0;
  for (const auto& [name, logits] : expected) {
    absl::string_view number = name;
    double alpha = 0;
    if (!absl::ConsumePrefix(&number, "wise_ft_alpha_") ||
        !absl::ConsumeSuffix(&number, "_logits") ||
        !absl::SimpleAtod(number, &alpha)) {
      continue;
    }
    ++compared;
    ASSERT_OK_AND_ASSIGN(const at::Tensor found,
                         LogitsOfWiseFt(alpha, vision.at("images_u8")));
    EXPECT_TRUE(found.allclose(logits, /*rtol=*/1e-3, /*atol=*/1e-4)) << name;
  }
  EXPECT_GE(compared, 2);
}

}  // namespace
}  // namespace maskfill

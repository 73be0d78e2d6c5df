// From mask_tool to train: training on pixels and on recipes.

#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/masking/fill_kind.h"
#include "core/model/checkpoint.h"
#include "core/training/objective.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mask_tool/mask_tool.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/test_sets.h"
#include "tests/support/tiny_model.h"
#include "train/train.h"

namespace maskfill {
namespace {

class CounterfactualTraining : public testing::Test {
 protected:
  CounterfactualTraining() : dir_(TestDirectory()) {
    WriteTestImages(Path("images"));
    WriteTestImages(Path("others"), {.num_images = 6, .seed = 1});
    const ModelConfig config = TinyModelConfig(5);
    EXPECT_OK(WriteCheckpoint(Path("model"),
                              {config, TinyModelTensors(config, 1), ""})
                  .status());
  }

  std::string Path(const std::string& name) const {
    return JoinPath(dir_, name);
  }

  absl::Status Mask(FillKind fill, bool other_donors,
                    CounterfactualPayload payload, const std::string& output) {
    MaskToolOptions options;
    options.run.input = Path("images");
    options.run.output = Path(output);
    options.run.progress = ProgressMode::kNone;
    options.run.seed = 3;
    if (other_donors) options.donor_input = Path("others");
    options.counterfactual.mask.kind = MaskKind::kRandom;
    options.counterfactual.patch_size = 8;
    options.counterfactual.fill = fill;
    options.counterfactual.variants = 2;
    options.counterfactual.payload = payload;
    return MaskTool(options).status();
  }

  // The last line of the metrics, the weights beside it in
  // <counterfactuals>-run.
  absl::Status TrainOn(const std::string& counterfactuals) {
    TrainOptions options;
    options.run.input = Path("images");
    options.run.output = Path(counterfactuals + "-run");
    options.run.progress = ProgressMode::kNone;
    options.run.num_threads = 1;
    options.checkpoint = Path("model");
    options.teacher = Path("model");
    options.counterfactuals = Path(counterfactuals);
    options.objective = *ParseObjective("fd_mask");
    options.epochs = 2;
    options.global_batch_size = 4;
    options.learning_rate = 1e-3;
    return Train(options).status();
  }

  const std::string dir_;
};

TEST_F(CounterfactualTraining, OnRecipesIsThatOnPixels) {
  const struct {
    FillKind fill;
    bool other_donors;
  } kCases[] = {{FillKind::kSingle, false},
                {FillKind::kMulti, true},
                {FillKind::kNoise, false}};
  for (const auto& [fill, other_donors] : kCases) {
    const std::string name(ToString(fill));
    for (const auto payload :
         {CounterfactualPayload::kPixels, CounterfactualPayload::kRecipe}) {
      const std::string set = absl::StrCat(name, ToString(payload));
      ASSERT_OK(Mask(fill, other_donors, payload, set));
      ASSERT_OK(TrainOn(set));
    }
    const auto weights = [&](const std::string& payload) {
      return ReadFile(Path(name + payload + "-run/last/model.safetensors"));
    };
    ASSERT_OK_AND_ASSIGN(const std::string expected, weights("pixels"));
    EXPECT_THAT(weights("recipe"), IsOkAndHolds(expected)) << name;
  }
}

TEST_F(CounterfactualTraining, OnDroppedPatchesIsThatOfBothPayloads) {
  for (const auto payload :
       {CounterfactualPayload::kPixels, CounterfactualPayload::kRecipe}) {
    const std::string set = absl::StrCat("none", ToString(payload));
    ASSERT_OK(Mask(FillKind::kNone, false, payload, set));
    ASSERT_OK(TrainOn(set));
  }
  ASSERT_OK_AND_ASSIGN(const std::string expected,
                       ReadFile(Path("nonepixels-run/last/model.safetensors")));
  EXPECT_THAT(ReadFile(Path("nonerecipe-run/last/model.safetensors")),
              IsOkAndHolds(expected));
}

}  // namespace
}  // namespace maskfill

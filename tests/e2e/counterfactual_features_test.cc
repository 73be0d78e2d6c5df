// From mask_tool to feature_tool: features of pixels and of recipes.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/data/feature_reader.h"
#include "core/model/checkpoint.h"
#include "core/record/record_set.h"
#include "feature_tool/feature_tool.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mask_tool/mask_tool.h"
#include "proto/records.pb.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/test_sets.h"
#include "tests/support/tiny_model.h"

namespace maskfill {
namespace {

class CounterfactualFeatures : public testing::Test {
 protected:
  CounterfactualFeatures() : dir_(TestDirectory()) {
    WriteTestImages(Path("images"));
    const ModelConfig config = TinyModelConfig(5);
    const auto fingerprint = WriteCheckpoint(
        Path("model"), {config, TinyModelTensors(config, 1), ""});
    EXPECT_OK(fingerprint);
    fingerprint_ = *fingerprint;
  }

  std::string Path(const std::string& name) const {
    return JoinPath(dir_, name);
  }

  // Two variants per image, and their features by the tiny model.
  absl::Status MakeFeatures(FillKind fill, CounterfactualPayload payload) {
    const std::string name = absl::StrCat(ToString(fill), ToString(payload));
    MaskToolOptions mask;
    mask.run.input = Path("images");
    mask.run.output = Path(name);
    mask.run.progress = ProgressMode::kNone;
    mask.run.seed = 3;
    mask.counterfactual.mask.kind = MaskKind::kRandom;
    mask.counterfactual.patch_size = 8;
    mask.counterfactual.fill = fill;
    mask.counterfactual.variants = 2;
    mask.counterfactual.payload = payload;
    RETURN_IF_ERROR(MaskTool(mask).status());
    FeatureToolOptions features;
    features.run.input = mask.run.output;
    features.run.output = Path(name + "-features");
    features.run.progress = ProgressMode::kNone;
    features.checkpoints = {Path("model")};
    features.compute.batch_size = 3;
    return FeatureTool(features).status();
  }

  const std::string dir_;
  std::string fingerprint_;
};

TEST_F(CounterfactualFeatures, OfRecipesAreThoseOfPixels) {
  for (const FillKind fill :
       {FillKind::kSingle, FillKind::kMulti, FillKind::kNone}) {
    std::vector<std::vector<float>> expected;
    for (const auto payload :
         {CounterfactualPayload::kPixels, CounterfactualPayload::kRecipe}) {
      ASSERT_OK(MakeFeatures(fill, payload));
      const std::string name = absl::StrCat(ToString(fill), ToString(payload));
      ASSERT_OK_AND_ASSIGN(
          const RecordSet set,
          RecordSet::Open(Path(name), "maskfill.v1.CounterfactualRecord"));
      ASSERT_OK_AND_ASSIGN(
          const auto features,
          FeatureReader::Open(Path(name + "-features"), set, fingerprint_));
      std::vector<std::vector<float>> found;
      for (int64_t shard = 0; shard < set.num_shards(); ++shard) {
        ASSERT_OK_AND_ASSIGN(const auto reader, set.OpenShard(shard));
        v1::CounterfactualRecord record;
        while (reader->Next(&record).ok()) {
          ASSERT_OK_AND_ASSIGN(
              const std::vector<float> values,
              features->Read(static_cast<int64_t>(found.size()), record.id(),
                             record.variant()));
          found.push_back(values);
        }
      }
      ASSERT_EQ(found.size(), 20u);
      if (expected.empty()) expected = found;
      EXPECT_EQ(found, expected);
    }
    // Two variants of four patches may be equal, not those of all images.
    int different = 0;
    for (size_t i = 0; i < expected.size(); i += 2) {
      different += expected[i] != expected[i + 1];
    }
    EXPECT_GT(different, 5);
  }
}

}  // namespace
}  // namespace maskfill

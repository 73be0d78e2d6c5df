#include "spurious_shapes/pretrain/zero_shot_probe.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "spurious_shapes/pretrain/captions.h"
#include "spurious_shapes/pretrain/clip_initialisation.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

TEST(ZeroShotProbe, MeasuresTheSixSetsAlikeEveryTime) {
  ASSERT_OK_AND_ASSIGN(CompactVocabulary vocabulary,
                       CompactVocabulary::Create(AllCaptions(), 24));
  const ModelConfig config = SmallClipConfig(vocabulary.full_size());
  ASSERT_OK_AND_ASSIGN(
      const std::unique_ptr<Pretrainer> pretrainer,
      Pretrainer::Create(config, std::move(vocabulary), at::kCPU, {}));
  const ZeroShotProbe probe(/*images_per_set=*/20, config.image_size,
                            /*polysemy_rate=*/0.1);
  ASSERT_OK_AND_ASSIGN(const ZeroShotAccuracy first,
                       probe.Measure(pretrainer.get()));
  std::vector<std::string> names;
  double sum = 0;
  for (const auto& set : first.sets) {
    names.push_back(set.name);
    sum += set.top1;
    EXPECT_GE(set.top1, 0);
    EXPECT_LE(set.top1, 100);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"id", "v2", "r", "sketch",
                                             "objectnet", "a"}));
  EXPECT_NEAR(first.ood(), (sum - first.id()) / 5, 1e-9);
  ASSERT_OK_AND_ASSIGN(const ZeroShotAccuracy second,
                       probe.Measure(pretrainer.get()));
  EXPECT_EQ(first.ood(), second.ood());
}

}  // namespace
}  // namespace maskfill

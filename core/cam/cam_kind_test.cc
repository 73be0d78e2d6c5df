#include "core/cam/cam_kind.h"

#include <csignal>
#include <cstdint>
#include <string>
#include <vector>

#include "ATen/ops/equal.h"
#include "ATen/ops/randint.h"
#include "ATen/ops/zeros.h"
#include "absl/status/status.h"
#include "core/base/preemption.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tensor_near.h"
#include "tests/support/tiny_model.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// Products of other sizes are summed in another order, relative to 1.
constexpr double kRounding = 1e-4;

ImageClassifier TinyClassifier() {
  const ModelConfig config = TinyModelConfig(/*num_classes=*/3);
  return *ImageClassifier::Create(config, TinyModelTensors(config, 5));
}

TEST(CamKind, IsFoundByItsName) {
  for (const CamKind& kind : AllCamKinds()) {
    EXPECT_THAT(ParseCamKind(kind.name), IsOkAndHolds(&kind));
  }
}

TEST(CamKind, OfAnotherNameIsRefusedWithAllThereAre) {
  EXPECT_THAT(ParseCamKind("magic"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("--method=magic is unknown"),
                             HasSubstr("attribution ("), HasSubstr("gradcam ("),
                             HasSubstr("rollout ("), HasSubstr("attention ("),
                             HasSubstr("random ("))));
}

TEST(CamKind, ThatExplainsAClassNeedsAModel) {
  for (const CamKind& kind : AllCamKinds()) {
    EXPECT_TRUE(kind.needs_model || !kind.explains_class) << kind.name;
    EXPECT_TRUE(kind.needs_model || !kind.takes_layers) << kind.name;
  }
  EXPECT_EQ(CamKindsThat(&CamKind::explains_class), "attribution and gradcam");
}

// A batch that is too large for the cache goes through in parts.
TEST(CamKind, OfALargeBatchAreThoseOfItsImages) {
  constexpr int64_t kAtOnce = 4;
  const ImageClassifier classifier = TinyClassifier();
  const VisionTransformer& tower = classifier.backbone();
  const int64_t size = tower.config().image_size;
  const int64_t most = tower.ImagesPerPart(1 + tower.num_patches());
  const int64_t n = most + most / 4;
  CamInputs inputs = {
      .classifier = &classifier,
      .tower = &tower,
      .pixels = at::randint(0, 256, {n, 3, size, size}, at::kByte),
      .targets = at::randint(0, 3, {n}, at::kLong),
      .num_patches = tower.num_patches(),
      .ids = std::vector<std::string>(n)};
  for (const CamKind& kind : AllCamKinds()) {
    if (!kind.needs_model) continue;
    SCOPED_TRACE(kind.name);
    ASSERT_OK_AND_ASSIGN(const Cams cams, ComputeCams(kind, inputs));
    ASSERT_EQ(cams.relevance.size(0), n);
    for (const int64_t begin : {int64_t{0}, n / 2 - 2, n - kAtOnce}) {
      CamInputs some = inputs;
      some.pixels = inputs.pixels.narrow(0, begin, kAtOnce);
      some.targets = inputs.targets.narrow(0, begin, kAtOnce);
      some.ids.resize(kAtOnce);
      const Cams expected = kind.compute(some);
      const auto rows = [begin](const at::Tensor& tensor) {
        return tensor.narrow(0, begin, kAtOnce);
      };
      EXPECT_TRUE(
          TensorNear(rows(cams.relevance), expected.relevance, kRounding));
      EXPECT_TRUE(TensorNear(rows(cams.max_relevance), expected.max_relevance,
                             kRounding));
      ASSERT_EQ(cams.logits.defined(), kind.explains_class);
      if (!kind.explains_class) continue;
      EXPECT_TRUE(TensorNear(rows(cams.logits), expected.logits, kRounding));
      EXPECT_TRUE(at::equal(rows(cams.targets), expected.targets));
    }
  }
}

TEST(CamKind, OfALargeBatchStopsBetweenParts) {
  const ImageClassifier classifier = TinyClassifier();
  const VisionTransformer& tower = classifier.backbone();
  const int64_t size = tower.config().image_size;
  const int64_t n = tower.ImagesPerPart(1 + tower.num_patches()) + 1;
  SetPreemptionSignalForTest(SIGTERM);
  const absl::StatusOr<Cams> cams = ComputeCams(
      AllCamKinds()[0], {.classifier = &classifier,
                         .tower = &tower,
                         .pixels = at::zeros({n, 3, size, size}, at::kByte),
                         .num_patches = tower.num_patches(),
                         .ids = std::vector<std::string>(n)});
  SetPreemptionSignalForTest(0);
  EXPECT_THAT(cams, StatusIs(absl::StatusCode::kCancelled));
}

}  // namespace
}  // namespace maskfill

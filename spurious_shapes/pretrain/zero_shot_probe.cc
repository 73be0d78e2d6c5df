#include "spurious_shapes/pretrain/zero_shot_probe.h"

#include <array>
#include <utility>

#include "ATen/ops/arange.h"
#include "ATen/ops/empty.h"
#include "ATen/ops/stack.h"
#include "ATen/ops/tensor.h"
#include "absl/strings/str_replace.h"
#include "core/base/status_macros.h"
#include "spurious_shapes/factors.h"
#include "spurious_shapes/pretrain/captions.h"
#include "spurious_shapes/renderer.h"
#include "spurious_shapes/suites.h"

namespace maskfill {
namespace {

// Far from the seeds that people give their data.
constexpr uint64_t kSeed = 0x70726f6265;

// Of the benchmark's defaults.
constexpr double kCorrelation = 0.95;
constexpr std::array<Suite, 6> kSuites = {Suite::kId,        Suite::kV2,
                                          Suite::kR,         Suite::kSketch,
                                          Suite::kObjectNet, Suite::kA};

double MeanOfOthers(const std::vector<ZeroShotAccuracy::Set>& sets,
                    double ZeroShotAccuracy::Set::* value) {
  double sum = 0;
  for (size_t i = 1; i < sets.size(); ++i) sum += sets[i].*value;
  return sum / static_cast<double>(sets.size() - 1);
}

// Percent of rows whose best class is row number mod 10.
double Top1(const at::Tensor& features, const at::Tensor& head) {
  const at::Tensor predicted = features.matmul(head.t()).argmax(1);
  const at::Tensor labels =
      at::arange(features.size(0), predicted.options()).remainder(kNumShapes);
  return 100 * predicted.eq(labels).to(at::kDouble).mean().item<double>();
}

at::Tensor NormalisedMean(const at::Tensor& rows) {
  const at::Tensor mean = rows.mean(0);
  return mean.div(mean.norm());
}

}  // namespace

double ZeroShotAccuracy::ood() const { return MeanOfOthers(sets, &Set::top1); }

double ZeroShotAccuracy::ood_exact() const {
  return MeanOfOthers(sets, &Set::top1_exact);
}

ZeroShotProbe::ZeroShotProbe(int64_t images_per_set, int64_t image_size,
                             double polysemy_rate)
    : polysemy_rate_(polysemy_rate) {
  Renderer renderer(image_size);
  for (const Suite suite : kSuites) {
    const at::Tensor pixels =
        at::empty({images_per_set, image_size, image_size, 3}, at::kByte);
    for (int64_t i = 0; i < images_per_set; ++i) {
      renderer.Render(SampleSuiteScene(suite, kCorrelation, kSeed, i),
                      pixels.data_ptr<uint8_t>() + i * renderer.image_bytes(),
                      nullptr);
    }
    sets_.push_back({std::string(InfoOf(suite).name), pixels});
  }
}

absl::StatusOr<ZeroShotAccuracy> ZeroShotProbe::Measure(
    Pretrainer* pretrainer) const {
  const std::vector<std::string> templates = PromptTemplates();
  std::vector<int64_t> exact;
  for (size_t i = 0; i < templates.size(); ++i) {
    const size_t context = i % (kNumColours * kNumBackgrounds);
    if (!IsPolysemousContext(static_cast<Background>(context % kNumBackgrounds),
                             static_cast<Colour>(context / kNumBackgrounds),
                             polysemy_rate_)) {
      exact.push_back(static_cast<int64_t>(i));
    }
  }
  std::vector<at::Tensor> head, exact_head;
  for (int shape = 0; shape < kNumShapes; ++shape) {
    std::vector<std::string> prompts;
    for (const std::string& text : templates) {
      prompts.push_back(absl::StrReplaceAll(
          text, {{"{}", ShapeName(static_cast<Shape>(shape))}}));
    }
    ASSIGN_OR_RETURN(const at::Tensor features,
                     pretrainer->TextFeatures(prompts));
    head.push_back(NormalisedMean(features));
    const at::Tensor rows = at::tensor(at::ArrayRef<int64_t>(exact), at::kLong)
                                .to(features.device());
    exact_head.push_back(NormalisedMean(
        exact.empty() ? features : features.index_select(0, rows)));
  }
  ZeroShotAccuracy accuracy;
  for (const Set& set : sets_) {
    ASSIGN_OR_RETURN(const at::Tensor features,
                     pretrainer->ImageFeatures(set.pixels));
    accuracy.sets.push_back(
        {.name = set.name,
         .top1 = Top1(features, at::stack(head)),
         .top1_exact = Top1(features, at::stack(exact_head))});
  }
  return accuracy;
}

}  // namespace maskfill

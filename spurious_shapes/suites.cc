#include "spurious_shapes/suites.h"

#include <array>
#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "core/base/names.h"

namespace maskfill {
namespace {

constexpr std::array<SuiteInfo, kNumSuites> kSuites = {{
    {"train", "imagenet", "train", "ILSVRC2012", "train", ClassFolders::kKeys,
     Profile::kId, 0},
    {"id", "imagenet", "val", "ILSVRC2012", "val", ClassFolders::kKeys,
     Profile::kId, 0},
    {"v2", "imagenet_v2", "test", "imagenetv2-matched-frequency-format-val", "",
     ClassFolders::kNumbers, Profile::kV2, 0},
    {"r", "imagenet_r", "test", "imagenet-r", "", ClassFolders::kKeys,
     Profile::kR, 0},
    {"sketch", "imagenet_sketch", "test", "sketch", "", ClassFolders::kKeys,
     Profile::kSketch, 0},
    {"objectnet", "objectnet", "test", "objectnet-1.0", "images",
     ClassFolders::kObjectNet, Profile::kObjectNet, 2},
    {"a", "imagenet_a", "test", "imagenet-a", "", ClassFolders::kKeys,
     Profile::kA, 0},
}};

// Purposes of the random streams: one per suite, so that no set's pictures
// depend on another's size or presence.
constexpr std::array<absl::string_view, kNumSuites> kPurposes = {
    "spurious_shapes/train",  "spurious_shapes/id",
    "spurious_shapes/v2",     "spurious_shapes/r",
    "spurious_shapes/sketch", "spurious_shapes/objectnet",
    "spurious_shapes/a"};

Style SampleStyle(Suite suite, CounterRng* rng) {
  switch (suite) {
    case Suite::kR:
      return rng->Below(2) == 0 ? Style::kCartoon : Style::kStencil;
    case Suite::kSketch:
      return Style::kSketch;
    default:
      return Style::kPhoto;
  }
}

// The usual background with the given probability, else one of the others.
Background SampleContext(Shape shape, double usual_probability,
                         CounterRng* rng) {
  const Background usual = UsualBackground(shape);
  if (rng->UniformDouble() < usual_probability) return usual;
  const int other = static_cast<int>(rng->Below(kNumBackgrounds - 1));
  return static_cast<Background>(other + (other >= static_cast<int>(usual)));
}

}  // namespace

const SuiteInfo& InfoOf(Suite suite) {
  return kSuites[static_cast<size_t>(suite)];
}

absl::StatusOr<Suite> ParseSuite(absl::string_view name) {
  for (int i = 0; i < kNumSuites; ++i) {
    if (kSuites[i].name == name) return static_cast<Suite>(i);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("there is no set \"", name, "\", expected one of ",
                   absl::StrJoin(NamesOf(kSuites), ", ")));
}

double UsualBackgroundProbability(Suite suite, double correlation) {
  switch (suite) {
    case Suite::kTrain:
    case Suite::kId:
      return correlation;
    case Suite::kV2:
      return 0.75 * correlation + 0.025;
    case Suite::kR:
    case Suite::kSketch:
    case Suite::kObjectNet:
      return 0.1;
    case Suite::kA:
      return 0;
  }
  return 0;
}

Scene SampleSuiteScene(Suite suite, double correlation, uint64_t seed,
                       int64_t index) {
  CounterRng rng(seed, kPurposes[static_cast<size_t>(suite)],
                 static_cast<uint64_t>(index), "");
  Factors factors;
  factors.shape = static_cast<Shape>(index % kNumShapes);
  factors.style = SampleStyle(suite, &rng);
  factors.colour = static_cast<Colour>(rng.Below(kNumColours));
  factors.background = SampleContext(
      factors.shape, UsualBackgroundProbability(suite, correlation), &rng);
  return SampleScene(factors, InfoOf(suite).profile, &rng);
}

std::string ClassFolder(Suite suite, Shape shape) {
  switch (InfoOf(suite).folders) {
    case ClassFolders::kKeys:
      return std::string(ShapeName(shape));
    case ClassFolders::kNumbers:
      return absl::StrCat(static_cast<int>(shape));
    case ClassFolders::kObjectNet:
      return std::string(ObjectNetFolder(shape));
  }
  return "";
}

std::string PicturePath(Suite suite, Shape shape, int64_t index) {
  const SuiteInfo& info = InfoOf(suite);
  return absl::StrFormat("%s%s%s/%s_%06d.png", info.directory,
                         info.directory.empty() ? "" : "/",
                         ClassFolder(suite, shape), info.name, index);
}

}  // namespace maskfill

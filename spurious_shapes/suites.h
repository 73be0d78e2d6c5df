// The seven sets of the benchmark: what they hold and how they are laid out.
#ifndef MASKFILL_SPURIOUS_SHAPES_SUITES_H_
#define MASKFILL_SPURIOUS_SHAPES_SUITES_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "spurious_shapes/scene.h"

namespace maskfill {

enum class Suite { kTrain, kId, kV2, kR, kSketch, kObjectNet, kA };
inline constexpr int kNumSuites = 7;

// How folders are named, as in the real set.
enum class ClassFolders { kKeys, kNumbers, kObjectNet };

struct SuiteInfo {
  absl::string_view name;       // "v2": also of its scene list
  absl::string_view layout;     // of `ingest --layout=`
  absl::string_view split;      // of `ingest --split=`
  absl::string_view source;     // of `ingest --source=`, below the output
  absl::string_view directory;  // that holds the class folders, below source
  ClassFolders folders;
  Profile profile;
  int64_t border_px;  // red, around the picture
};

const SuiteInfo& InfoOf(Suite suite);

// InvalidArgument lists the names.
absl::StatusOr<Suite> ParseSuite(absl::string_view name);

// The probability that a picture of `suite` has its class's usual background
// when that of the training set is `correlation`: the same for train and ID;
// 3/4 of the images keep it and 1/4 draw freely for V2; 1/10 (independent) for
// R, Sketch and ObjectNet; 0 for A.
double UsualBackgroundProbability(Suite suite, double correlation);

// Picture `index` of a suite: class index % 10, the rest by chance. A pure
// function.
Scene SampleSuiteScene(Suite suite, double correlation, uint64_t seed,
                       int64_t index);

// The folder of a class, and the whole path of a picture below its source:
// "train/heart/train_000014.png".
std::string ClassFolder(Suite suite, Shape shape);
std::string PicturePath(Suite suite, Shape shape, int64_t index);

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_SUITES_H_

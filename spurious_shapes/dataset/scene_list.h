// scenes/<set>.csv: the factors and nuisances of every picture, for analyses.
#ifndef MASKFILL_SPURIOUS_SHAPES_DATASET_SCENE_LIST_H_
#define MASKFILL_SPURIOUS_SHAPES_DATASET_SCENE_LIST_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "spurious_shapes/scene.h"

namespace maskfill {

// The column names and a line break.
std::string SceneListHeader();

// One line with its line break. `path`: of the picture below the set's source
// (ingest's `source`; without suffix its `id`). Numbers are written so that
// reading them gives the same bits.
std::string SceneListLine(absl::string_view path, const Scene& scene);

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_DATASET_SCENE_LIST_H_

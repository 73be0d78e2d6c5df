// A picture before it is drawn.
#ifndef MASKFILL_SPURIOUS_SHAPES_SCENE_H_
#define MASKFILL_SPURIOUS_SHAPES_SCENE_H_

#include <cstdint>

#include "core/base/counter_rng.h"
#include "spurious_shapes/factors.h"
#include "spurious_shapes/nuisances.h"

namespace maskfill {

// All that the renderer needs: equal scenes give equal bytes.
struct Scene {
  Factors factors;
  Nuisances nuisances;
  // Of everything else: colours within their word, the textures' place and
  // size, the pattern on the object, light, noise.
  uint64_t appearance_seed = 0;
};

// A scene with given factors; the rest from `rng` (12 numbers).
//
//   CounterRng rng(seed, "pretrain_clip/scene", step, absl::StrCat(i));
//   Scene scene = SampleScene(factors, Profile::kPretrain, &rng);
Scene SampleScene(const Factors& factors, Profile profile, CounterRng* rng);

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_SCENE_H_

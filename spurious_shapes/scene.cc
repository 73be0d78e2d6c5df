#include "spurious_shapes/scene.h"

namespace maskfill {

Scene SampleScene(const Factors& factors, Profile profile, CounterRng* rng) {
  Scene scene;
  scene.factors = factors;
  scene.nuisances = SampleNuisances(profile, rng);
  scene.appearance_seed = rng->Next64();
  return scene;
}

}  // namespace maskfill

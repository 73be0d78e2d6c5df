#include "spurious_shapes/nuisances.h"

#include <array>
#include <cstddef>

namespace maskfill {
namespace {

constexpr float kPi = 3.14159265f;

// Columns as in NuisanceRanges; rows as in Profile.
constexpr std::array<NuisanceRanges, kNumProfiles> kRanges = {{
    // radius     rotation offset aspect shear noise blur light bg_con ob_con
    {{.38f, .80f}, kPi, .38f, .15f, .15f, .10f, .8f, .30f, {.45f, 1}, {.7f, 1}},
    {{.54f, .84f},
     .45f,
     .16f,
     .10f,
     .08f,
     .06f,
     .5f,
     .25f,
     {.6f, 1},
     {.85f, 1}},
    {{.44f, .80f}, .6f, .24f, .13f, .12f, .11f, .8f, .30f, {.55f, 1}, {.7f, 1}},
    {{.40f, .72f}, 1.2f, .26f, .13f, .10f, .10f, .6f, .20f, {.4f, 1}, {1, 1}},
    {{.40f, .72f}, 1.2f, .26f, .13f, .10f, .10f, .6f, .20f, {.3f, 1}, {1, 1}},
    {{.38f, .80f}, kPi, .38f, .15f, .15f, .08f, .6f, .30f, {.6f, 1}, {.8f, 1}},
    {{.36f, .62f}, kPi, .25f, .13f, .12f, .11f, .8f, .30f, {.75f, 1}, {.6f, 1}},
}};

float Either(float limit, CounterRng* rng) {
  return UniformIn({-limit, limit}, rng);
}

}  // namespace

const NuisanceRanges& RangesOf(Profile profile) {
  return kRanges[static_cast<size_t>(profile)];
}

float UniformIn(Interval interval, CounterRng* rng) {
  return interval.low + (interval.high - interval.low) * rng->UniformFloat();
}

Nuisances SampleNuisances(Profile profile, CounterRng* rng) {
  const NuisanceRanges& ranges = RangesOf(profile);
  Nuisances nuisances;
  nuisances.radius = UniformIn(ranges.radius, rng);
  nuisances.rotation = Either(ranges.max_rotation, rng);
  nuisances.centre_x = Either(ranges.max_offset, rng);
  nuisances.centre_y = Either(ranges.max_offset, rng);
  nuisances.log_aspect = Either(ranges.max_log_aspect, rng);
  nuisances.shear = Either(ranges.max_shear, rng);
  nuisances.noise = UniformIn({0, ranges.max_noise}, rng);
  nuisances.blur = UniformIn({0, ranges.max_blur}, rng);
  nuisances.light = UniformIn({0, ranges.max_light}, rng);
  nuisances.background_contrast = UniformIn(ranges.background_contrast, rng);
  nuisances.object_contrast = UniformIn(ranges.object_contrast, rng);
  return nuisances;
}

}  // namespace maskfill

// What varies from picture to picture without changing what it shows, and how
// much of it each set has.
#ifndef MASKFILL_SPURIOUS_SHAPES_NUISANCES_H_
#define MASKFILL_SPURIOUS_SHAPES_NUISANCES_H_

#include "core/base/counter_rng.h"

namespace maskfill {

struct Nuisances {
  float radius = 0.5f;            // of the shape, in half images
  float rotation = 0;             // radians, clockwise
  float centre_x = 0;             // offset from the middle, in half images
  float centre_y = 0;             // downwards
  float log_aspect = 0;           // natural logarithm of the horizontal squeeze
  float shear = 0;                // horizontal, per unit of height
  float noise = 0;                // standard deviation of the sensor, 1 = white
  float blur = 0;                 // share of the 3x3 mean
  float light = 0;                // strength of the directional shading
  float background_contrast = 1;  // amplitude of the background's texture
  float object_contrast = 1;      // 1: own colours, 0: the background's mean
};

// Ranges of the nuisances, all uniform and independent.
enum class Profile { kPretrain, kId, kV2, kR, kSketch, kObjectNet, kA };
inline constexpr int kNumProfiles = 7;

struct Interval {
  float low = 0;
  float high = 0;
};

struct NuisanceRanges {
  Interval radius;
  float max_rotation;    // either way
  float max_offset;      // either way, both axes
  float max_log_aspect;  // either way
  float max_shear;       // either way
  float max_noise;       // from 0
  float max_blur;        // from 0
  float max_light;       // from 0
  Interval background_contrast;
  Interval object_contrast;
};

const NuisanceRanges& RangesOf(Profile profile);

// Takes 11 numbers from `rng`.
Nuisances SampleNuisances(Profile profile, CounterRng* rng);

// Uniform in [low, high].
float UniformIn(Interval interval, CounterRng* rng);

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_NUISANCES_H_

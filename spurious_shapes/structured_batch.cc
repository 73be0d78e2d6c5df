#include "spurious_shapes/structured_batch.h"

#include <array>
#include <utility>

#include "absl/strings/string_view.h"

namespace maskfill {
namespace {

// Fifths: photo 2, the others 1 each, as tickets of a lottery.
constexpr std::array<Style, 5> kStyleTickets = {Style::kPhoto, Style::kPhoto,
                                                Style::kSketch, Style::kCartoon,
                                                Style::kStencil};

std::array<Style, 2> DrawTwoStyles(CounterRng* rng) {
  const Style first = kStyleTickets[rng->Below(kStyleTickets.size())];
  Style second;
  do {
    second = kStyleTickets[rng->Below(kStyleTickets.size())];
  } while (second == first);
  return {first, second};
}

// Two different numbers below n.
std::array<int, 2> DrawTwo(int n, CounterRng* rng) {
  const int first = static_cast<int>(rng->Below(n));
  const int second = static_cast<int>(rng->Below(n - 1));
  return {first, second + (second >= first)};
}

}  // namespace

std::vector<Scene> SampleStructuredBatch(uint64_t seed, int64_t step,
                                         int64_t batch_size) {
  CounterRng rng(seed, "spurious_shapes/pretrain", static_cast<uint64_t>(step),
                 "");
  const std::array<Style, 2> styles = DrawTwoStyles(&rng);
  const std::array<int, 2> colours = DrawTwo(kNumColours, &rng);
  const std::array<int, 2> backgrounds = DrawTwo(kNumBackgrounds, &rng);
  std::vector<Scene> scenes;
  scenes.reserve(batch_size);
  for (int64_t i = 0; i < batch_size; ++i) {
    Factors factors;
    factors.shape = static_cast<Shape>(i % kNumShapes);
    factors.style = styles[rng.Below(2)];
    factors.colour = static_cast<Colour>(colours[rng.Below(2)]);
    factors.background = static_cast<Background>(backgrounds[rng.Below(2)]);
    scenes.push_back(SampleScene(factors, Profile::kPretrain, &rng));
  }
  return scenes;
}

}  // namespace maskfill

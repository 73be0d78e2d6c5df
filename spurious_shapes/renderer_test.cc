#include "spurious_shapes/renderer.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/base/sha256.h"
#include "gtest/gtest.h"
#include "spurious_shapes/suites.h"

namespace maskfill {
namespace {

// Pictures and masks of `count` scenes with factors that go through all
// shapes, backgrounds, styles and colours.
std::string DigestOfPictures(int64_t image_size, int count) {
  Renderer renderer(image_size);
  std::vector<uint8_t> pixels(renderer.image_bytes());
  std::vector<uint8_t> coverage(renderer.coverage_bytes());
  Sha256 sha;
  for (int i = 0; i < count; ++i) {
    CounterRng rng(11, "renderer_test", static_cast<uint64_t>(i), "");
    const Factors factors{static_cast<Shape>(i % kNumShapes),
                          static_cast<Background>((i / 3) % kNumBackgrounds),
                          static_cast<Style>(i % kNumStyles),
                          static_cast<Colour>(i % kNumColours)};
    renderer.Render(SampleScene(factors, Profile::kPretrain, &rng),
                    pixels.data(), coverage.data());
    sha.UpdateField(absl::string_view(
        reinterpret_cast<const char*>(pixels.data()), pixels.size()));
    sha.UpdateField(absl::string_view(
        reinterpret_cast<const char*>(coverage.data()), coverage.size()));
  }
  return sha.HexDigest();
}

// Pinned from this renderer: the pictures of a seed never change unnoticed,
// whatever the compiler, its options and the processor. Who changes them on
// purpose raises kRendererVersion.
TEST(Renderer, DrawsTheSameBytesOnEveryMachine) {
  EXPECT_EQ(DigestOfPictures(56, 400),
            "fa4a1b21e452f07168966fa991d20d9b96e34d0a1fd78ff650582288b139d743");
}

TEST(Renderer, DrawsOtherSizesReproducibly) {
  EXPECT_EQ(DigestOfPictures(33, 40),
            "3a5af5c5700e1fddbd76c5deb08cf19b35dffa437fc24aaeeb8cc3fdf16f0acb");
}

TEST(Renderer, KeepsNoTraceOfThePictureBefore) {
  const Scene scene = SampleSuiteScene(Suite::kTrain, 0.95, 0, 3);
  Renderer fresh(56);
  Renderer used(56);
  for (int64_t i = 0; i < 20; ++i) {
    used.Render(SampleSuiteScene(Suite::kR, 0.95, 0, i));
  }
  EXPECT_EQ(fresh.Render(scene), used.Render(scene));
}

int64_t PixelsThatDiffer(const Image& a, const Image& b) {
  int64_t count = 0;
  for (size_t i = 0; i < a.pixels.size(); i += 3) {
    int most = 0;
    for (int c = 0; c < 3; ++c) {
      most = std::max(most, std::abs(a.pixels[i + c] - b.pixels[i + c]));
    }
    count += most > 12;
  }
  return count;
}

Scene PlainScene() {
  Scene scene;
  scene.factors = {Shape::kSquare, Background::kChecker, Style::kPhoto,
                   Colour::kGreen};
  scene.appearance_seed = 5;
  return scene;
}

TEST(Renderer, EachFactorShows) {
  Renderer renderer(56);
  const Scene scene = PlainScene();
  const Image image = renderer.Render(scene);
  for (int i = 0; i < kNumShapes; ++i) {
    Scene other = scene;
    other.factors.shape = static_cast<Shape>(i);
    if (other.factors == scene.factors) continue;
    EXPECT_GT(PixelsThatDiffer(image, renderer.Render(other)), 100) << i;
  }
  for (int i = 0; i < kNumBackgrounds; ++i) {
    Scene other = scene;
    other.factors.background = static_cast<Background>(i);
    if (other.factors == scene.factors) continue;
    EXPECT_GT(PixelsThatDiffer(image, renderer.Render(other)), 500) << i;
  }
  for (int i = 0; i < kNumStyles; ++i) {
    Scene other = scene;
    other.factors.style = static_cast<Style>(i);
    if (other.factors == scene.factors) continue;
    EXPECT_GT(PixelsThatDiffer(image, renderer.Render(other)), 500) << i;
  }
  for (int i = 0; i < kNumColours; ++i) {
    Scene other = scene;
    other.factors.colour = static_cast<Colour>(i);
    if (other.factors == scene.factors) continue;
    EXPECT_GT(PixelsThatDiffer(image, renderer.Render(other)), 300) << i;
  }
}

TEST(Renderer, CoverageIsThatOfTheObject) {
  Renderer renderer(56);
  std::vector<uint8_t> pixels(renderer.image_bytes());
  std::vector<uint8_t> coverage(renderer.coverage_bytes());
  Scene scene = PlainScene();
  scene.nuisances.radius = 20.0f / 28 / 0.72f;
  renderer.Render(scene, pixels.data(), coverage.data());
  int64_t full = 0;
  for (const uint8_t value : coverage) full += value == 255;
  EXPECT_EQ(full, 40 * 40);
  EXPECT_EQ(coverage[28 * 56 + 28], 255);
  EXPECT_EQ(coverage[0], 0);
}

TEST(Renderer, ObjectsOfEverySuiteAreWhollyOrMostlyInThePicture) {
  Renderer renderer(56);
  std::vector<uint8_t> pixels(renderer.image_bytes());
  std::vector<uint8_t> coverage(renderer.coverage_bytes());
  for (int s = 0; s < kNumSuites; ++s) {
    double mean = 0;
    for (int64_t i = 0; i < 200; ++i) {
      renderer.Render(SampleSuiteScene(static_cast<Suite>(s), 0.95, 0, i),
                      pixels.data(), coverage.data());
      double share = 0;
      for (const uint8_t value : coverage) share += value / 255.0 / 3136;
      // The smallest: a crescent of radius .36 covers about 2 %.
      EXPECT_GT(share, 0.01) << s << " " << i;
      EXPECT_LT(share, 0.6) << s << " " << i;
      mean += share / 200;
    }
    EXPECT_GT(mean, 0.05) << s;
    EXPECT_LT(mean, 0.35) << s;
  }
}

}  // namespace
}  // namespace maskfill

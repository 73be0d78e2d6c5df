// How fast pictures are made:
//   bazel run //spurious_shapes:renderer_benchmark
#include <cstdint>
#include <string>
#include <vector>

#include "benchmark/benchmark.h"
#include "spurious_shapes/renderer.h"
#include "spurious_shapes/structured_batch.h"
#include "spurious_shapes/suites.h"

namespace maskfill {
namespace {

constexpr int64_t kScenes = 1000;

void RenderAll(const std::vector<Scene>& scenes, benchmark::State& state) {
  Renderer renderer(56);
  std::vector<uint8_t> pixels(renderer.image_bytes());
  std::vector<uint8_t> coverage(renderer.coverage_bytes());
  int64_t i = 0;
  for (auto _ : state) {
    renderer.Render(scenes[i++ % kScenes], pixels.data(), coverage.data());
    benchmark::DoNotOptimize(pixels.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations());
}

void RenderSuite(benchmark::State& state) {
  const Suite suite = static_cast<Suite>(state.range(0));
  std::vector<Scene> scenes;
  for (int64_t i = 0; i < kScenes; ++i) {
    scenes.push_back(SampleSuiteScene(suite, 0.95, 0, i));
  }
  state.SetLabel(std::string(InfoOf(suite).name));
  RenderAll(scenes, state);
}
BENCHMARK(RenderSuite)->DenseRange(0, kNumSuites - 1);

void RenderPretraining(benchmark::State& state) {
  std::vector<Scene> scenes;
  for (int64_t step = 0; step < kScenes / 10; ++step) {
    for (const Scene& scene : SampleStructuredBatch(0, step, 10)) {
      scenes.push_back(scene);
    }
  }
  RenderAll(scenes, state);
}
BENCHMARK(RenderPretraining);

void SampleScenes(benchmark::State& state) {
  int64_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(SampleSuiteScene(Suite::kTrain, 0.95, 0, i++));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(SampleScenes);

}  // namespace
}  // namespace maskfill

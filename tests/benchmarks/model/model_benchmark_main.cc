// model_benchmark: how fast an image tower, by default of ViT-B size, runs and
// learns here, random weights. Prints one line per measurement, "forward
// images_per_second 41.2".

#include <time.h>

#include <cstdint>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ATen/core/grad_mode.h"
#include "ATen/detail/CUDAHooksInterface.h"
#include "ATen/ops/linear.h"
#include "ATen/ops/randint.h"
#include "ATen/ops/randn.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/exit_code.h"
#include "core/base/freed_memory.h"
#include "core/base/init.h"
#include "core/base/status_macros.h"
#include "core/cam/attribution.h"
#include "core/model/autocast_guard.h"
#include "core/model/device.h"
#include "core/model/image_classifier.h"
#include "core/model/model_config.h"
#include "core/model/one_dnn.h"
#include "core/model/torch_status.h"
#include "core/training/trainer.h"
#include "glog/logging.h"
#include "tests/benchmarks/model/model_benchmark_flags.h"
#include "tests/support/random_weights.h"

namespace maskfill {
namespace {

class Benchmark {
 public:
  static absl::StatusOr<Benchmark> Create(
      const ModelBenchmarkOptions& options) {
    Checkpoint checkpoint;
    ModelConfig& config = checkpoint.config;
    config.embed_dim = 512;
    config.vision = {.width = options.width,
                     .heads = options.width / 64,
                     .layers = options.layers,
                     .mlp_width = 4 * options.width};
    config.image_size = 224;
    config.patch_size = options.patch_size;
    config.num_classes = 1000;
    checkpoint.tensors = RandomWeights(config, 1);
    ASSIGN_OR_RETURN(ImageClassifier frozen,
                     ImageClassifier::FromCheckpoint(checkpoint, options.device,
                                                     options.precision));
    return Benchmark(options, std::move(checkpoint), std::move(frozen));
  }

  absl::Status Measure(const std::string& mode) {
    std::function<void()> once;
    if (mode == "forward") {
      once = [this] { Forward(); };
    } else if (mode == "forward_backward") {
      RETURN_IF_ERROR(MakeStudent());
      once = [this] { ForwardBackward(); };
    } else if (mode == "attribution") {
      once = [this] { TransformerAttribution(frozen_, pixels_, targets_); };
    } else if (mode == "gemm") {
      once = [this] { MultiplyAll(); };
    } else if (mode == "training_step" || mode == "online_step" ||
               mode == "features_step") {
      // With counterfactuals from a cache the first two are the same step; the
      // last has the teacher's features from one too.
      RETURN_IF_ERROR(MakeTrainer());
      once = [this, batch = BatchOf(mode)] {
        const absl::Status status = trainer_->Step(batch).status();
        CHECK(status.ok()) << status;
      };
    } else {
      return absl::InvalidArgumentError(absl::StrCat(
          "mode \"", mode,
          "\" is unknown; expected forward, forward_backward, attribution, "
          "training_step, online_step, features_step or gemm"));
    }
    if (!std::exchange(warm_[mode], true)) Seconds(once, 1);
    const double seconds =
        Seconds(once, options_.iterations) / options_.iterations;
    if (mode == "gemm") {
      std::cout << mode << " gflops_per_second " << gemm_gflop_ / seconds
                << std::endl;
    } else {
      std::cout << mode << " images_per_second "
                << options_.batch_size / seconds << std::endl;
    }
    return absl::OkStatus();
  }

 private:
  // A product of the block, with the weights as they are fastest.
  struct Gemm {
    at::Tensor x, weight;
    bool is_packed;
  };

  Benchmark(const ModelBenchmarkOptions& options, Checkpoint checkpoint,
            ImageClassifier frozen)
      : options_(options),
        checkpoint_(std::move(checkpoint)),
        frozen_(std::move(frozen)) {
    const at::TensorOptions place(options.device);
    const at::ScalarType dtype = WeightDtype(options.precision);
    pixels_ = at::randn({options.batch_size, 3, 224, 224}, place);
    targets_ =
        at::randint(0, 1000, {options.batch_size}, place.dtype(at::kLong));
    const bool is_packed = HasOneDnn(options.device, dtype);
    // ViT-B/32's at batch 32, where the products are fastest.
    constexpr int64_t kRows = 1600;
    for (const auto& [inputs, outputs] :
         {std::pair<int64_t, int64_t>(768, 2304),
          {768, 768},
          {768, 3072},
          {3072, 768}}) {
      const at::Tensor weight = at::randn({outputs, inputs}, place).to(dtype);
      gemms_.push_back({.x = at::randn({kRows, inputs}, place).to(dtype),
                        .weight = is_packed ? PackForOneDnn(weight) : weight,
                        .is_packed = is_packed});
      gemm_gflop_ += 2e-9 * static_cast<double>(kRows * inputs * outputs);
    }
  }

  void MultiplyAll() {
    const at::NoGradGuard no_gradients;
    for (const Gemm& gemm : gemms_) {
      if (gemm.is_packed) {
        OneDnnLinear(gemm.x, gemm.weight);
      } else {
        at::linear(gemm.x, gemm.weight);
      }
    }
  }

  absl::Status MakeStudent() {
    if (student_.has_value()) return absl::OkStatus();
    NamedTensors trainable = MoveTensors(CloneTensors(checkpoint_.tensors),
                                         options_.device, at::kFloat);
    for (auto& [name, tensor] : trainable) tensor.requires_grad_(true);
    ASSIGN_OR_RETURN(student_,
                     ImageClassifier::Create(checkpoint_.config, trainable));
    return absl::OkStatus();
  }

  // What the program train does in a step.
  absl::Status MakeTrainer() {
    if (trainer_ != nullptr) return absl::OkStatus();
    TrainerOptions options;
    ASSIGN_OR_RETURN(options.objective, ParseObjective(options_.objective));
    options.recompute = options_.recompute;
    options.precision = options_.precision;
    options.schedule.total_steps = 1000000;
    ASSIGN_OR_RETURN(
        trainer_, Trainer::Create(checkpoint_.config, checkpoint_.tensors,
                                  Teacher(frozen_), options_.device, options));
    const auto pixels = [this] {
      const at::Tensor random =
          at::randint(0, 256, {options_.batch_size, 224, 224, 3},
                      at::TensorOptions(at::kByte));
      return options_.device.is_cuda() ? random.pin_memory() : random;
    };
    batch_.images = pixels();
    batch_.counterfactuals = pixels();
    batch_.labels = targets_.to(at::kCPU);
    return absl::OkStatus();
  }

  ImageBatch BatchOf(const std::string& mode) const {
    ImageBatch batch = batch_;
    if (mode == "features_step") {
      batch.features =
          at::randn({options_.batch_size, checkpoint_.config.embed_dim});
    }
    return batch;
  }

  void Forward() {
    const at::NoGradGuard no_gradients;
    frozen_.Features(pixels_);
  }

  void ForwardBackward() {
    for (const auto& [name, tensor] : student_->parameters()) {
      if (tensor.grad().defined()) tensor.mutable_grad().zero_();
    }
    // As after each step of a training.
    const bool on_cpu = options_.device.is_cpu();
    student_->Prepare(on_cpu ? WeightDtype(options_.precision) : at::kFloat);
    at::Tensor loss;
    {
      const AutocastGuard autocast(options_.device.type(), options_.precision);
      loss = student_->Features(pixels_).to(at::kFloat).square().mean();
    }
    loss.backward();
  }

  double Seconds(const std::function<void()>& function, int64_t times) {
    const auto wait = [this] {
      if (options_.device.is_cuda()) {
        at::detail::getCUDAHooks().deviceSynchronize(options_.device.index());
      }
    };
    wait();
    const double start = Clock();
    for (int64_t i = 0; i < times; ++i) function();
    wait();
    return Clock() - start;
  }

  double Clock() const {
    timespec now;
    clock_gettime(
        options_.cpu_clock ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * now.tv_nsec;
  }

  const ModelBenchmarkOptions options_;
  const Checkpoint checkpoint_;
  const ImageClassifier frozen_;
  std::optional<ImageClassifier> student_;
  at::Tensor pixels_, targets_;
  std::vector<Gemm> gemms_;
  double gemm_gflop_ = 0;
  std::unique_ptr<Trainer> trainer_;
  ImageBatch batch_;
  std::map<std::string, bool> warm_;
};

absl::Status Run() {
  ASSIGN_OR_RETURN(const ModelBenchmarkOptions options,
                   ModelBenchmarkOptionsFromFlags());
  SetUpCompute(options.precision, options.threads);
  KeepFreedMemory();
  return CatchTorch([&]() -> absl::Status {
    ASSIGN_OR_RETURN(Benchmark benchmark, Benchmark::Create(options));
    if (!options.mode.empty()) return benchmark.Measure(options.mode);
    std::string mode;
    while (std::getline(std::cin, mode)) {
      RETURN_IF_ERROR(benchmark.Measure(mode));
    }
    return absl::OkStatus();
  });
}

}  // namespace
}  // namespace maskfill

int main(int argc, char** argv) {
  maskfill::InitMain(
      "Measures the image tower.\n\n  model_benchmark --mode=forward", &argc,
      &argv);
  return maskfill::ExitCode(maskfill::Run());
}

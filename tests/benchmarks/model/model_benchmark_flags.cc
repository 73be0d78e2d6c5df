#include "tests/benchmarks/model/model_benchmark_flags.h"

#include "absl/status/status.h"
#include "core/base/status_macros.h"
#include "gflags/gflags.h"

DEFINE_string(
    mode, "",
    "forward, forward_backward, attribution, training_step, online_step, "
    "features_step or gemm; empty: read modes from stdin, one per line, and "
    "answer each with a line");
DEFINE_int64(patch_size, 32,
             "px: 32 for ViT-B/32, 16 for ViT-B/16, 14 for ViT-L/14");
DEFINE_int64(width, 768, "of the tower, a multiple of 64; 1024 for ViT-L/14");
DEFINE_int64(layers, 12, "of the tower; 24 for ViT-L/14");
DEFINE_int64(batch_size, 32, "images per batch");
DEFINE_int64(iterations, 2, "timed batches per line of output");
DEFINE_string(objective, "fd_mask", "of training_step: train's --mode");
DEFINE_bool(recompute, false, "of training_step: train's --recompute");
DEFINE_int32(threads, 2, "threads of LibTorch");
DEFINE_string(
    clock, "wall",
    "wall, or cpu: processor time, for --threads=1 on a busy machine");
DEFINE_string(device, "cpu", "auto, cpu, cuda or cuda:N");
DEFINE_string(
    precision, "fp32",
    "fp32, tf32 (CUDA), or bf16 (frozen models converted, training from "
    "float32 parameters)");

namespace maskfill {

absl::StatusOr<ModelBenchmarkOptions> ModelBenchmarkOptionsFromFlags() {
  ModelBenchmarkOptions options;
  options.mode = FLAGS_mode;
  options.patch_size = FLAGS_patch_size;
  options.width = FLAGS_width;
  options.layers = FLAGS_layers;
  options.batch_size = FLAGS_batch_size;
  options.iterations = FLAGS_iterations;
  options.objective = FLAGS_objective;
  options.recompute = FLAGS_recompute;
  options.threads = FLAGS_threads;
  options.cpu_clock = FLAGS_clock == "cpu";
  ASSIGN_OR_RETURN(options.device, ParseDevice(FLAGS_device));
  ASSIGN_OR_RETURN(options.precision, ParsePrecision(FLAGS_precision));
  if (options.patch_size < 1 || 224 % options.patch_size != 0 ||
      options.width < 64 || options.width % 64 != 0 || options.layers < 1 ||
      options.batch_size < 1 || options.iterations < 1 || options.threads < 1) {
    return absl::InvalidArgumentError(
        "--patch_size must divide 224, --width be a multiple of 64, --layers, "
        "--batch_size, --iterations and --threads at least 1");
  }
  return options;
}

}  // namespace maskfill

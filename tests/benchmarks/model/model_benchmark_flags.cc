#include "tests/benchmarks/model/model_benchmark_flags.h"

#include "absl/status/status.h"
#include "core/base/status_macros.h"
#include "gflags/gflags.h"

DEFINE_string(
    mode, "",
    "forward, forward_backward, attribution, training_step, online_step "
    "or gemm; empty: read modes from stdin, one per line, and answer "
    "each with a line");
DEFINE_int64(patch_size, 32, "px: 32 for ViT-B/32, 16 for ViT-B/16");
DEFINE_int64(batch_size, 32, "images per batch");
DEFINE_int64(iterations, 2, "timed batches per line of output");
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
  options.batch_size = FLAGS_batch_size;
  options.iterations = FLAGS_iterations;
  options.threads = FLAGS_threads;
  options.cpu_clock = FLAGS_clock == "cpu";
  ASSIGN_OR_RETURN(options.device, ParseDevice(FLAGS_device));
  ASSIGN_OR_RETURN(options.precision, ParsePrecision(FLAGS_precision));
  if (options.patch_size < 1 || 224 % options.patch_size != 0 ||
      options.batch_size < 1 || options.iterations < 1 || options.threads < 1) {
    return absl::InvalidArgumentError(
        "--patch_size must divide 224, --batch_size, --iterations and "
        "--threads must be at least 1");
  }
  return options;
}

}  // namespace maskfill

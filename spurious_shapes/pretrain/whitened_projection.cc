#include "spurious_shapes/pretrain/whitened_projection.h"

#include <tuple>

#include "ATen/ops/diag.h"
#include "ATen/ops/empty.h"
#include "ATen/ops/eye.h"
#include "ATen/ops/linalg_eigh.h"
#include "ATen/ops/linalg_qr.h"
#include "core/base/counter_rng.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

// Of the largest variance: directions with less are not amplified further.
constexpr double kLeastVariance = 0.01;

}  // namespace

at::Tensor WhitenedProjection(const at::Tensor& features, int64_t embed_dim,
                              uint64_t seed) {
  const int64_t width = features.size(1);
  CHECK_GE(embed_dim, width);
  const at::Tensor rows = features.to(at::kCPU, at::kDouble);
  const at::Tensor mean = rows.mean(0, /*keepdim=*/true);
  // The projection has no bias, so the mean goes with its whole direction.
  const at::Tensor without_mean =
      at::eye(width, at::kDouble)
          .sub(mean.t().matmul(mean).div(mean.square().sum()));
  const at::Tensor centred = rows.sub(mean).matmul(without_mean);
  const auto [variances, directions] = at::linalg_eigh(
      centred.t().matmul(centred).div(static_cast<double>(rows.size(0))));
  const at::Tensor scale =
      variances.clamp_min(0).add(variances.max().mul(kLeastVariance)).rsqrt();
  const at::Tensor whitening =
      directions.matmul(at::diag(scale)).matmul(directions.t());

  at::Tensor random = at::empty({embed_dim, width}, at::kDouble);
  CounterRng rng(seed, "pretrain_clip/whitened_projection", 0, "");
  double* values = random.data_ptr<double>();
  for (int64_t i = 0; i < random.numel(); ++i) values[i] = rng.Normal();
  const at::Tensor orthonormal = std::get<0>(at::linalg_qr(random));
  return without_mean.matmul(whitening)
      .matmul(orthonormal.t())
      .to(at::kFloat)
      .contiguous();
}

}  // namespace maskfill

#include "core/training/adamw.h"

#include <utility>

#include "ATen/core/grad_mode.h"
#include "ATen/ops/_fused_adamw.h"
#include "ATen/ops/zeros.h"
#include "ATen/ops/zeros_like.h"

namespace maskfill {

AdamW::AdamW(at::Tensor values, at::Tensor gradients,
             const AdamWOptions& options)
    : options_(options),
      values_(std::move(values)),
      gradients_(std::move(gradients)),
      first_moments_(at::zeros_like(values_)),
      second_moments_(at::zeros_like(values_)),
      steps_(at::zeros({}, values_.options())) {}

void AdamW::Step(double learning_rate, double beta1) {
  at::NoGradGuard no_grad;
  ++step_;
  steps_.fill_(static_cast<double>(step_));
  at::_fused_adamw_({values_}, {gradients_}, {first_moments_},
                    {second_moments_}, /*max_exp_avg_sqs=*/{}, {steps_},
                    learning_rate, beta1, options_.beta2, options_.weight_decay,
                    options_.epsilon,
                    /*amsgrad=*/false, /*maximize=*/false);
}

}  // namespace maskfill

// Mixed precision for as long as a scope lasts.
#ifndef MASKFILL_CORE_MODEL_AUTOCAST_GUARD_H_
#define MASKFILL_CORE_MODEL_AUTOCAST_GUARD_H_

#include "c10/core/DeviceType.h"
#include "core/model/device.h"

namespace maskfill {

// With kBf16 on CUDA, runs what LibTorch's autocast list names (matrix
// products, attention) in bfloat16, from and to float32 parameters; the casts
// of parameters are kept until the guard goes. Otherwise it does nothing: on
// the CPU a tower that is prepared in bfloat16 computes in it by itself
// (VisionTransformer::Prepare). Guards do not nest.
class AutocastGuard {
 public:
  AutocastGuard(c10::DeviceType device_type, Precision precision);
  ~AutocastGuard();
  AutocastGuard(const AutocastGuard&) = delete;
  AutocastGuard& operator=(const AutocastGuard&) = delete;

 private:
  const c10::DeviceType device_type_;
  const bool enabled_;
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_MODEL_AUTOCAST_GUARD_H_

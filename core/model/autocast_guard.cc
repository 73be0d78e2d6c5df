#include "core/model/autocast_guard.h"

#include "ATen/autocast_mode.h"

namespace maskfill {

AutocastGuard::AutocastGuard(c10::DeviceType device_type, Precision precision)
    : device_type_(device_type),
      enabled_(precision == Precision::kBf16 && device_type != c10::kCPU) {
  if (!enabled_) return;
  at::autocast::set_autocast_dtype(device_type_, at::kBFloat16);
  at::autocast::set_autocast_enabled(device_type_, true);
}

AutocastGuard::~AutocastGuard() {
  if (!enabled_) return;
  at::autocast::set_autocast_enabled(device_type_, false);
  at::autocast::clear_cache();
}

}  // namespace maskfill

// IEEE half precision, without LibTorch.
#ifndef MASKFILL_CORE_BASE_HALF_FLOAT_H_
#define MASKFILL_CORE_BASE_HALF_FLOAT_H_

#include <cstdint>

namespace maskfill {

// The bits of the half nearest to `value`, of two equally near ones the even
// one; infinite from 65520 on, and a NaN stays one.
uint16_t HalfFromFloat(float value);

// The value of these bits; exact.
float FloatFromHalf(uint16_t bits);

}  // namespace maskfill

#endif  // MASKFILL_CORE_BASE_HALF_FLOAT_H_

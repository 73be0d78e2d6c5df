// How sure a share is that was counted on a sample. Knows no torch.
#ifndef MASKFILL_CORE_METRICS_PROPORTION_INTERVAL_H_
#define MASKFILL_CORE_METRICS_PROPORTION_INTERVAL_H_

#include <cstdint>

namespace maskfill {

struct ProportionInterval {
  double low = 0;
  double high = 1;
};

// Wilson's score interval to 95 % for `part` of `whole` (Wilson, JASA 1927):
// unlike the usual normal one it has the right width for shares near 0 and 1.
// [0, 1] when `whole` is 0.
ProportionInterval WilsonInterval(int64_t part, int64_t whole);

}  // namespace maskfill

#endif  // MASKFILL_CORE_METRICS_PROPORTION_INTERVAL_H_

// How much each state of a run counts in their average.
#ifndef MASKFILL_CORE_MODEL_MOVING_AVERAGE_H_
#define MASKFILL_CORE_MODEL_MOVING_AVERAGE_H_

#include <cstdint>
#include <vector>

namespace maskfill {

// Shares of `count` >= 1 states, the oldest first, relative to each other.

// The exponential moving average that begins as the oldest state and becomes
// decay * average + (1 - decay) * state with each further one:
//   decay^(n-1), (1 - decay) * decay^(n-2), ..., 1 - decay;   0 <= decay <= 1.
std::vector<double> ExponentialShares(int64_t count, double decay);

// The Beta moving average of Shu et al., "CLIPood: Generalizing CLIP to
// Out-of-Distributions", ICML 2023: state t of 0..T counts by the density of
// Beta(b, b) at (t + 0.5) / (T + 1), x^(b-1) (1-x)^(b-1) but for its constant.
// b = 0.5, theirs, favours both ends of the run: the pre-trained state 0 and
// the fine-tuned state T; b = 1 is the uniform mean. States count as evenly
// spaced. b > 0.
std::vector<double> BetaShares(int64_t count, double beta_shape);

}  // namespace maskfill

#endif  // MASKFILL_CORE_MODEL_MOVING_AVERAGE_H_

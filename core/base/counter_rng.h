// Randomness as a pure function: the n-th number of a stream depends on the
// stream's key and n alone, never on threads, shard order or time.
#ifndef MASKFILL_CORE_BASE_COUNTER_RNG_H_
#define MASKFILL_CORE_BASE_COUNTER_RNG_H_

#include <array>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace maskfill {

// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2,
// 3", SC 2011): four words from a counter and a key.
std::array<uint32_t, 4> Philox4x32(std::array<uint32_t, 4> counter,
                                   std::array<uint32_t, 2> key);

// One stream of numbers for one purpose and one example.
//
//   CounterRng rng(seed, "donor", variant, record.id());
//   int64_t donor = rng.Below(num_donors);
//
// Copies continue independently from the same place. Thread-compatible.
class CounterRng {
 public:
  // `epoch` also stands for a variant; `id` is an example's id, or empty.
  CounterRng(uint64_t seed, absl::string_view purpose, uint64_t epoch,
             absl::string_view id);

  uint64_t Next64();
  // Uniform in [0, n), exactly (Lemire's method); n > 0.
  uint64_t Below(uint64_t n);
  // Uniform in [0, 1) on a grid of 2^-24: exact in float.
  float UniformFloat();
  // Uniform in [0, 1) on a grid of 2^-53.
  double UniformDouble();
  // Standard normal (Box-Muller on two uniforms).
  double Normal();

 private:
  std::array<uint32_t, 2> key_;
  std::array<uint32_t, 4> counter_;
  std::array<uint32_t, 4> block_;
  int used_ = 4;  // words of block_ given out
};

// A permutation of [0, n) in constant memory: position i of the shuffled
// order holds Shuffled(i). A bijection for each (seed, purpose, epoch), as a
// Feistel network over the next power of four with cycle walking.
class Permutation {
 public:
  Permutation(uint64_t seed, absl::string_view purpose, uint64_t epoch,
              uint64_t n);
  // `i` < n.
  uint64_t At(uint64_t i) const;
  uint64_t size() const { return n_; }

 private:
  uint64_t n_;
  int half_bits_;
  std::array<uint32_t, 2> key_;
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_BASE_COUNTER_RNG_H_

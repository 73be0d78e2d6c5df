#include "core/base/counter_rng.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "absl/numeric/int128.h"
#include "absl/strings/string_view.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

// FNV-1a, 64 bit: spreads names; the strength comes from Philox.
uint64_t HashBytes(uint64_t hash, absl::string_view bytes) {
  for (const char c : bytes) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3ull;
  }
  return hash;
}

uint64_t HashWord(uint64_t hash, uint64_t word) {
  for (int i = 0; i < 8; ++i) {
    hash ^= (word >> (8 * i)) & 0xff;
    hash *= 0x100000001b3ull;
  }
  return hash;
}

constexpr uint64_t kFnvBasis = 0xcbf29ce484222325ull;

std::array<uint32_t, 2> KeyFor(uint64_t seed, absl::string_view purpose) {
  uint64_t hash = HashWord(kFnvBasis, purpose.size());
  hash = HashWord(HashBytes(hash, purpose), seed);
  return {static_cast<uint32_t>(hash), static_cast<uint32_t>(hash >> 32)};
}

}  // namespace

std::array<uint32_t, 4> Philox4x32(std::array<uint32_t, 4> counter,
                                   std::array<uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const uint64_t p0 = uint64_t{0xD2511F53} * counter[0];
    const uint64_t p1 = uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<uint32_t>(p1 >> 32) ^ counter[1] ^ key[0],
               static_cast<uint32_t>(p1),
               static_cast<uint32_t>(p0 >> 32) ^ counter[3] ^ key[1],
               static_cast<uint32_t>(p0)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return counter;
}

CounterRng::CounterRng(uint64_t seed, absl::string_view purpose, uint64_t epoch,
                       absl::string_view id)
    : key_(KeyFor(seed, purpose)) {
  const uint64_t id_hash = HashBytes(HashWord(kFnvBasis, id.size()), id);
  // Words 2 and 3 name the stream, words 0 and 1 count its blocks.
  const uint64_t stream = HashWord(id_hash, epoch);
  counter_ = {0, 0, static_cast<uint32_t>(stream),
              static_cast<uint32_t>(stream >> 32)};
}

uint64_t CounterRng::Next64() {
  if (used_ >= 4) {
    block_ = Philox4x32(counter_, key_);
    if (++counter_[0] == 0) ++counter_[1];
    used_ = 0;
  }
  const uint64_t low = block_[used_];
  const uint64_t high = block_[used_ + 1];
  used_ += 2;
  return low | (high << 32);
}

uint64_t CounterRng::Below(uint64_t n) {
  CHECK_GT(n, 0u);
  absl::uint128 product = absl::uint128(Next64()) * n;
  if (absl::Uint128Low64(product) < n) {
    const uint64_t threshold = (0 - n) % n;
    while (absl::Uint128Low64(product) < threshold) {
      product = absl::uint128(Next64()) * n;
    }
  }
  return absl::Uint128High64(product);
}

float CounterRng::UniformFloat() {
  return static_cast<float>(Next64() >> 40) * 0x1.0p-24f;
}

double CounterRng::UniformDouble() {
  return static_cast<double>(Next64() >> 11) * 0x1.0p-53;
}

double CounterRng::Normal() {
  const double u = 1.0 - UniformDouble();  // (0, 1]
  const double v = UniformDouble();
  return std::sqrt(-2.0 * std::log(u)) * std::cos(2.0 * std::numbers::pi * v);
}

Permutation::Permutation(uint64_t seed, absl::string_view purpose,
                         uint64_t epoch, uint64_t n)
    : n_(n), half_bits_(1), key_(KeyFor(HashWord(seed, epoch), purpose)) {
  while (half_bits_ < 32 && (uint64_t{1} << (2 * half_bits_)) < n) {
    ++half_bits_;
  }
}

uint64_t Permutation::At(uint64_t i) const {
  CHECK_LT(i, n_);
  const uint64_t mask = (uint64_t{1} << half_bits_) - 1;
  // Walks the cycle of the larger domain until it is back in [0, n): at most
  // 4 steps on average.
  do {
    uint64_t left = i >> half_bits_;
    uint64_t right = i & mask;
    for (uint32_t round = 0; round < 4; ++round) {
      const uint64_t mixed =
          Philox4x32({static_cast<uint32_t>(right),
                      static_cast<uint32_t>(right >> 32), round, 0x5045524d},
                     key_)[0];
      const uint64_t next = (left ^ mixed) & mask;
      left = right;
      right = next;
    }
    i = (left << half_bits_) | right;
  } while (i >= n_);
  return i;
}

}  // namespace maskfill

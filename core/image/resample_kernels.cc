#include "core/image/resample_kernels.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace maskfill {
namespace {

// The same source, compiled for wider vectors too; the loader picks. Not under
// sanitizers, which are not ready yet when the loader asks.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && \
    !defined(MASKFILL_NO_TARGET_CLONES)
#define MASKFILL_TARGET_CLONES \
  __attribute__((target_clones("arch=x86-64-v4", "avx2", "default")))
#else
#define MASKFILL_TARGET_CLONES
#endif

constexpr int kWeightBits = 22;
constexpr int32_t kHalf = 1 << (kWeightBits - 1);
constexpr double kSupport = 2.0;  // of the cubic kernel, in samples

// Rows that the horizontal pass works on together: one per vector lane.
constexpr int64_t kLanes = 16;
// Bytes of a row that the vertical pass works on together.
constexpr int64_t kChunk = 64;

// Keys' cubic, as Pillow writes it: the order of operations counts.
double Cubic(double x) {
  constexpr double kA = -0.5;
  if (x < 0.0) x = -x;
  if (x < 1.0) return ((kA + 2.0) * x - (kA + 3.0)) * x * x + 1;
  if (x < 2.0) return (((x - 5) * x + 8) * x - 4) * kA;
  return 0.0;
}

inline uint8_t ToByte(int32_t sum) {
  return static_cast<uint8_t>(std::clamp(sum >> kWeightBits, 0, 255));
}

typedef uint8_t Bytes16 __attribute__((vector_size(16)));

// The lower halves of two vectors, byte by byte in turns; the upper ones.
inline Bytes16 InterleaveLow(Bytes16 a, Bytes16 b) {
  return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21,
                                 6, 22, 7, 23);
}
inline Bytes16 InterleaveHigh(Bytes16 a, Bytes16 b) {
  return __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13,
                                 29, 14, 30, 15, 31);
}

// Transposes a block of 16 x 16 bytes: four rounds of interleaving the upper
// with the lower half. in: 16 addresses of 16 bytes.
void Transpose16(const uint8_t* const* in, uint8_t* out, int64_t out_stride) {
  Bytes16 a[16];
  Bytes16 b[16];
  for (int i = 0; i < 16; ++i) std::memcpy(&a[i], in[i], 16);
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 8; ++i) {
      b[2 * i] = InterleaveLow(a[i], a[i + 8]);
      b[2 * i + 1] = InterleaveHigh(a[i], a[i + 8]);
    }
    for (int i = 0; i < 8; ++i) {
      a[2 * i] = InterleaveLow(b[i], b[i + 8]);
      a[2 * i + 1] = InterleaveHigh(b[i], b[i + 8]);
    }
  }
  for (int i = 0; i < 16; ++i) std::memcpy(out + i * out_stride, &a[i], 16);
}

// Columns [0, num_bytes) of 16 rows to [num_bytes, 16]. `out` has room for
// num_bytes rounded up to 16.
void RowsToLanes(const uint8_t* const* rows, int64_t num_bytes, uint8_t* out) {
  const uint8_t* addresses[kLanes];
  int64_t column = 0;
  for (; column + kLanes <= num_bytes; column += kLanes) {
    for (int64_t r = 0; r < kLanes; ++r) addresses[r] = rows[r] + column;
    Transpose16(addresses, out + column * kLanes, kLanes);
  }
  for (; column < num_bytes; ++column) {
    for (int64_t r = 0; r < kLanes; ++r) {
      out[column * kLanes + r] = rows[r][column];
    }
  }
}

// [num_bytes, 16] back to `num_rows` rows that are `stride` bytes apart.
void LanesToRows(const uint8_t* lanes, int64_t num_bytes, int64_t num_rows,
                 uint8_t* out, int64_t stride) {
  const uint8_t* addresses[kLanes];
  int64_t column = 0;
  if (num_rows == kLanes) {
    for (; column + kLanes <= num_bytes; column += kLanes) {
      for (int64_t i = 0; i < kLanes; ++i) {
        addresses[i] = lanes + (column + i) * kLanes;
      }
      Transpose16(addresses, out + column, stride);
    }
  }
  for (; column < num_bytes; ++column) {
    for (int64_t r = 0; r < num_rows; ++r) {
      out[r * stride + column] = lanes[column * kLanes + r];
    }
  }
}

// One output pixel of 16 rows: in [count, 3 * 16], out [3 * 16].
// Keeping rows in lanes makes every channel of every row one lane that is
// multiplied with the same weight.
MASKFILL_TARGET_CLONES
void ResampleLanes(const uint8_t* lanes, int64_t lanes_begin,
                   const ResampleWeights& weights, uint8_t* out) {
  constexpr int64_t kPixel = 3 * kLanes;
  const int64_t outputs = static_cast<int64_t>(weights.first.size());
  for (int64_t x = 0; x < outputs; ++x) {
    const uint8_t* in = lanes + (weights.first[x] - lanes_begin) * kPixel;
    const int32_t* weight = weights.weights.data() + x * weights.stride;
    int32_t sum[kPixel];
    for (int64_t j = 0; j < kPixel; ++j) sum[j] = kHalf;
    for (int64_t i = 0; i < weights.count[x]; ++i) {
      const int32_t w = weight[i];
      for (int64_t j = 0; j < kPixel; ++j) sum[j] += w * in[i * kPixel + j];
    }
    for (int64_t j = 0; j < kPixel; ++j) out[x * kPixel + j] = ToByte(sum[j]);
  }
}

// kChunk bytes of one output row from `count` input rows.
MASKFILL_TARGET_CLONES
void ResampleChunk(const uint8_t* in, int64_t stride, const int32_t* weight,
                   int64_t count, uint8_t* out) {
  int32_t sum[kChunk];
  for (int64_t j = 0; j < kChunk; ++j) sum[j] = kHalf;
  for (int64_t i = 0; i < count; ++i) {
    const int32_t w = weight[i];
    for (int64_t j = 0; j < kChunk; ++j) sum[j] += w * in[i * stride + j];
  }
  for (int64_t j = 0; j < kChunk; ++j) out[j] = ToByte(sum[j]);
}

}  // namespace

int64_t ResampleWeights::InputBegin() const {
  return *std::min_element(first.begin(), first.end());
}

int64_t ResampleWeights::InputEnd() const {
  int64_t end = 0;
  for (size_t i = 0; i < first.size(); ++i) {
    end = std::max(end, first[i] + count[i]);
  }
  return end;
}

ResampleWeights BicubicWeights(int64_t in_size, int64_t out_size, int64_t begin,
                               int64_t count) {
  const double scale = static_cast<double>(in_size) / out_size;
  const double filter_scale = std::max(scale, 1.0);
  const double inverse_scale = 1.0 / filter_scale;
  const double support = kSupport * filter_scale;
  ResampleWeights result;
  result.stride = static_cast<int64_t>(std::ceil(support)) * 2 + 1;
  result.first.resize(count);
  result.count.resize(count);
  result.weights.resize(count * result.stride);
  std::vector<double> exact(result.stride);
  for (int64_t i = 0; i < count; ++i) {
    const double center = (begin + i + 0.5) * scale;
    // Conversions truncate towards zero, as in Pillow.
    const int64_t first =
        std::max<int64_t>(static_cast<int64_t>(center - support + 0.5), 0);
    const int64_t end =
        std::min(static_cast<int64_t>(center + support + 0.5), in_size);
    double sum = 0.0;
    for (int64_t k = 0; k < end - first; ++k) {
      exact[k] = Cubic((k + first - center + 0.5) * inverse_scale);
      sum += exact[k];
    }
    for (int64_t k = 0; k < end - first; ++k) {
      if (sum != 0.0) exact[k] /= sum;
      const double fixed = exact[k] * (1 << kWeightBits);
      result.weights[i * result.stride + k] =
          static_cast<int32_t>(fixed < 0 ? fixed - 0.5 : fixed + 0.5);
    }
    result.first[i] = first;
    result.count[i] = end - first;
  }
  return result;
}

void ResampleWidth(const uint8_t* in, int64_t in_width, int64_t num_rows,
                   const ResampleWeights& weights, uint8_t* out) {
  const int64_t begin = weights.InputBegin();
  const int64_t in_bytes = (weights.InputEnd() - begin) * 3;
  const int64_t out_bytes = static_cast<int64_t>(weights.first.size()) * 3;
  std::vector<uint8_t> in_lanes(in_bytes * kLanes);
  std::vector<uint8_t> out_lanes(out_bytes * kLanes);
  for (int64_t row = 0; row < num_rows; row += kLanes) {
    const int64_t rows_here = std::min(kLanes, num_rows - row);
    const uint8_t* rows[kLanes];
    for (int64_t r = 0; r < kLanes; ++r) {
      // Lanes without a row repeat the last one; their result is dropped.
      const int64_t source = row + std::min(r, rows_here - 1);
      rows[r] = in + (source * in_width + begin) * 3;
    }
    RowsToLanes(rows, in_bytes, in_lanes.data());
    ResampleLanes(in_lanes.data(), begin, weights, out_lanes.data());
    LanesToRows(out_lanes.data(), out_bytes, rows_here, out + row * out_bytes,
                out_bytes);
  }
}

void ResampleHeight(const uint8_t* in, int64_t in_stride, int64_t in_begin,
                    int64_t row_bytes, const ResampleWeights& weights,
                    uint8_t* out) {
  const int64_t outputs = static_cast<int64_t>(weights.first.size());
  for (int64_t y = 0; y < outputs; ++y) {
    const uint8_t* rows = in + (weights.first[y] - in_begin) * in_stride;
    const int32_t* weight = weights.weights.data() + y * weights.stride;
    uint8_t* out_row = out + y * row_bytes;
    if (row_bytes < kChunk) {
      for (int64_t j = 0; j < row_bytes; ++j) {
        int32_t sum = kHalf;
        for (int64_t i = 0; i < weights.count[y]; ++i) {
          sum += weight[i] * rows[i * in_stride + j];
        }
        out_row[j] = ToByte(sum);
      }
      continue;
    }
    for (int64_t j = 0; j < row_bytes; j += kChunk) {
      // The last chunk ends with the row and may overlap the one before.
      const int64_t at = std::min(j, row_bytes - kChunk);
      ResampleChunk(rows + at, in_stride, weight, weights.count[y],
                    out_row + at);
    }
  }
}

}  // namespace maskfill

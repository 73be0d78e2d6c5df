// The two passes of Pillow's resampling, for 8-bit RGB.
#ifndef MASKFILL_CORE_IMAGE_RESAMPLE_KERNELS_H_
#define MASKFILL_CORE_IMAGE_RESAMPLE_KERNELS_H_

#include <cstdint>
#include <vector>

namespace maskfill {

// For each output sample of one axis: which input samples count and how much.
struct ResampleWeights {
  // First and one past the last input sample that any output needs.
  int64_t InputBegin() const;
  int64_t InputEnd() const;

  int64_t stride = 0;          // weights kept per output
  std::vector<int64_t> first;  // [outputs] first input sample
  std::vector<int64_t> count;  // [outputs] how many from there, <= stride
  // [outputs, stride] fixed point: 2^22 is 1.
  std::vector<int32_t> weights;
};

// Weights of outputs [begin, begin + count) when `in_size` samples become
// `out_size`, with the bicubic kernel (a = -0.5).
ResampleWeights BicubicWeights(int64_t in_size, int64_t out_size, int64_t begin,
                               int64_t count);

// Horizontal pass: row r of the output is made from row r of the input.
// in: [num_rows, in_width, 3], out: [num_rows, outputs, 3], not overlapping.
void ResampleWidth(const uint8_t* in, int64_t in_width, int64_t num_rows,
                   const ResampleWeights& weights, uint8_t* out);

// Vertical pass. in: [.., row_bytes] whose row 0 is the axis' sample
// `in_begin`, out: [outputs, row_bytes], not overlapping. Of each input row,
// `row_bytes` bytes from `in` on count; rows are `in_stride` bytes apart.
void ResampleHeight(const uint8_t* in, int64_t in_stride, int64_t in_begin,
                    int64_t row_bytes, const ResampleWeights& weights,
                    uint8_t* out);

}  // namespace maskfill

#endif  // MASKFILL_CORE_IMAGE_RESAMPLE_KERNELS_H_

// PNG files whose bytes depend on the pixels alone.
#ifndef MASKFILL_SPURIOUS_SHAPES_DATASET_STORED_PNG_H_
#define MASKFILL_SPURIOUS_SHAPES_DATASET_STORED_PNG_H_

#include <cstdint>
#include <string>

namespace maskfill {

enum class PngColour { kGrey, kRgb };

// A PNG with 8 bits per channel in stored (uncompressed) deflate blocks: what
// a compressor makes of the same pixels differs from version to version of
// zlib, and the pictures' noise leaves it little to do. `pixels` is [height,
// width] or [height, width, 3]; both sides 1 or more.
std::string EncodeStoredPng(PngColour colour, int64_t height, int64_t width,
                            const uint8_t* pixels);

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_DATASET_STORED_PNG_H_

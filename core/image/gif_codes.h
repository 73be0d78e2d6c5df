// The compressed pixels of a GIF frame.
#ifndef MASKFILL_CORE_IMAGE_GIF_CODES_H_
#define MASKFILL_CORE_IMAGE_GIF_CODES_H_

#include <gif_lib.h>

#include <array>
#include <cstdint>

namespace maskfill {

// Decodes LZW codes (GIF89a, appendix F) from the blocks that giflib reads.
// giflib's own DGifGetLine makes pixels of codes that stand for nothing, where
// Pillow and this report damage.
class GifCodes {
 public:
  // `gif` is at the pixels of a frame, and has to outlive this.
  explicit GifCodes(GifFileType* gif) : gif_(gif) {}

  // The next `count` numbers of colours. False when the codes are damaged or
  // end, or the file does.
  bool Read(int count, uint8_t* numbers);

  // Goes over what is left of the frame; false when the file ends.
  bool Finish();

 private:
  static constexpr int kMaxBits = 12;
  static constexpr int kMaxCodes = 1 << kMaxBits;

  // Each returns false as Read() does. The next bytes of the file,
  bool NextBlock();
  // the next code,
  bool NextCode(int* code);
  // and what that stands for, into `left_`.
  bool Expand();
  void Clear();

  GifFileType* const gif_;
  GifByteType* block_ = nullptr;  // its size and then its bytes
  bool is_begun_ = false;
  int block_at_ = 0;        // of the block's bytes, from 1
  uint32_t bits_ = 0;       // read, and not yet of a code
  int bit_count_ = 0;       // of them
  int clear_ = 0;           // the code that empties the table
  int code_bits_ = 0;       // of the next code
  int next_ = 0;            // the code that is defined next
  int last_ = -1;           // the code before; -1: none
  uint8_t last_first_ = 0;  // the first number that it stands for
  // A code of the table stands for what its prefix does, and a number.
  std::array<int, kMaxCodes> prefix_;
  std::array<uint8_t, kMaxCodes> suffix_;
  std::array<uint8_t, kMaxCodes> left_;  // not yet read, the last one first
  int left_count_ = 0;
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_IMAGE_GIF_CODES_H_

#include "core/image/gif_codes.h"

namespace maskfill {

bool GifCodes::Read(int count, uint8_t* numbers) {
  for (int i = 0; i < count; ++i) {
    if (left_count_ == 0 && !Expand()) return false;
    numbers[i] = left_[--left_count_];
  }
  return true;
}

bool GifCodes::Finish() {
  while (!is_begun_ || block_ != nullptr) {
    if (!NextBlock()) return false;
  }
  return true;
}

bool GifCodes::NextBlock() {
  block_at_ = 1;
  if (is_begun_) return DGifGetCodeNext(gif_, &block_) == GIF_OK;
  is_begun_ = true;
  int number_bits = 0;  // giflib takes up to 8
  if (DGifGetCode(gif_, &number_bits, &block_) != GIF_OK) return false;
  clear_ = 1 << number_bits;
  Clear();
  return true;
}

void GifCodes::Clear() {
  next_ = clear_ + 2;
  code_bits_ = 1;
  while (1 << code_bits_ < next_) ++code_bits_;
  last_ = -1;
}

bool GifCodes::NextCode(int* code) {
  while (!is_begun_ || bit_count_ < code_bits_) {
    if (!is_begun_ || block_at_ > block_[0]) {
      if (!NextBlock() || block_ == nullptr) return false;
      continue;
    }
    bits_ |= uint32_t{block_[block_at_++]} << bit_count_;
    bit_count_ += 8;
  }
  *code = static_cast<int>(bits_ & ((1u << code_bits_) - 1));
  bits_ >>= code_bits_;
  bit_count_ -= code_bits_;
  return true;
}

bool GifCodes::Expand() {
  int code = 0;
  do {
    if (!NextCode(&code) || code == clear_ + 1) return false;
    if (code == clear_) Clear();
  } while (code == clear_);
  if (code > next_ || (last_ < 0 && code > clear_)) return false;
  int part = code;
  if (code == next_) {  // what the last one stood for, and its first number
    left_[left_count_++] = last_first_;
    part = last_;
  }
  for (; part > clear_; part = prefix_[part]) {
    left_[left_count_++] = suffix_[part];
  }
  left_[left_count_++] = static_cast<uint8_t>(part);
  last_first_ = static_cast<uint8_t>(part);
  if (last_ >= 0 && next_ < kMaxCodes) {
    prefix_[next_] = last_;
    suffix_[next_] = last_first_;
    if (++next_ == 1 << code_bits_ && code_bits_ < kMaxBits) ++code_bits_;
  }
  last_ = code;
  return true;
}

}  // namespace maskfill

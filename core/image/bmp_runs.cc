#include "core/image/bmp_runs.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"

namespace maskfill {
namespace {

class RunDecoder {
 public:
  RunDecoder(absl::string_view bytes, const BmpHeader& header)
      : bytes_(bytes), header_(header), at_(header.pixels_at) {}

  absl::StatusOr<std::vector<uint8_t>> Decode() {
    numbers_.resize(header_.height * header_.width);
    // Pillow aligns runs to even places of the file.
    if (at_ % 2 != 0) return Odd("that begin at an odd byte");
    for (;;) {
      ASSIGN_OR_RETURN(const uint8_t count, Next());
      ASSIGN_OR_RETURN(const uint8_t value, Next());
      if (count > 0) {
        RETURN_IF_ERROR(Repeat(count, value));
      } else if (value == kEndOfImage) {
        if (y_ * header_.width + x_ == header_.height * header_.width) {
          return std::move(numbers_);
        }
        return Odd("that end before the pixels do");
      } else if (value == kEndOfRow) {
        if (y_ == header_.height) continue;
        if (x_ == 0) return Odd("that leave a row empty");
        ++y_;
        x_ = 0;
      } else if (value == kMove) {
        return Odd("that move on");
      } else {
        RETURN_IF_ERROR(Copy(value));
      }
    }
  }

 private:
  static constexpr uint8_t kEndOfRow = 0;
  static constexpr uint8_t kEndOfImage = 1;
  static constexpr uint8_t kMove = 2;

  bool HasTwoPerByte() const {
    return header_.compression == BmpCompression::kRle4;
  }

  absl::Status Odd(absl::string_view what) const {
    return UnsupportedBmp(absl::StrCat("with runs ", what),
                          "what Pillow 9.4 reads rightly");
  }

  absl::StatusOr<uint8_t> Next() {
    if (at_ >= static_cast<int64_t>(bytes_.size())) return BmpIsCut(bytes_);
    return static_cast<uint8_t>(bytes_[at_++]);
  }

  absl::Status CheckFits(int64_t count) const {
    if (y_ < header_.height && x_ + count <= header_.width) {
      return absl::OkStatus();
    }
    return Odd("that go over the edge");
  }

  void Put(int number) { numbers_[y_ * header_.width + x_++] = number; }

  absl::Status Repeat(int count, int value) {
    RETURN_IF_ERROR(CheckFits(count));
    for (int i = 0; i < count; ++i) {
      if (!HasTwoPerByte()) {
        Put(value);
      } else {
        Put(i % 2 == 0 ? value >> 4 : value & 0x0F);
      }
    }
    return absl::OkStatus();
  }

  // `count` pixels as they are, filled up to an even number of bytes.
  absl::Status Copy(int count) {
    RETURN_IF_ERROR(CheckFits(count));
    if (HasTwoPerByte() && count % 2 != 0) {
      return Odd("of an odd number of pixels");
    }
    const int size = HasTwoPerByte() ? count / 2 : count;
    for (int i = 0; i < size; ++i) {
      ASSIGN_OR_RETURN(const uint8_t value, Next());
      if (HasTwoPerByte()) Put(value >> 4);
      Put(HasTwoPerByte() ? value & 0x0F : value);
    }
    if (size % 2 != 0) return Next().status();
    return absl::OkStatus();
  }

  const absl::string_view bytes_;
  const BmpHeader& header_;
  int64_t at_;
  int64_t y_ = 0;
  int64_t x_ = 0;
  std::vector<uint8_t> numbers_;
};

}  // namespace

absl::StatusOr<std::vector<uint8_t>> DecodeBmpRuns(absl::string_view bytes,
                                                   const BmpHeader& header) {
  return RunDecoder(bytes, header).Decode();
}

}  // namespace maskfill

#include "spurious_shapes/dataset/contact_sheet.h"

#include <algorithm>
#include <vector>

#include "spurious_shapes/picture.h"
#include "spurious_shapes/structured_batch.h"
#include "spurious_shapes/suites.h"

namespace maskfill {
namespace {

constexpr int64_t kColumns = 20;
constexpr int64_t kPretrainRows = 2;
constexpr int64_t kRows = kNumSuites + kPretrainRows + 1;
// Around each picture; as wide as ObjectNet's border, so that cells agree.
constexpr int64_t kMargin = 2;

// Two neighbours of each class, of pictures whose class is index % 10.
int64_t IndexOfColumn(int64_t column) {
  return column / 2 + column % 2 * kNumShapes;
}

class Sheet {
 public:
  Sheet(int64_t image_size, int64_t zoom)
      : cell_(image_size + 2 * kMargin),
        zoom_(zoom),
        image_(kRows * cell_ * zoom, kColumns * cell_ * zoom) {
    std::fill(image_.pixels.begin(), image_.pixels.end(), uint8_t{255});
  }

  // Centred in its cell.
  void Paste(const Image& picture, int64_t row, int64_t column) {
    const int64_t y0 = row * cell_ + (cell_ - picture.height) / 2;
    const int64_t x0 = column * cell_ + (cell_ - picture.width) / 2;
    for (int64_t y = 0; y < picture.height * zoom_; ++y) {
      const uint8_t* from = picture.Row(y / zoom_);
      uint8_t* to = image_.Row(y0 * zoom_ + y) + 3 * x0 * zoom_;
      for (int64_t x = 0; x < picture.width * zoom_; ++x) {
        std::copy_n(from + x / zoom_ * 3, 3, to + x * 3);
      }
    }
  }

  Image Take() { return std::move(image_); }

 private:
  const int64_t cell_;
  const int64_t zoom_;
  Image image_;
};

Image FromMask(const Picture& picture) {
  Image image(picture.image.height, picture.image.width);
  for (size_t i = 0; i < image.pixels.size(); ++i) {
    image.pixels[i] = picture.mask[i / 3];
  }
  return image;
}

}  // namespace

Image MakeContactSheet(uint64_t seed, double correlation, int64_t image_size,
                       int64_t zoom) {
  Renderer renderer(image_size);
  Sheet sheet(image_size, zoom);
  for (int64_t row = 0; row < kNumSuites; ++row) {
    const Suite suite = static_cast<Suite>(row);
    for (int64_t column = 0; column < kColumns; ++column) {
      const Scene scene =
          SampleSuiteScene(suite, correlation, seed, IndexOfColumn(column));
      sheet.Paste(TakePicture(scene, InfoOf(suite).border_px, &renderer).image,
                  row, column);
    }
  }
  for (int64_t i = 0; i < kPretrainRows * kColumns; ++i) {
    // One scene of each of as many steps: a single step has few factors.
    const int64_t shape = IndexOfColumn(i % kColumns) % kNumShapes;
    const Scene scene = SampleStructuredBatch(seed, i, kNumShapes)[shape];
    const Picture picture = TakePicture(scene, 0, &renderer);
    const int64_t row = i / kColumns;
    sheet.Paste(picture.image, kNumSuites + row, i % kColumns);
    if (row == 0) sheet.Paste(FromMask(picture), kRows - 1, i);
  }
  return sheet.Take();
}

}  // namespace maskfill

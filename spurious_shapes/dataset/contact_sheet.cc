#include "spurious_shapes/dataset/contact_sheet.h"

#include "core/draw/panels.h"
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
  const int64_t cell = image_size + 2 * kMargin;
  Image sheet = EmptySheet(kRows * cell * zoom, kColumns * cell * zoom);
  // Centred in its cell.
  const auto paste = [&](const Image& picture, int64_t row, int64_t column) {
    Paste(picture, (row * cell + (cell - picture.height) / 2) * zoom,
          (column * cell + (cell - picture.width) / 2) * zoom, zoom, &sheet);
  };
  for (int64_t row = 0; row < kNumSuites; ++row) {
    const Suite suite = static_cast<Suite>(row);
    for (int64_t column = 0; column < kColumns; ++column) {
      const Scene scene =
          SampleSuiteScene(suite, correlation, seed, IndexOfColumn(column));
      paste(TakePicture(scene, InfoOf(suite).border_px, &renderer).image, row,
            column);
    }
  }
  for (int64_t i = 0; i < kPretrainRows * kColumns; ++i) {
    // One scene of each of as many steps: a single step has few factors.
    const int64_t shape = IndexOfColumn(i % kColumns) % kNumShapes;
    const Scene scene = SampleStructuredBatch(seed, i, kNumShapes)[shape];
    const Picture picture = TakePicture(scene, 0, &renderer);
    const int64_t row = i / kColumns;
    paste(picture.image, kNumSuites + row, i % kColumns);
    if (row == 0) paste(FromMask(picture), kRows - 1, i);
  }
  return sheet;
}

}  // namespace maskfill

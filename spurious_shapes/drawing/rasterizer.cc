#include "spurious_shapes/drawing/rasterizer.h"

#include <algorithm>
#include <cstring>

#include "spurious_shapes/drawing/exact_math.h"
#include "spurious_shapes/drawing/shapes.h"

namespace maskfill {
namespace {

constexpr int64_t kSamplesPerSide = 2;  // of a pixel

// out[i] &= row[i + dx] for every |dx| <= reach, for i in [x0, x1) of a row of
// n samples. Beyond the picture's border all counts as inside.
MASKFILL_PIXEL_LOOP
void AndNeighbours(const uint8_t* row, int64_t n, int64_t x0, int64_t x1,
                   int64_t reach, uint8_t* out) {
  for (int64_t dx = -reach; dx <= reach; ++dx) {
    const int64_t first = std::max(x0, -dx);
    const int64_t last = std::min(x1, n - dx);
    for (int64_t i = first; i < last; ++i) out[i] &= row[i + dx];
  }
}

// pixels[p] = mean of the pixel's samples.
MASKFILL_PIXEL_LOOP
void AverageSamples(const uint8_t* samples, int64_t size, float* pixels) {
  const int64_t stride = size * kSamplesPerSide;
  for (int64_t y = 0; y < size; ++y) {
    const uint8_t* top = samples + kSamplesPerSide * y * stride;
    const uint8_t* bottom = top + stride;
    for (int64_t x = 0; x < size; ++x) {
      const int32_t sum =
          top[2 * x] + top[2 * x + 1] + bottom[2 * x] + bottom[2 * x + 1];
      pixels[y * size + x] = static_cast<float>(sum) * 0.25f;
    }
  }
}

}  // namespace

ShapePose PoseOf(const Nuisances& nuisances) {
  constexpr float kHalf = kPictureUnits / 2;
  constexpr float kTurnsPerRadian = 0.15915494f;
  ShapePose pose;
  pose.centre_x = kHalf * (1.0f + nuisances.centre_x);
  pose.centre_y = kHalf * (1.0f + nuisances.centre_y);
  pose.radius = kHalf * nuisances.radius;
  pose.cos = CosTurns(nuisances.rotation * kTurnsPerRadian);
  pose.sin = SinTurns(nuisances.rotation * kTurnsPerRadian);
  pose.aspect = ExpOfSmall(nuisances.log_aspect);
  pose.shear = nuisances.shear;
  return pose;
}

Rasterizer::Rasterizer(PixelGrid grid)
    : grid_(grid),
      samples_(grid.size * kSamplesPerSide),
      at_(samples_),
      inside_(samples_ * samples_),
      edge_(samples_ * samples_),
      core_(samples_),
      x_(samples_),
      y_(samples_) {
  const PixelGrid fine{samples_};
  for (int64_t i = 0; i < samples_; ++i) at_[i] = fine.At(i);
}

// The shape's frame is x = aspect u + shear v, y = v / aspect of the picture's
// (u, v) = rotation^-1 (position - centre) / radius. The box is that of the
// disc of kShapeExtent, taken back to the picture.
Rasterizer::Box Rasterizer::BoundsOf(const ShapePose& pose) const {
  const float u_x = 1.0f / pose.aspect;
  const float u_y = -pose.shear;
  const float v_y = pose.aspect;
  const float xx = pose.cos * u_x;
  const float xy = pose.cos * u_y - pose.sin * v_y;
  const float yx = pose.sin * u_x;
  const float yy = pose.sin * u_y + pose.cos * v_y;
  const float reach = kShapeExtent * pose.radius;
  const float half_width = reach * SquareRoot(xx * xx + xy * xy);
  const float half_height = reach * SquareRoot(yx * yx + yy * yy);
  const float per_unit = static_cast<float>(samples_) / kPictureUnits;
  const auto clamp = [&](float position, int64_t margin) {
    const int64_t sample = FloorToInt(position * per_unit) + margin;
    return std::clamp<int64_t>(sample, 0, samples_);
  };
  return {clamp(pose.centre_x - half_width, -1),
          clamp(pose.centre_x + half_width, 2),
          clamp(pose.centre_y - half_height, -1),
          clamp(pose.centre_y + half_height, 2)};
}

void Rasterizer::FillInside(Shape shape, const ShapePose& pose,
                            const Box& box) {
  const float cos = pose.cos / pose.radius;
  const float sin = pose.sin / pose.radius;
  const float inverse_aspect = 1.0f / pose.aspect;
  const int64_t n = box.x1 - box.x0;
  for (int64_t row = box.y0; row < box.y1; ++row) {
    const float dy = at_[row] - pose.centre_y;
    const float u_of_row = sin * dy;
    const float v_of_row = cos * dy;
    for (int64_t i = 0; i < n; ++i) {
      const float dx = at_[box.x0 + i] - pose.centre_x;
      const float u = cos * dx + u_of_row;
      const float v = v_of_row - sin * dx;
      x_[i] = u * pose.aspect + pose.shear * v;
      y_[i] = v * inverse_aspect;
    }
    TestInside(shape, x_.data(), y_.data(), n,
               &inside_[row * samples_ + box.x0]);
  }
}

void Rasterizer::FillEdge(const Box& box, int64_t radius) {
  for (int64_t y = box.y0; y < box.y1; ++y) {
    std::fill(core_.begin() + box.x0, core_.begin() + box.x1, uint8_t{1});
    for (int64_t dy = -radius; dy <= radius; ++dy) {
      if (y + dy < 0 || y + dy >= samples_) continue;
      int64_t reach = 0;  // the disc's half width in this row
      while ((reach + 1) * (reach + 1) + dy * dy <= radius * radius) ++reach;
      AndNeighbours(&inside_[(y + dy) * samples_], samples_, box.x0, box.x1,
                    reach, core_.data());
    }
    const uint8_t* inside = &inside_[y * samples_];
    uint8_t* edge = &edge_[y * samples_];
    for (int64_t x = box.x0; x < box.x1; ++x) edge[x] = inside[x] & ~core_[x];
  }
}

void Rasterizer::Draw(Shape shape, const ShapePose& pose, int outline_samples,
                      float* coverage, float* outline) {
  const Box box = BoundsOf(pose);
  std::fill(inside_.begin(), inside_.end(), uint8_t{0});
  FillInside(shape, pose, box);
  AverageSamples(inside_.data(), grid_.size, coverage);
  if (outline_samples == 0) {
    std::fill(outline, outline + grid_.num_pixels(), 0.0f);
    return;
  }
  const int64_t radius = std::max<int64_t>(
      1, (outline_samples * grid_.size + 28) / 56);  // rounded
  std::fill(edge_.begin(), edge_.end(), uint8_t{0});
  FillEdge(box, radius);
  AverageSamples(edge_.data(), grid_.size, outline);
}

}  // namespace maskfill

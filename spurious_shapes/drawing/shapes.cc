#include "spurious_shapes/drawing/shapes.h"

#include "spurious_shapes/drawing/exact_math.h"

namespace maskfill {
namespace {

// Each test is written without branches, so that loops over it vectorise.

struct Arrow {  // to the right
  static bool Inside(float x, float y) {
    const float ay = Absolute(y);
    const bool head = (x >= 0.0f) & (ay < 0.9f - x * (0.9f / 0.95f));
    const bool shaft = (x < 0.0f) & (x > -0.95f) & (ay < 0.36f);
    return head | shaft;
  }
};

struct Circle {
  static bool Inside(float x, float y) { return x * x + y * y < 0.84f * 0.84f; }
};

struct Crescent {  // open to the right
  static bool Inside(float x, float y) {
    const float dx = x - 0.42f;
    return (x * x + y * y < 0.92f * 0.92f) & (dx * dx + y * y > 0.72f * 0.72f);
  }
};

struct Cross {
  static bool Inside(float x, float y) {
    const float ax = Absolute(x);
    const float ay = Absolute(y);
    return ((ax < 0.28f) & (ay < 0.92f)) | ((ay < 0.28f) & (ax < 0.92f));
  }
};

struct Heart {  // (X^2 + Y^2 - a)^3 < X^2 Y^3
  static bool Inside(float x, float y) {
    const float X = 1.25f * x;
    const float Y = 0.12f - 1.25f * y;
    const float a = X * X + Y * Y - 0.62f;
    return a * a * a < X * X * Y * Y * Y;
  }
};

struct Hexagon {
  static bool Inside(float x, float y) {
    const float ax = Absolute(x);
    const float ay = Absolute(y);
    return (ay < 0.76f) & (ax * 0.8660254f + ay * 0.5f < 0.76f);
  }
};

struct Ring {
  static bool Inside(float x, float y) {
    const float r2 = x * x + y * y;
    return (r2 < 0.9f * 0.9f) & (r2 > 0.5f * 0.5f);
  }
};

struct Square {
  static bool Inside(float x, float y) {
    return (Absolute(x) < 0.72f) & (Absolute(y) < 0.72f);
  }
};

// Five points of radius 1, five notches of radius 0.4, one point up. Mirrors
// fold the plane onto the 36 degrees between a point and a notch, where one
// edge decides.
struct Star {
  static bool Inside(float x, float y) {
    constexpr float kCos36 = 0.80901699f;
    constexpr float kSin36 = 0.58778525f;
    float px = Absolute(x);
    float py = -y;
    const float over_first = kCos36 * px - kSin36 * py;
    const float first = over_first > 0.0f ? over_first : 0.0f;
    px -= 2.0f * first * kCos36;
    py += 2.0f * first * kSin36;
    const float over_second = -kCos36 * px - kSin36 * py;
    const float second = over_second > 0.0f ? over_second : 0.0f;
    px += 2.0f * second * kCos36;
    py += 2.0f * second * kSin36;
    px = Absolute(px);
    // From the point (0, 1) to the notch 0.4 (sin 36, cos 36).
    return (0.4f * kSin36) * (py - 1.0f) + (1.0f - 0.4f * kCos36) * px < 0.0f;
  }
};

struct Triangle {  // apex up
  static bool Inside(float x, float y) {
    return (y < 0.55f) & (y > Absolute(x) * 1.62f - 0.95f);
  }
};

template <typename Test>
inline __attribute__((always_inline)) void TestAll(const float* x,
                                                   const float* y, int64_t n,
                                                   uint8_t* inside) {
  for (int64_t i = 0; i < n; ++i) {
    const bool near = x[i] * x[i] + y[i] * y[i] <= kShapeExtent * kShapeExtent;
    inside[i] = near & Test::Inside(x[i], y[i]) ? 1 : 0;
  }
}

}  // namespace

MASKFILL_PIXEL_LOOP
void TestInside(Shape shape, const float* x, const float* y, int64_t n,
                uint8_t* inside) {
  switch (shape) {
    case Shape::kArrow:
      return TestAll<Arrow>(x, y, n, inside);
    case Shape::kCircle:
      return TestAll<Circle>(x, y, n, inside);
    case Shape::kCrescent:
      return TestAll<Crescent>(x, y, n, inside);
    case Shape::kCross:
      return TestAll<Cross>(x, y, n, inside);
    case Shape::kHeart:
      return TestAll<Heart>(x, y, n, inside);
    case Shape::kHexagon:
      return TestAll<Hexagon>(x, y, n, inside);
    case Shape::kRing:
      return TestAll<Ring>(x, y, n, inside);
    case Shape::kSquare:
      return TestAll<Square>(x, y, n, inside);
    case Shape::kStar:
      return TestAll<Star>(x, y, n, inside);
    case Shape::kTriangle:
      return TestAll<Triangle>(x, y, n, inside);
  }
}

}  // namespace maskfill

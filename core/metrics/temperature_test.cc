#include "core/metrics/temperature.h"

#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "core/metrics/logit_vector.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

constexpr int64_t kClasses = 4;
const std::vector<int64_t> kAll = {0, 1, 2, 3};

// Images with their logits in full.
class Images {
 public:
  void Add(const std::vector<float>& logits, std::vector<int64_t> right) {
    bytes_.push_back(ToLogitVector(logits).below_largest());
    right_.push_back(std::move(right));
    logits_.push_back(logits);
  }

  std::vector<StoredLogits> stored() const {
    std::vector<StoredLogits> stored;
    for (size_t i = 0; i < bytes_.size(); ++i) {
      stored.push_back({bytes_[i], right_[i]});
    }
    return stored;
  }

  // Mean loss, from its definition.
  double Loss(const std::vector<int64_t>& allowed, double temperature) const {
    double loss = 0;
    for (size_t i = 0; i < logits_.size(); ++i) {
      const auto sum = [&](const std::vector<int64_t>& classes) {
        double sum = 0;
        for (const int64_t c : classes) {
          sum +=
              std::exp((static_cast<double>(logits_[i][c]) - 10) / temperature);
        }
        return sum;
      };
      loss += std::log(sum(allowed)) - std::log(sum(right_[i]));
    }
    return loss / static_cast<double>(logits_.size());
  }

 private:
  std::vector<std::string> bytes_;
  std::vector<std::vector<int64_t>> right_;
  std::vector<std::vector<float>> logits_;
};

// Over-confident: one image in five is wrong by as much as others are right.
// The logits are halves already.
Images SomeImages() {
  Images images;
  for (int i = 0; i < 1500; ++i) {
    std::vector<float> logits(kClasses);
    for (int c = 0; c < kClasses; ++c) {
      logits[c] = static_cast<float>((i * (c + 3) * 7) % 16) / 4;
    }
    const int64_t right = (i + 1) % kClasses;
    logits[i % 5 == 0 ? i % kClasses : right] = 10;
    images.Add(logits, {right});
  }
  return images;
}

TEST(FitTemperature, FindsTheLeastLoss) {
  const Images images = SomeImages();
  ASSERT_OK_AND_ASSIGN(const double fitted,
                       FitTemperature(images.stored(), kAll, 2));
  EXPECT_GT(fitted, 1);
  const double least = images.Loss(kAll, fitted);
  EXPECT_LT(least, images.Loss(kAll, 1));
  EXPECT_LT(least, images.Loss(kAll, fitted * 1.001));
  EXPECT_LT(least, images.Loss(kAll, fitted / 1.001));
}

// With two classes d apart, right three times of four, the best probability
// is 3/4: d / T = log 3.
TEST(FitTemperature, IsExactForTwoClasses) {
  Images images;
  for (int i = 0; i < 4; ++i) images.Add({2, 7}, {i == 0 ? 0 : 1});
  ASSERT_OK_AND_ASSIGN(const double fitted,
                       FitTemperature(images.stored(), {0, 1}, 1));
  EXPECT_NEAR(fitted, 5 / std::log(3.0), 1e-5);
}

// Of many images some are asked first.
TEST(FitTemperature, IsThatOfAllOfManyImages) {
  Images images;
  for (int i = 0; i < 12000; ++i) {
    images.Add({2, 7}, {i % 4 == 0 && i < 9000 ? 0 : 1});
  }
  ASSERT_OK_AND_ASSIGN(const double fitted,
                       FitTemperature(images.stored(), {0, 1}, 2));
  // Wrong are 2250 of 12000: 5 / T = log(9750 / 2250).
  EXPECT_NEAR(fitted, 5 / std::log(9750.0 / 2250), 1e-5);
}

TEST(FitTemperature, DoesNotDependOnThreads) {
  const Images images = SomeImages();
  ASSERT_OK_AND_ASSIGN(const double one,
                       FitTemperature(images.stored(), kAll, 1));
  ASSERT_OK_AND_ASSIGN(const double three,
                       FitTemperature(images.stored(), kAll, 3));
  EXPECT_EQ(one, three);
}

TEST(FitTemperature, EndsAtTheEndsOfItsRange) {
  Images right, wrong;
  right.Add({0, 1, 2, 3}, {3});
  wrong.Add({0, 1, 2, 3}, {0});
  ASSERT_OK_AND_ASSIGN(const double least,
                       FitTemperature(right.stored(), kAll, 1));
  EXPECT_DOUBLE_EQ(least, kLeastTemperature);
  ASSERT_OK_AND_ASSIGN(const double greatest,
                       FitTemperature(wrong.stored(), kAll, 1));
  EXPECT_DOUBLE_EQ(greatest, kGreatestTemperature);
  EXPECT_THAT(FitTemperature({}, kAll, 1),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(ScaleByTemperature, GivesLossAndConfidence) {
  Images images;
  images.Add({1, 3, 2, 9}, {1});
  images.Add({4, 3, 2, 9}, {0, 2});
  // Class 3 is not allowed.
  const std::vector<int64_t> allowed = {0, 1, 2};
  const std::vector<ScaledImage> scaled =
      ScaleByTemperature(images.stored(), allowed, 2, 1);
  ASSERT_EQ(scaled.size(), 2);
  const double first = std::exp(0.5) + std::exp(1.5) + std::exp(1.0);
  EXPECT_NEAR(scaled[0].confidence, std::exp(1.5) / first, 1e-6);
  EXPECT_NEAR(scaled[0].loss, std::log(first) - 1.5, 1e-6);
  const double second = std::exp(2.0) + std::exp(1.5) + std::exp(1.0);
  EXPECT_NEAR(scaled[1].confidence, std::exp(2.0) / second, 1e-6);
  EXPECT_NEAR(scaled[1].loss,
              std::log(second / (std::exp(2.0) + std::exp(1.0))), 1e-6);
}

TEST(ScaleByTemperature, StaysFiniteFarBelowTheLargest) {
  Images images;
  images.Add({-5000, -5001, 0}, {1});
  const std::vector<ScaledImage> scaled =
      ScaleByTemperature(images.stored(), {0, 1}, 1, 1);
  // Halves at 5000 are 4 apart: both are -5000.
  EXPECT_NEAR(scaled[0].loss, std::log(2.0), 1e-9);
  EXPECT_NEAR(scaled[0].confidence, 0.5, 1e-9);
}

}  // namespace
}  // namespace maskfill

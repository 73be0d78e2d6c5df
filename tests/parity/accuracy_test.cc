// Accuracies of the goldens' logits, by the meter that eval uses.

#include "core/metrics/accuracy.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "ATen/core/Tensor.h"
#include "absl/types/span.h"
#include "core/base/files.h"
#include "core/model/named_tensors.h"
#include "core/model/safetensors.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/support/golden_directory.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

class AccuracyGolden : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(const std::string dir, GoldenDirectory());
    ASSERT_OK_AND_ASSIGN(
        SafetensorsFile file,
        ReadSafetensors(JoinPath(dir, "accuracy.safetensors")));
    tensors_ = std::move(file.tensors);
    ASSERT_OK_AND_ASSIGN(const std::string json,
                         ReadFile(JoinPath(dir, "accuracy.json")));
    expected_ = nlohmann::json::parse(json);
    num_classes_ = tensors_.at("logits").size(1);
    const std::vector<int64_t> ignored = expected_["ignored_classes"];
    for (int64_t c = 0; c < num_classes_; ++c) {
      if (std::count(ignored.begin(), ignored.end(), c) == 0) {
        allowed_.push_back(c);
      }
    }
  }

  // Over all images, whose labels `labels_of` gives.
  AccuracySums Sums(
      const std::vector<int64_t>& allowed,
      const std::function<std::vector<int64_t>(int64_t)>& labels_of) {
    auto meter = AccuracyMeter::Create(num_classes_, allowed);
    EXPECT_OK(meter);
    const at::Tensor logits = tensors_.at("logits").contiguous();
    const float* row = logits.const_data_ptr<float>();
    for (int64_t i = 0; i < logits.size(0); ++i, row += num_classes_) {
      EXPECT_OK(
          meter->Add(absl::MakeConstSpan(row, num_classes_), labels_of(i)));
    }
    return meter->sums();
  }

  std::vector<int64_t> LabelOf(int64_t image) const {
    return {tensors_.at("labels").const_data_ptr<int64_t>()[image]};
  }

  NamedTensors tensors_;
  nlohmann::json expected_;
  int64_t num_classes_ = 0;
  std::vector<int64_t> allowed_;
};

// Percentages: the goldens may hold them in single precision.
constexpr double kTolerance = 1e-5;

TEST_F(AccuracyGolden, Top1OverAllClasses) {
  const AccuracySums sums = Sums({}, [&](int64_t i) { return LabelOf(i); });
  EXPECT_EQ(sums.counted, tensors_.at("labels").size(0));
  EXPECT_NEAR(sums.Top1(), expected_["top1"].get<double>(), kTolerance);
}

TEST_F(AccuracyGolden, Top1OverASubsetOfTheClasses) {
  const AccuracySums sums =
      Sums(allowed_, [&](int64_t i) { return LabelOf(i); });
  EXPECT_EQ(sums.counted, expected_["n_subset_counted"]);
  EXPECT_NEAR(sums.Top1(), expected_["subset_top1"].get<double>(), kTolerance);
}

TEST_F(AccuracyGolden, Top1WithSeveralLabelsPerImage) {
  const at::Tensor hot = tensors_.at("multi_labels").contiguous();
  const AccuracySums sums = Sums(allowed_, [&](int64_t i) {
    std::vector<int64_t> labels;
    for (int64_t c = 0; c < num_classes_; ++c) {
      if (hot.const_data_ptr<uint8_t>()[i * num_classes_ + c] != 0) {
        labels.push_back(c);
      }
    }
    return labels;
  });
  EXPECT_EQ(sums.counted, expected_["n_multilabel_counted"]);
  EXPECT_NEAR(sums.Top1(), expected_["multilabel_subset_top1"].get<double>(),
              kTolerance);
}

}  // namespace
}  // namespace maskfill

// Masks and refilled pixels of the goldens, by the code that mask_tool uses:
// equal in every bit and byte.

#include <cmath>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ATen/core/Tensor.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/types/span.h"
#include "core/base/files.h"
#include "core/image/image.h"
#include "core/image/patch_grid.h"
#include "core/image/patch_mask.h"
#include "core/masking/patch_masks.h"
#include "core/masking/refill.h"
#include "core/model/named_tensors.h"
#include "core/model/safetensors.h"
#include "gtest/gtest.h"
#include "proto/records.pb.h"
#include "tests/support/golden_directory.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

constexpr char kRelevance[] = "transformer_attribution_normalised";

class MaskingGolden : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(const std::string dir, GoldenDirectory());
    ASSERT_OK_AND_ASSIGN(SafetensorsFile file,
                         ReadSafetensors(JoinPath(dir, "vision.safetensors")));
    for (auto& [name, tensor] : file.tensors) {
      tensors_[name] = tensor.contiguous();
    }
    const at::Tensor& images = tensors_.at("images_u8");
    num_images_ = images.size(0);
    const int64_t num_patches = tensors_.at(kRelevance).size(1);
    const int64_t side = std::lround(std::sqrt(num_patches));
    ASSERT_EQ(side * side, num_patches);
    ASSERT_OK_AND_ASSIGN(grid_,
                         PatchGrid::ForImage(images.size(2), images.size(3),
                                             images.size(3) / side));
    for (int64_t i = 0; i < num_images_; ++i) {
      images_.push_back(ImageOf("images_u8", i));
    }
  }

  // Image `i` of a [N, 3, S, S] uint8 tensor.
  Image ImageOf(const std::string& name, int64_t i) const {
    const at::Tensor& tensor = tensors_.at(name);
    Image image(tensor.size(2), tensor.size(3));
    const int64_t plane = image.height * image.width;
    const uint8_t* from = tensor.const_data_ptr<uint8_t>() + 3 * plane * i;
    for (int64_t pixel = 0; pixel < plane; ++pixel) {
      for (int64_t c = 0; c < 3; ++c) {
        image.pixels[static_cast<size_t>(3 * pixel + c)] =
            from[c * plane + pixel];
      }
    }
    return image;
  }

  // The patches' values of image `i` in a [N, P] or [N, rows, cols] tensor.
  template <typename T>
  absl::Span<const T> PatchValues(const std::string& name, int64_t i) const {
    const int64_t patches = grid_.num_patches();
    return absl::MakeConstSpan(
        tensors_.at(name).const_data_ptr<T>() + patches * i,
        static_cast<size_t>(patches));
  }

  // `spec` as in the tensors' names: "object_0.4", "random_0.5".
  PatchMask MaskFor(const std::string& spec, int64_t i) const {
    const std::vector<std::string> fields = absl::StrSplit(spec, '_');
    double number = 0;
    EXPECT_TRUE(absl::SimpleAtod(fields[1], &number)) << spec;
    const auto kind = ParseMaskKind(fields[0]);
    EXPECT_OK(kind);
    const float limit = static_cast<float>(number);
    switch (*kind) {
      case MaskKind::kObject:
        return ObjectMask(grid_, PatchValues<float>(kRelevance, i), limit);
      case MaskKind::kContext:
        return ContextMask(grid_, PatchValues<float>(kRelevance, i), limit);
      case MaskKind::kRandom:
        return RandomMask(grid_, PatchValues<float>("random_uniform", i),
                          limit);
    }
    return PatchMask();
  }

  // What follows `prefix` in the names of tensors that begin with it.
  std::set<std::string> Suffixes(const std::string& prefix) const {
    std::set<std::string> suffixes;
    for (const auto& [name, tensor] : tensors_) {
      if (absl::StartsWith(name, prefix)) {
        suffixes.insert(name.substr(prefix.size()));
      }
    }
    suffixes.erase("donor");
    return suffixes;
  }

  NamedTensors tensors_;
  PatchGrid grid_;
  int64_t num_images_ = 0;
  std::vector<Image> images_;
};

TEST_F(MaskingGolden, ObjectMasksAtEveryThreshold) {
  const std::set<std::string> thresholds = Suffixes("object_mask_");
  ASSERT_FALSE(thresholds.empty());
  for (const std::string& threshold : thresholds) {
    for (int64_t i = 0; i < num_images_; ++i) {
      const PatchMask object = MaskFor("object_" + threshold, i);
      const auto expected = PatchValues<bool>("object_mask_" + threshold, i);
      for (int64_t patch = 0; patch < grid_.num_patches(); ++patch) {
        EXPECT_EQ(object.masked(patch), expected[static_cast<size_t>(patch)])
            << "threshold " << threshold << ", image " << i << ", patch "
            << patch;
      }
      EXPECT_EQ(MaskFor("context_" + threshold, i), object.Complement());
    }
  }
}

TEST_F(MaskingGolden, SingleFillPixels) {
  const std::set<std::string> specs = Suffixes("single_fill_");
  ASSERT_GE(specs.size(), 3u);
  const int64_t* donors =
      tensors_.at("single_fill_donor").const_data_ptr<int64_t>();
  for (const std::string& spec : specs) {
    for (int64_t i = 0; i < num_images_; ++i) {
      Image filled = images_[static_cast<size_t>(i)];
      CopyPatches(grid_, MaskFor(spec, i).MaskedPatches(),
                  images_[static_cast<size_t>(donors[i])], &filled);
      EXPECT_TRUE(filled == ImageOf("single_fill_" + spec, i))
          << spec << ", image " << i;
    }
  }
}

TEST_F(MaskingGolden, MultiFillPixels) {
  const std::set<std::string> specs = Suffixes("multi_fill_");
  ASSERT_GE(specs.size(), 3u);
  for (const std::string& spec : specs) {
    for (int64_t i = 0; i < num_images_; ++i) {
      const auto donors = PatchValues<int64_t>("multi_fill_donor", i);
      Image filled = images_[static_cast<size_t>(i)];
      for (const int64_t patch : MaskFor(spec, i).MaskedPatches()) {
        const int64_t donor = donors[static_cast<size_t>(patch)];
        CopyPatches(grid_, {patch}, images_[static_cast<size_t>(donor)],
                    &filled);
      }
      EXPECT_TRUE(filled == ImageOf("multi_fill_" + spec, i))
          << spec << ", image " << i;
    }
  }
}

// The half of the way that a CAM takes through its record.
TEST_F(MaskingGolden, RelevanceSurvivesItsRecord) {
  for (int64_t i = 0; i < num_images_; ++i) {
    const auto relevance = PatchValues<float>(kRelevance, i);
    v1::CamRecord cam;
    cam.set_grid_height(static_cast<int32_t>(grid_.rows));
    cam.set_grid_width(static_cast<int32_t>(grid_.cols));
    cam.set_relevance(relevance.data(), relevance.size() * sizeof(float));
    ASSERT_OK_AND_ASSIGN(const std::vector<float> read,
                         RelevanceFromRecord(cam));
    EXPECT_EQ(read, std::vector<float>(relevance.begin(), relevance.end()));
  }
}

}  // namespace
}  // namespace maskfill

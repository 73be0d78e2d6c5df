#include "core/text/zeroshot_head.h"

#include "ATen/ops/allclose.h"
#include "ATen/ops/equal.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tiny_clip.h"

namespace maskfill {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

ZeroshotHeadOptions TwoTemplates(std::vector<std::string> names) {
  ZeroshotHeadOptions options;
  options.class_names = std::move(names);
  options.prompts.templates = {"a photo of a {}.", "{}"};
  return options;
}

TEST(ZeroshotHead, HasRowsOfTheTemperaturesLength) {
  const Checkpoint clip = TinyClipCheckpoint();
  ASSERT_OK_AND_ASSIGN(const at::Tensor head,
                       ZeroshotHead(clip, TwoTemplates({"dog", "big cat"})));
  ASSERT_EQ(head.sizes(), at::IntArrayRef({2, 4}));
  // |row| = exp(log(1 / 0.07)) = 14.2857; tolerance: float32 in the sums.
  const at::Tensor lengths = head.norm(2, 1);
  for (int i = 0; i < 2; ++i) {
    EXPECT_NEAR(lengths[i].item<float>(), 1 / 0.07, 1e-4);
  }
}

TEST(ZeroshotHead, GivesEqualNamesEqualRows) {
  const Checkpoint clip = TinyClipCheckpoint();
  ZeroshotHeadOptions options = TwoTemplates({"dog", "cat", "dog", "a b c d"});
  options.compute.batch_size = 2;
  ASSERT_OK_AND_ASSIGN(const at::Tensor head, ZeroshotHead(clip, options));
  EXPECT_TRUE(at::equal(head[0], head[2]));
  EXPECT_FALSE(at::equal(head[0], head[1]));
}

TEST(ZeroshotHead, DoesNotDependOnTheBatchSize) {
  const Checkpoint clip = TinyClipCheckpoint();
  ZeroshotHeadOptions options = TwoTemplates({"dog", "cat", "a b c d", "e"});
  ASSERT_OK_AND_ASSIGN(const at::Tensor whole, ZeroshotHead(clip, options));
  for (const int64_t batch_size : {1, 3, 4}) {
    options.compute.batch_size = batch_size;
    ASSERT_OK_AND_ASSIGN(const at::Tensor head, ZeroshotHead(clip, options));
    // Tolerance: other shapes, other summation order.
    EXPECT_TRUE(at::allclose(head, whole, 1e-5, 1e-5)) << batch_size;
  }
}

TEST(ZeroshotHead, TakesEachClassesOwnPrompts) {
  const Checkpoint clip = TinyClipCheckpoint();
  ASSERT_OK_AND_ASSIGN(const at::Tensor expected,
                       ZeroshotHead(clip, TwoTemplates({"dog", "cat"})));
  ZeroshotHeadOptions options;
  options.class_names = {"dog", "cat"};
  options.prompts.of_class = {{"dog", {"a photo of a dog.", "dog"}},
                              {"cat", {"cat"}}};
  ASSERT_OK_AND_ASSIGN(const at::Tensor head, ZeroshotHead(clip, options));
  // Tolerance: other shapes, other summation order.
  EXPECT_TRUE(at::allclose(head[0], expected[0], 1e-5, 1e-5));
  EXPECT_FALSE(at::allclose(head[1], expected[1], 1e-2, 1e-2));
}

TEST(ZeroshotHead, NamesAPromptThatIsTooLong) {
  std::string long_name;
  for (int i = 0; i < 80; ++i) long_name += "1 ";
  EXPECT_THAT(ZeroshotHead(TinyClipCheckpoint(), TwoTemplates({long_name})),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("class \"1 1 1 "),
                             HasSubstr("...\" has 87 tokens"),
                             HasSubstr("the model takes 77"))));
}

TEST(ZeroshotHead, NeedsATextTower) {
  Checkpoint clip = TinyClipCheckpoint();
  clip.config.text = {};
  EXPECT_THAT(ZeroshotHead(clip, TwoTemplates({"dog"})),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("no text tower")));
}

}  // namespace
}  // namespace maskfill

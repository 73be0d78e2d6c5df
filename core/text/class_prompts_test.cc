#include "core/text/class_prompts.h"

#include <array>
#include <map>

#include "ATen/ops/equal.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

ModelConfig Config() {
  ModelConfig config;
  config.context_length = 8;
  config.vocab_size = 49408;
  return config;
}

const Prompts kTwo = {.templates = {"a {}", "the big {}"}};

TEST(ClassPrompts, AreTheTokensOfEachNameOnce) {
  ASSERT_OK_AND_ASSIGN(
      const ClassPrompts prompts,
      ClassPrompts::Create(Config(), {"dog", "cat", "dog"}, kTwo));
  EXPECT_EQ(prompts.num_names(), 2);
  EXPECT_THAT(prompts.names(), ElementsAre(0, 1, 0));
  EXPECT_EQ(prompts.first_row(1), 2);
  EXPECT_EQ(prompts.first_row(2), 4);
  const at::Tensor& tokens = prompts.tokens();
  ASSERT_EQ(tokens.sizes(), at::IntArrayRef({4, 8}));
  // "a dog" and "a cat" of CLIP's tokenizer, between start and end.
  const std::array<int32_t, 8> dog = {49406, 320, 1929, 49407, 0, 0, 0, 0};
  const std::array<int32_t, 8> cat = {49406, 320, 2368, 49407, 0, 0, 0, 0};
  for (int64_t i = 0; i < 8; ++i) {
    EXPECT_EQ(tokens[0][i].item<int32_t>(), dog[i]) << i;
    EXPECT_EQ(tokens[2][i].item<int32_t>(), cat[i]) << i;
  }
  EXPECT_FALSE(at::equal(tokens[0], tokens[1]));
}

TEST(ClassPrompts, MayBeEachClassesOwn) {
  const Prompts own = {
      .templates = {},
      .of_class = {{"dog", {"it barks"}}, {"cat", {"it purrs", "it sleeps"}}}};
  ASSERT_OK_AND_ASSIGN(const ClassPrompts prompts,
                       ClassPrompts::Create(Config(), {"dog", "cat"}, own));
  EXPECT_EQ(prompts.first_row(1), 1);
  EXPECT_EQ(prompts.first_row(2), 3);
  for (int64_t epoch = 0; epoch < 10; ++epoch) {
    EXPECT_EQ(prompts.Draw(0, epoch, "image", 0), 0);
  }
}

TEST(ClassPrompts, AreDrawnBySeedEpochAndImageAlone) {
  Prompts four;
  four.templates = {"a {}", "the {}", "one {}", "my {}"};
  ASSERT_OK_AND_ASSIGN(const ClassPrompts prompts,
                       ClassPrompts::Create(Config(), {"dog", "cat"}, four));
  // Of 400 images each prompt of the class gets 100; the binomial's standard
  // deviation is 8.7.
  std::map<int64_t, int> counts;
  int other_epoch = 0, other_seed = 0;
  for (int i = 0; i < 400; ++i) {
    const std::string id = absl::StrCat("image-", i);
    const int64_t row = prompts.Draw(3, 1, id, 1);
    EXPECT_EQ(prompts.Draw(3, 1, id, 1), row);
    // Of another class it is the same template.
    EXPECT_EQ(prompts.Draw(3, 1, id, 0), row - 4);
    ++counts[row];
    other_epoch += prompts.Draw(3, 2, id, 1) != row;
    other_seed += prompts.Draw(4, 1, id, 1) != row;
  }
  ASSERT_EQ(counts.size(), 4);
  for (const auto& [row, count] : counts) {
    EXPECT_GE(row, 4);
    EXPECT_LT(row, 8);
    EXPECT_NEAR(count, 100, 40);
  }
  // Three in four differ.
  EXPECT_NEAR(other_epoch, 300, 40);
  EXPECT_NEAR(other_seed, 300, 40);
}

TEST(ClassPrompts, FitTheTextTower) {
  EXPECT_THAT(ClassPrompts::Create(Config(), {"dog", "1 2 3 4 5 6 7"}, kTwo),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("class \"1 2 3 4 5 6 7\""),
                             HasSubstr("the model takes 8"))));
  ModelConfig other = Config();
  other.vocab_size = 10;
  EXPECT_THAT(ClassPrompts::Create(other, {"dog"}, kTwo),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("vocabulary of 10 tokens")));
}

}  // namespace
}  // namespace maskfill

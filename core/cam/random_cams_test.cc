#include "core/cam/random_cams.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace maskfill {
namespace {

constexpr int64_t kPatches = 400;

at::Tensor Relevance(uint64_t seed, const std::vector<std::string>& ids) {
  return RandomCams(seed, ids, kPatches).relevance;
}

TEST(RandomCams, DependOnSeedAndIdAlone) {
  const at::Tensor two = Relevance(1, {"a", "b"});
  EXPECT_TRUE(Relevance(1, {"b"})[0].equal(two[1]));
  EXPECT_FALSE(two[0].equal(two[1]));
  EXPECT_FALSE(Relevance(2, {"a"})[0].equal(two[0]));
}

TEST(RandomCams, AreUniformUpToTheirMaximum) {
  const Cams cams = RandomCams(1, std::vector<std::string>{"a"}, kPatches);
  EXPECT_FALSE(cams.targets.defined());
  EXPECT_NEAR(cams.relevance.max().item<double>(), 1, 1e-6);
  EXPECT_GE(cams.relevance.min().item<double>(), 0);
  // Five deviations of a mean of 400: 5 / sqrt(12 * 400) = 0.07.
  EXPECT_NEAR(cams.relevance.mean().item<double>(), 0.5, 0.07);
}

}  // namespace
}  // namespace maskfill

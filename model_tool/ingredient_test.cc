#include "model_tool/ingredient.h"

#include <cstdint>
#include <string>

#include "ATen/core/Tensor.h"
#include "ATen/ops/full.h"
#include "absl/status/status.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/model/checkpoint.h"
#include "core/model/named_tensors.h"
#include "core/training/training_state.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/random_weights.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class IngredientTest : public testing::Test {
 protected:
  void SetUp() override {
    dir_ = TestDirectory();
    checkpoint_.config.embed_dim = 4;
    checkpoint_.config.vision = {
        .width = 8, .heads = 2, .layers = 1, .mlp_width = 16};
    checkpoint_.config.image_size = 4;
    checkpoint_.config.patch_size = 2;
    checkpoint_.config.num_classes = 3;
    checkpoint_.tensors = RandomWeights(checkpoint_.config, 1);
    checkpoint_.tensors["logit_scale"] = at::full({}, 4.6f);  // not trained
  }
  std::string Path(const std::string& name) const {
    return JoinPath(dir_, name);
  }
  // As train leaves it: what is trained, in a state of its run.
  void SaveState(int64_t step, uint64_t seed) {
    TrainingState state;
    state.learner.step = step;
    state.learner.parameters = RandomWeights(checkpoint_.config, seed);
    ASSERT_OK(SaveTrainingState(Path("run/state"), state, /*keep=*/9));
  }

  std::string dir_;
  Checkpoint checkpoint_;
};

constexpr char kState[] = "run/state/step-0000000012";

TEST_F(IngredientTest, OfACheckpointIsThatCheckpoint) {
  ASSERT_OK_AND_ASSIGN(const std::string fingerprint,
                       WriteCheckpoint(Path("a"), checkpoint_));
  ASSERT_OK_AND_ASSIGN(const Ingredient ingredient,
                       Ingredient::Open(Path("a")));
  EXPECT_EQ(ingredient.fingerprint(), fingerprint);
  ASSERT_OK_AND_ASSIGN(const Checkpoint loaded, ingredient.Load());
  EXPECT_EQ(loaded.fingerprint, fingerprint);
}

TEST_F(IngredientTest, OfAStateIsCompletedByItsRunsLastCheckpoint) {
  ASSERT_OK(WriteCheckpoint(Path("run/last"), checkpoint_));
  SaveState(12, /*seed=*/2);
  ASSERT_OK_AND_ASSIGN(const Ingredient ingredient,
                       Ingredient::Open(Path(kState)));
  EXPECT_EQ(ingredient.dir(), Path(kState));
  ASSERT_OK_AND_ASSIGN(const Checkpoint loaded, ingredient.Load());
  EXPECT_EQ(loaded.config.num_classes, 3);
  EXPECT_EQ(loaded.tensors.size(), checkpoint_.tensors.size());
  EXPECT_EQ(loaded.tensors.at("logit_scale").item<float>(), 4.6f);
  for (const auto& [name, tensor] : RandomWeights(checkpoint_.config, 2)) {
    EXPECT_TRUE(loaded.tensors.at(name).equal(tensor)) << name;
  }
}

TEST_F(IngredientTest, StatesOfOtherWeightsHaveOtherFingerprints) {
  ASSERT_OK(WriteCheckpoint(Path("run/last"), checkpoint_));
  SaveState(12, 2);
  SaveState(13, 3);
  SaveState(14, 2);
  ASSERT_OK_AND_ASSIGN(const Ingredient a, Ingredient::Open(Path(kState)));
  ASSERT_OK_AND_ASSIGN(const Ingredient b,
                       Ingredient::Open(Path("run/state/step-0000000013")));
  ASSERT_OK_AND_ASSIGN(const Ingredient same,
                       Ingredient::Open(Path("run/state/step-0000000014/")));
  EXPECT_NE(a.fingerprint(), b.fingerprint());
  EXPECT_NE(a.fingerprint(), a.checkpoint().fingerprint());
  EXPECT_EQ(a.fingerprint(), same.fingerprint());
}

TEST_F(IngredientTest, AStateOfAnUnfinishedRunIsRefused) {
  SaveState(12, 2);
  EXPECT_THAT(Ingredient::Open(Path(kState)),
              StatusIs(absl::StatusCode::kNotFound,
                       AllOf(HasSubstr(Path(kState)), HasSubstr("run/last"),
                             HasSubstr("let the training finish"))));
}

TEST_F(IngredientTest, AStateThatDoesNotFitItsRunIsRefused) {
  ASSERT_OK(WriteCheckpoint(Path("run/last"), checkpoint_));
  checkpoint_.config.num_classes = 4;
  SaveState(12, 2);
  EXPECT_THAT(Ingredient::Open(Path(kState)),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("\"classifier.bias\"")));
}

TEST_F(IngredientTest, ADamagedStateIsDataLoss) {
  ASSERT_OK(WriteCheckpoint(Path("run/last"), checkpoint_));
  SaveState(12, 2);
  const std::string file = JoinPath(Path(kState), "model.safetensors");
  ASSERT_OK_AND_ASSIGN(std::string bytes, ReadFile(file));
  bytes.back() ^= 1;
  ASSERT_OK(WriteFileAtomically(file, bytes));
  ASSERT_OK_AND_ASSIGN(const Ingredient ingredient,
                       Ingredient::Open(Path(kState)));
  EXPECT_THAT(ingredient.Load(),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr(file)));
}

}  // namespace
}  // namespace maskfill

#include "model_tool/weights/torch_save.h"

#include <memory>
#include <string>

#include "ATen/ops/arange.h"
#include "ATen/ops/empty.h"
#include "ATen/ops/equal.h"
#include "ATen/ops/full.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/base/mapped_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "model_tool/weights/state_dict.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using ::testing::HasSubstr;

// The bytes of a file with these tensors.
std::string Saved(const NamedTensors& tensors, const std::string& name) {
  const std::string path = JoinPath(TestDirectory(), name);
  auto file = AtomicFile::Create(path);
  EXPECT_OK(file);
  EXPECT_OK(TorchSave(tensors, file->get()));
  EXPECT_OK((*file)->Commit());
  return ReadFile(path).value();
}

// A matrix, one that is not contiguous, a view, a scalar and nothing.
NamedTensors EveryShape() {
  const at::Tensor whole = at::arange(12, at::kFloat).reshape({3, 4});
  return {{"whole", whole},
          {"transposed", whole.t()},
          {"row", whole[1]},
          {"scalar", at::full({}, 2.5f)},
          {"empty", at::empty({0, 3})}};
}

TEST(TorchSave, IsReadAsItWasGiven) {
  const NamedTensors tensors = EveryShape();
  const std::string bytes = Saved(tensors, "a.pt");
  const std::string path = JoinPath(TestDirectory(), "b.pt");
  ASSERT_OK(WriteFileAtomically(path, bytes));
  ASSERT_OK_AND_ASSIGN(const auto file, MappedFile::Open(path));
  ASSERT_OK_AND_ASSIGN(const StateDict state, ReadStateDict(file));
  EXPECT_EQ(state.format, WeightsFormat::kPickle);
  ASSERT_EQ(state.tensors.size(), tensors.size());
  for (const auto& [name, tensor] : tensors) {
    EXPECT_TRUE(at::equal(state.tensors.at(name), tensor)) << name;
  }
}

// Those are written while the next one's checksum is computed.
TEST(TorchSave, KeepsLongTensorsUntilTheyAreWritten) {
  NamedTensors tensors;
  for (int i = 0; i < 8; ++i) {
    tensors[absl::StrCat(i)] =
        at::arange(i, (1 << 19) + i, at::kFloat).reshape({2, 1 << 18}).t();
  }
  const std::string bytes = Saved(tensors, "a.pt");
  const std::string path = JoinPath(TestDirectory(), "b.pt");
  ASSERT_OK(WriteFileAtomically(path, bytes));
  ASSERT_OK_AND_ASSIGN(const auto file, MappedFile::Open(path));
  // Checks zip's checksums.
  ASSERT_OK_AND_ASSIGN(const StateDict state, ReadStateDict(file));
  for (const auto& [name, tensor] : tensors) {
    EXPECT_TRUE(at::equal(state.tensors.at(name), tensor)) << name;
  }
}

TEST(TorchSave, WritesTheSameBytesUnderAnyName) {
  EXPECT_EQ(Saved(EveryShape(), "a.pt"), Saved(EveryShape(), "b.pt"));
}

// Twelve floats, not the memory that the view lies in.
TEST(TorchSave, WritesAViewWithoutItsSurroundings) {
  const at::Tensor large = at::full({1 << 20}, 1.0f);
  const std::string bytes = Saved({{"view", large.slice(0, 0, 12)}}, "a.pt");
  EXPECT_LT(bytes.size(), 4096u);
}

TEST(TorchSave, RefusesOtherTypes) {
  const std::string path = JoinPath(TestDirectory(), "a.pt");
  ASSERT_OK_AND_ASSIGN(const auto file, AtomicFile::Create(path));
  EXPECT_THAT(
      TorchSave({{"half", at::full({2}, 1.0f).to(at::kHalf)}}, file.get()),
      StatusIs(absl::StatusCode::kInvalidArgument,
               HasSubstr("\"half\" is Half, expected Float")));
}

}  // namespace
}  // namespace maskfill

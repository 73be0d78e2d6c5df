#include "model_tool/weights/state_dict.h"

#include <string>

#include "ATen/ops/equal.h"
#include "ATen/ops/tensor.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/model/safetensors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "model_tool/weights/unpickler.h"
#include "tests/support/pickle_writer.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/torch_archives.h"

namespace maskfill {
namespace {

using ::testing::HasSubstr;

// An OrderedDict {"w": [1, 2]}, left on the stack.
PickleWriter& AddWeights(PickleWriter& writer) {
  return writer.Global("collections", "OrderedDict")
      .Op(")R")
      .String("w")
      .Tensor("FloatStorage", "0", 2, 0, {2}, {1})
      .Op("s");
}

void ExpectWeights(const std::string& pickle) {
  const std::string path = JoinPath(TestDirectory(), "a.pt");
  WriteTorchArchive(path, pickle, {{"0", FloatBytes({1, 2})}});
  ASSERT_OK_AND_ASSIGN(const std::string bytes, ReadFile(path));
  ASSERT_OK_AND_ASSIGN(const StateDict state, ParseStateDict(bytes));
  EXPECT_EQ(state.format, WeightsFormat::kPickle);
  ASSERT_EQ(state.tensors.size(), 1u);
  EXPECT_TRUE(at::equal(state.tensors.at("w"), at::tensor({1.f, 2.f})));
}

TEST(StateDict, ReadsAPlainOne) {
  PickleWriter writer;
  ExpectWeights(AddWeights(writer).Finish());
}

TEST(StateDict, FindsItInACheckpoint) {
  for (const char* name : {"state_dict", "model_state_dict", "model"}) {
    PickleWriter writer;
    writer.Op("}").String("epoch").Int(3).Op("s").String(name);
    ExpectWeights(AddWeights(writer).Op("s").Finish());
  }
}

TEST(StateDict, LooksPastOtherTensorsOfACheckpoint) {
  PickleWriter writer;
  writer.Op("}")
      .String("rng_state")
      .Tensor("FloatStorage", "0", 2, 0, {2}, {1})
      .Op("s")
      .String("state_dict");
  ExpectWeights(AddWeights(writer).Op("s").Finish());
}

TEST(StateDict, LooksIntoNestings) {
  PickleWriter writer;
  writer.Op("}").String("model").Op("}").String("state_dict");
  ExpectWeights(AddWeights(writer).Op("ss").Finish());
}

TEST(StateDict, SaysWhatItFoundInstead) {
  const auto expect = [](PickleWriter& writer, const char* message) {
    ASSERT_OK_AND_ASSIGN(const Pickle pickle, Unpickle(writer.Finish()));
    EXPECT_THAT(FindStateDict(pickle.root()),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr(message)));
  };
  PickleWriter module;
  expect(module.Global("models", "ImageClassifier").Op(")R"),
         "an object of models.ImageClassifier");
  PickleWriter empty;
  expect(empty.Op("}").String("epoch").Int(1).Op("s"), "keys \"epoch\"");
  PickleWriter inner;
  expect(inner.Op("}").String("model").Int(1).Op("s"), "an integer");
}

TEST(StateDict, ReadsSafetensorsWithTheirMetadata) {
  const std::string path = JoinPath(TestDirectory(), "any_name.pt");
  ASSERT_OK(WriteSafetensors(path, {{"w", at::tensor({1.f, 2.f})}},
                             {{"activation", "gelu"}}));
  ASSERT_OK_AND_ASSIGN(const std::string bytes, ReadFile(path));
  ASSERT_OK_AND_ASSIGN(const StateDict state, ParseStateDict(bytes));
  EXPECT_EQ(state.format, WeightsFormat::kSafetensors);
  EXPECT_EQ(state.metadata.at("activation"), "gelu");
  EXPECT_EQ(state.tensors.size(), 1u);
}

// As torch.jit.save pickles a module: an object of its class whose attributes
// are set from a dict.
PickleWriter& BeginModule(PickleWriter& writer) {
  return writer.Global("__torch__.net", "Net").Op(")\x81}(");
}

TEST(StateDict, ReadsTheTensorsOfAScriptedModuleByTheirDottedNames) {
  PickleWriter writer;
  BeginModule(writer).String("training").Op("\x89").String("m");
  BeginModule(writer)
      .String("w")
      .Tensor("FloatStorage", "0", 2, 0, {2}, {1})
      .Op("ub");
  const std::string path = JoinPath(TestDirectory(), "a.pt");
  WriteTorchArchive(path, writer.Op("ub").Finish(), {{"0", FloatBytes({1, 2})}},
                    "little", {{"constants.pkl", ""}});
  ASSERT_OK_AND_ASSIGN(const std::string bytes, ReadFile(path));
  ASSERT_OK_AND_ASSIGN(const StateDict state, ParseStateDict(bytes));
  EXPECT_EQ(state.format, WeightsFormat::kTorchScript);
  ASSERT_EQ(state.tensors.size(), 1u);
  EXPECT_TRUE(at::equal(state.tensors.at("m.w"), at::tensor({1.f, 2.f})));
}

// A module with code of its own for loading (__setstate__) was pickled with
// what that code takes. It is not run, so there are no weights to read.
TEST(StateDict, RunsNoCodeOfAScriptedModule) {
  PickleWriter writer;
  writer.Global("__torch__.net", "Net").Op(")\x81").Int(1).Op("b");
  const std::string path = JoinPath(TestDirectory(), "a.pt");
  WriteTorchArchive(path, writer.Finish(), {}, "little",
                    {{"constants.pkl", ""},
                     {"code/__torch__/net.py",
                      "class Net(Module):\n"
                      "  def __setstate__(self, state: int) -> None:\n"
                      "    raise Exception(\"ran\")\n"}});
  ASSERT_OK_AND_ASSIGN(const std::string bytes, ReadFile(path));
  EXPECT_THAT(ParseStateDict(bytes),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("expected a module of TorchScript")));
}

TEST(StateDict, RefusesOtherFiles) {
  for (const char* bytes : {"", "hello"}) {
    EXPECT_THAT(ParseStateDict(bytes), StatusIs(absl::StatusCode::kDataLoss));
  }
}

}  // namespace
}  // namespace maskfill

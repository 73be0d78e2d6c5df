#include "model_tool/weights/state_dict.h"

#include <string>
#include <utility>
#include <vector>

#include "ATen/ops/equal.h"
#include "ATen/ops/tensor.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/base/mapped_file.h"
#include "core/model/safetensors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "model_tool/weights/pickle_writer.h"
#include "model_tool/weights/unpickler.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/torch_archives.h"

namespace maskfill {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

absl::StatusOr<StateDict> Read(const std::string& path,
                               const std::string& key = "") {
  ASSIGN_OR_RETURN(const auto file, MappedFile::Open(path));
  return ReadStateDict(file, key);
}

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
  ASSERT_OK_AND_ASSIGN(const StateDict state, Read(path));
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

// {"epoch": 1, name: {"visual.conv1.weight": [1, 2]}, ...} for the names.
PickleWriter Checkpoint(const std::vector<std::string>& names) {
  PickleWriter writer;
  writer.Op("}").String("epoch").Int(1).Op("s");
  for (const std::string& name : names) {
    writer.String(name)
        .Op("}")
        .String("visual.conv1.weight")
        .Tensor("FloatStorage", "0", 2, 0, {2}, {1})
        .Op("ss");
  }
  return writer;
}

TEST(StateDict, FindsTheOnlyWeightsWhateverTheirKey) {
  for (const char* name : {"module", "model_ema", "net", "weights"}) {
    ASSERT_OK_AND_ASSIGN(const Pickle pickle,
                         Unpickle(Checkpoint({name}).Finish()));
    ASSERT_OK_AND_ASSIGN(const FoundStateDict found,
                         FindStateDict(pickle.root()));
    EXPECT_EQ(found.key, name);
    EXPECT_THAT(found.other_keys, IsEmpty());
  }
}

TEST(StateDict, SaysWhereElseWeightsLie) {
  const std::string path = JoinPath(TestDirectory(), "a.pt");
  WriteTorchArchive(path, Checkpoint({"model_ema", "model"}).Finish(),
                    {{"0", FloatBytes({1, 2})}});
  ASSERT_OK_AND_ASSIGN(const StateDict raw, Read(path));
  EXPECT_EQ(raw.key, "model");
  EXPECT_THAT(raw.other_keys, ElementsAre("model_ema"));
  EXPECT_THAT(raw.notes, Contains(HasSubstr("--state_key=model_ema")));
  ASSERT_OK_AND_ASSIGN(const StateDict averaged, Read(path, "model_ema"));
  EXPECT_EQ(averaged.key, "model_ema");
}

TEST(StateDict, AsksWhichOfSeveralUnusualKeys) {
  ASSERT_OK_AND_ASSIGN(const Pickle pickle,
                       Unpickle(Checkpoint({"student", "teacher"}).Finish()));
  EXPECT_THAT(FindStateDict(pickle.root()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("under \"student\", \"teacher\"; choose one "
                                 "by --state_key=student")));
}

// A root of its own weights besides others, and names with a prefix in both.
TEST(StateDict, TakesTheRootAndWhatIsLeftOfAKey) {
  PickleWriter writer = Checkpoint({"model", "ema"});
  writer.String("visual.conv1.weight")
      .Tensor("FloatStorage", "0", 2, 0, {2}, {1})
      .Op("s");
  ASSERT_OK_AND_ASSIGN(const Pickle pickle, Unpickle(writer.Finish()));
  struct {
    const char* asked;
    const char* key;
    const char* prefix;
  } const cases[] = {{"", "model", ""},
                     {".", "", "."},
                     {"ema", "ema", ""},
                     {"ema.student", "ema", "student"},
                     {"student", "model", "student"},
                     {"em", "model", "em"}};
  for (const auto& [asked, key, prefix] : cases) {
    ASSERT_OK_AND_ASSIGN(const FoundStateDict found,
                         FindStateDict(pickle.root(), asked));
    EXPECT_EQ(found.key, key) << asked;
    EXPECT_EQ(found.names_prefix, prefix) << asked;
  }
  ASSERT_OK_AND_ASSIGN(const FoundStateDict found,
                       FindStateDict(pickle.root()));
  EXPECT_THAT(found.other_keys, ElementsAre(".", "ema"));
}

// torch.save([model.state_dict(), ema.state_dict()]), or deeper.
TEST(StateDict, LooksIntoListsAndDeepNestings) {
  PickleWriter writer;
  writer.Op("]").Op("(");
  for (int i = 0; i < 2; ++i) {
    writer.Op("}")
        .String("visual.conv1.weight")
        .Tensor("FloatStorage", "0", 2, 0, {2}, {1})
        .Op("s");
  }
  ASSERT_OK_AND_ASSIGN(const Pickle list, Unpickle(writer.Op("e").Finish()));
  EXPECT_THAT(FindStateDict(list.root()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("found weights under \"0\", \"1\"")));
  ASSERT_OK_AND_ASSIGN(const FoundStateDict second,
                       FindStateDict(list.root(), "1"));
  EXPECT_EQ(second.dict, list.root().items[1]);
  PickleWriter deep;
  for (const char* key : {"a", "b", "c", "d", "e"}) deep.Op("}").String(key);
  ASSERT_OK_AND_ASSIGN(
      const Pickle pickle,
      Unpickle(
          AddWeights(deep).Op("s").Op("s").Op("s").Op("s").Op("s").Finish()));
  ASSERT_OK_AND_ASSIGN(const FoundStateDict found,
                       FindStateDict(pickle.root()));
  EXPECT_EQ(found.key, "a.b.c.d.e");
}

// numpy.float64(0.5) as pickle writes it.
TEST(StateDict, LeavesOutNumbersOfNumPy) {
  for (const char* module :
       {"numpy.core.multiarray", "numpy._core.multiarray"}) {
    PickleWriter writer;
    const std::string path = JoinPath(TestDirectory(), "a.pt");
    AddWeights(writer).String("best").Global(module, "scalar");
    writer.Op("(").Op("N").Op("N").Op("tR").Op("s");
    WriteTorchArchive(path, writer.Finish(), {{"0", FloatBytes({1, 2})}});
    ASSERT_OK_AND_ASSIGN(const StateDict state, Read(path));
    EXPECT_THAT(state.notes, ElementsAre(HasSubstr("no tensor: \"best\"")));
  }
}

TEST(StateDict, NamesTensorsOfAnotherKindWhereThereAreNoOthers) {
  PickleWriter writer;
  writer.Op("}").String("w").Global("torch._utils", "_rebuild_tensor_v3");
  ASSERT_OK_AND_ASSIGN(const Pickle pickle,
                       Unpickle(writer.Op(")R").Op("s").Finish()));
  EXPECT_THAT(FindStateDict(pickle.root()),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("\"w\" is an object of "
                                 "torch._utils._rebuild_tensor_v3, expected a "
                                 "dense tensor of torch; save the weights as "
                                 "plain float32 tensors")));
}

TEST(StateDict, LeavesOutWhatIsNoTensorAndSaysSo) {
  PickleWriter writer;
  const std::string path = JoinPath(TestDirectory(), "a.pt");
  WriteTorchArchive(path,
                    AddWeights(writer).String("epoch").Int(1).Op("s").Finish(),
                    {{"0", FloatBytes({1, 2})}});
  ASSERT_OK_AND_ASSIGN(const StateDict state, Read(path));
  EXPECT_THAT(state.notes, ElementsAre(HasSubstr("no tensor: \"epoch\"")));
}

TEST(StateDict, RefusesTensorsThatAreNotDense) {
  PickleWriter writer;
  const std::string path = JoinPath(TestDirectory(), "a.pt");
  WriteTorchArchive(path,
                    AddWeights(writer)
                        .String("v")
                        .Global("torch._utils", "_rebuild_sparse_tensor")
                        .Op(")Rs")
                        .Finish(),
                    {{"0", FloatBytes({1, 2})}});
  EXPECT_THAT(Read(path), StatusIs(absl::StatusCode::kDataLoss,
                                   HasSubstr("_rebuild_sparse_tensor")));
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
  PickleWriter numpy;
  expect(numpy.Op("}")
             .String("w")
             .Global("numpy._core.multiarray", "_reconstruct")
             .Op(")Rs"),
         "numpy._core.multiarray");
}

TEST(StateDict, ReadsSafetensorsWithTheirMetadata) {
  const std::string path = JoinPath(TestDirectory(), "any_name.pt");
  ASSERT_OK(WriteSafetensors(path, {{"w", at::tensor({1.f, 2.f})}},
                             {{"activation", "gelu"}}));
  ASSERT_OK_AND_ASSIGN(const StateDict state, Read(path));
  EXPECT_EQ(state.format, WeightsFormat::kSafetensors);
  EXPECT_EQ(state.metadata.at("activation"), "gelu");
  EXPECT_EQ(state.tensors.size(), 1u);
}

TEST(StateDict, RestoresTheNameThatSaveModelLeftOut) {
  const std::string path = JoinPath(TestDirectory(), "a.safetensors");
  ASSERT_OK(WriteSafetensors(path, {{"copy", at::tensor({1.f, 2.f})}},
                             {{"visual.proj", "copy"}, {"epoch", "copied"}}));
  ASSERT_OK_AND_ASSIGN(const StateDict state, Read(path));
  ASSERT_EQ(state.tensors.size(), 1u);
  EXPECT_EQ(state.tensors.count("visual.proj"), 1u);
  EXPECT_THAT(state.notes, ElementsAre(HasSubstr("\"copy\" is also")));
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
  ASSERT_OK_AND_ASSIGN(const StateDict state, Read(path));
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
  EXPECT_THAT(Read(path),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("expected a module of TorchScript")));
}

TEST(StateDict, ReadsTheActivationFromTheCodeOfAScript) {
  const std::pair<std::string, std::string> codes[] = {
      {"class QuickGELU(Module):\n return torch.sigmoid(x)", "quick_gelu"},
      {"return torch.gelu(x, approximate=\"none\")", "gelu"},
      {"return torch.gelu(x, approximate=\"tanh\")", "gelu_tanh"},
      {"return torch.relu(x)", ""},
  };
  for (const auto& [code, activation] : codes) {
    PickleWriter writer;
    BeginModule(writer).String("w").Tensor("FloatStorage", "0", 2, 0, {2}, {1});
    const std::string path = JoinPath(TestDirectory(), "a.pt");
    WriteTorchArchive(path, writer.Op("ub").Finish(),
                      {{"0", FloatBytes({1, 2})}}, "little",
                      {{"constants.pkl", ""}, {"code/net.py", code}});
    ASSERT_OK_AND_ASSIGN(const StateDict state, Read(path));
    EXPECT_EQ(state.scripted_activation, activation) << code;
  }
}

TEST(StateDict, RefusesOtherFiles) {
  const std::string path = JoinPath(TestDirectory(), "a.pt");
  for (const char* bytes : {"", "hello"}) {
    ASSERT_OK(WriteFileAtomically(path, bytes));
    EXPECT_THAT(Read(path), StatusIs(absl::StatusCode::kDataLoss));
  }
}

}  // namespace
}  // namespace maskfill

#include "model_tool/weights/unpickler.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/counter_rng.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "model_tool/weights/pickle_writer.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using ::testing::HasSubstr;

// {"a": 7, "b": [1.5, None, True], "t": tensor of shape [2, 3]}
std::string SmallPickle() {
  return PickleWriter()
      .Op("}(")
      .String("a")
      .Int(7)
      .String("b")
      .Op("](")
      .Op(absl::string_view("G\x3f\xf8\0\0\0\0\0\0", 9))
      .Op("N\x88"
          "e")
      .String("t")
      .Tensor("FloatStorage", "0", 6, 0, {2, 3}, {3, 1})
      .Op("u")
      .Finish();
}

TEST(Unpickler, ReadsPlainValues) {
  ASSERT_OK_AND_ASSIGN(const Pickle pickle, Unpickle(SmallPickle()));
  const PickleObject& root = pickle.root();
  ASSERT_EQ(root.kind, PickleKind::kDict);
  EXPECT_EQ(root.Find("a")->integer, 7);
  const PickleObject* list = root.Find("b");
  ASSERT_EQ(list->kind, PickleKind::kList);
  EXPECT_EQ(list->items[0]->number, 1.5);
  EXPECT_EQ(list->items[1]->kind, PickleKind::kNone);
  EXPECT_EQ(list->items[2]->integer, 1);
  EXPECT_EQ(root.Find("absent"), nullptr);
}

TEST(Unpickler, DescribesTensorsWithoutReadingThem) {
  ASSERT_OK_AND_ASSIGN(const Pickle pickle, Unpickle(SmallPickle()));
  const PickleObject* tensor = pickle.root().Find("t");
  ASSERT_EQ(tensor->kind, PickleKind::kTensor);
  EXPECT_EQ(tensor->items[0]->text, "0");
  EXPECT_EQ(tensor->items[0]->integer, 6);
  EXPECT_EQ(tensor->items[0]->items[0]->text, "torch FloatStorage");
  EXPECT_EQ(tensor->items[2]->items[1]->integer, 3);
}

TEST(Unpickler, ReadsIntegersOfEverySize) {
  const auto value = [](absl::string_view op) {
    auto pickle = Unpickle(PickleWriter().Op(op).Finish());
    EXPECT_OK(pickle);
    return pickle.ok() ? pickle->root().integer : 0;
  };
  EXPECT_EQ(value("K\xff"), 255);
  EXPECT_EQ(value("M\xff\xff"), 65535);
  EXPECT_EQ(value("J\xfe\xff\xff\xff"), -2);
  EXPECT_EQ(value(absl::string_view("\x8a\0", 2)), 0);
  EXPECT_EQ(value("\x8a\x01\xff"), -1);
  EXPECT_EQ(value(absl::string_view("\x8a\x02\xff\0", 4)), 255);
  EXPECT_EQ(PickleWriter().Int(-5).Finish().size(), 13u);
}

TEST(Unpickler, ReadsAStateDictWithItsAttributes) {
  // OrderedDict() filled by SETITEMS, then BUILD with {"_metadata": {}}.
  const std::string bytes = PickleWriter()
                                .Global("collections", "OrderedDict")
                                .Op(")R(")
                                .String("w")
                                .Tensor("HalfStorage", "3", 4, 0, {4}, {1})
                                .Op("u}")
                                .String("_metadata")
                                .Op("}sb")
                                .Finish();
  ASSERT_OK_AND_ASSIGN(const Pickle pickle, Unpickle(bytes));
  ASSERT_EQ(pickle.root().kind, PickleKind::kDict);
  EXPECT_EQ(pickle.root().Find("w")->kind, PickleKind::kTensor);
  EXPECT_EQ(pickle.root().Find("_metadata"), nullptr);
}

TEST(Unpickler, KeepsTheIdentityOfMemos) {
  // x = []; [x, x] with x filled afterwards.
  const std::string bytes = PickleWriter()
                                .Op("](]q")
                                .Op(absl::string_view("\0h\0", 3))
                                .Op("e")
                                .Finish();
  ASSERT_OK_AND_ASSIGN(const Pickle pickle, Unpickle(bytes));
  ASSERT_EQ(pickle.root().items.size(), 2u);
  EXPECT_EQ(pickle.root().items[0], pickle.root().items[1]);
}

TEST(Unpickler, TakesParametersForTheirTensors) {
  const std::string bytes = PickleWriter()
                                .Global("torch._utils", "_rebuild_parameter")
                                .Op("(")
                                .Tensor("FloatStorage", "0", 1, 0, {}, {})
                                .Op("\x88}tR")
                                .Finish();
  ASSERT_OK_AND_ASSIGN(const Pickle pickle, Unpickle(bytes));
  EXPECT_EQ(pickle.root().kind, PickleKind::kTensor);
}

TEST(Unpickler, NeverCallsWhatItDoesNotKnow) {
  const std::string bytes = PickleWriter()
                                .Global("os", "system")
                                .Op("(")
                                .String("touch /tmp/should-not-exist")
                                .Op("tR")
                                .Finish();
  ASSERT_OK_AND_ASSIGN(const Pickle pickle, Unpickle(bytes));
  EXPECT_EQ(pickle.root().kind, PickleKind::kOpaque);
  EXPECT_EQ(Describe(pickle.root()), "an object of os.system");
}

// defaultdict(list), and a class of somebody's that is filled like a dict.
TEST(Unpickler, TakesSubclassesOfDictForDicts) {
  const std::pair<const char*, const char*> classes[] = {
      {"collections", "defaultdict"}, {"models", "Weights"}};
  for (const auto& [module, name] : classes) {
    const std::string bytes = PickleWriter()
                                  .Global(module, name)
                                  .Op(")R(")
                                  .String("k")
                                  .Int(1)
                                  .Op("u}b")
                                  .Finish();
    ASSERT_OK_AND_ASSIGN(const Pickle pickle, Unpickle(bytes));
    ASSERT_EQ(pickle.root().kind, PickleKind::kDict) << name;
    EXPECT_EQ(pickle.root().Find("k")->integer, 1) << name;
  }
}

TEST(Unpickler, TakesTensorsWithAttributesForTensors) {
  // _rebuild_from_type_v2(_rebuild_tensor_v2, Tensor, (...), {}).
  const std::string bytes =
      PickleWriter()
          .Global("torch._tensor", "_rebuild_from_type_v2")
          .Op("(")
          .Global("torch._utils", "_rebuild_tensor_v2")
          .Global("torch", "Tensor")
          .Op("(")
          .Storage("FloatStorage", "0", 2)
          .Int(0)
          .IntTuple({2})
          .IntTuple({1})
          .Op("t}tR")
          .Finish();
  ASSERT_OK_AND_ASSIGN(const Pickle pickle, Unpickle(bytes));
  EXPECT_EQ(pickle.root().kind, PickleKind::kTensor);
}

TEST(Unpickler, ReadsProtocol4) {
  // {"a": OrderedDict()} with FRAME, MEMOIZE, STACK_GLOBAL.
  constexpr char kBytes[] =
      "\x80\x04\x95\x10\0\0\0\0\0\0\0}\x94\x8c\x01"
      "a\x94\x8c\x0b"
      "collections\x94\x8c\x0bOrderedDict\x94\x93\x94)R\x94s.";
  const std::string bytes(kBytes, sizeof(kBytes) - 1);
  ASSERT_OK_AND_ASSIGN(const Pickle pickle, Unpickle(bytes));
  ASSERT_NE(pickle.root().Find("a"), nullptr);
  EXPECT_EQ(pickle.root().Find("a")->kind, PickleKind::kDict);
}

TEST(Unpickler, ReportsDataLossAtEveryCut) {
  const std::string bytes = SmallPickle();
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THAT(Unpickle(bytes.substr(0, size)),
                StatusIs(absl::StatusCode::kDataLoss))
        << size;
  }
}

TEST(Unpickler, ReportsDataLossForMisuse) {
  const auto expect = [](const std::string& bytes, absl::string_view message) {
    EXPECT_THAT(Unpickle(bytes), StatusIs(absl::StatusCode::kDataLoss,
                                          HasSubstr(std::string(message))));
  };
  expect(".", "empty stack");
  expect("t.", "no mark");
  expect("h\x07.", "memo 7");
  expect("](K\x01u.", "a key alone");
  expect(
      "K\x01K\x02"
      "a.",
      "adds items to an integer");
  expect("K\x01)R.", "calls an integer");
  expect("\x80\x07.", "protocol 7");
  expect("\xff.", "opcode 0xff");
  expect(")Q.", "no torch storage");
  expect("ccollections\nOrderedDict\n(K\x01tR.", "other arguments");
  expect("(0.", "empty stack");
  // A length that reaches beyond the end allocates nothing.
  expect("X\xff\xff\xff\xff", "is cut");
  expect("\x8d\xff\xff\xff\xff\xff\xff\xff\xff", "is cut");
}

TEST(Unpickler, RefusesStorageKeysThatAreNoNumbers) {
  EXPECT_THAT(
      Unpickle(
          PickleWriter().Storage("FloatStorage", "../data.pkl", 1).Finish()),
      StatusIs(absl::StatusCode::kDataLoss, HasSubstr("key is no number")));
}

TEST(Unpickler, BoundsTheNumberOfObjects) {
  EXPECT_THAT(
      Unpickle(std::string(2000, 'N') + ".", {.max_objects = 1000}),
      StatusIs(absl::StatusCode::kDataLoss, HasSubstr("more than 1000")));
}

TEST(Unpickler, SurvivesDeepNesting) {
  // A million lists in one another; nothing recurses, not even the end.
  std::string bytes;
  for (int i = 0; i < 1000000; ++i) bytes += "]";
  for (int i = 0; i < 999999; ++i) bytes += "a";
  EXPECT_OK(Unpickle(bytes + "."));
}

TEST(Unpickler, DoesNotCopyWithoutEnd) {
  // One list given to a thousand OrderedDicts: taken once.
  PickleWriter writer;
  writer.Op("](");
  for (int i = 0; i < 1000; ++i) writer.Op("N\x85");  // (None,)
  writer.Op("eq").Op(absl::string_view("\0", 1)).Op("0");
  EXPECT_THAT(Unpickle(writer.Global("collections", "OrderedDict")
                           .Op("h")
                           .Op(absl::string_view("\0", 1))
                           .Op("\x85R")
                           .Finish()),
              StatusIs(absl::StatusCode::kDataLoss));
}

TEST(Unpickler, NeverCrashesOnMutations) {
  const std::string original = SmallPickle();
  int accepted = 0;
  for (uint64_t round = 0; round < 20000; ++round) {
    CounterRng rng(1, "mutation", round, "");
    std::string bytes = original;
    const uint64_t changes = 1 + rng.Below(4);
    for (uint64_t i = 0; i < changes; ++i) {
      const size_t at = rng.Below(bytes.size());
      switch (rng.Below(4)) {
        case 0:
          bytes[at] = static_cast<char>(bytes[at] ^ (1 << rng.Below(8)));
          break;
        case 1:
          bytes[at] = static_cast<char>(rng.Below(256));
          break;
        case 2:
          bytes.erase(at, 1 + rng.Below(8));
          break;
        default:
          bytes.insert(at, bytes.substr(rng.Below(bytes.size()), 8));
      }
      if (bytes.empty()) bytes = ".";
    }
    const auto pickle = Unpickle(bytes, {.max_objects = 10000});
    if (pickle.ok()) {
      ++accepted;
      EXPECT_LE(pickle->size(), bytes.size());
    }
  }
  // Some changes only touch values.
  EXPECT_GT(accepted, 0);
}

}  // namespace
}  // namespace maskfill

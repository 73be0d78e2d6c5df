#include "model_tool/weights/torch_archive.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ATen/ops/equal.h"
#include "ATen/ops/tensor.h"
#include "core/base/atomic_file.h"
#include "core/base/counter_rng.h"
#include "core/base/files.h"
#include "core/base/mapped_file.h"
#include "core/base/status_macros.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "model_tool/weights/pickle_writer.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/torch_archives.h"

namespace maskfill {
namespace {

using ::testing::HasSubstr;

// {"t": a view on storage 0, which holds 0, 1, ..., 5}.
std::string OneTensor(int64_t offset, const std::vector<int64_t>& size,
                      const std::vector<int64_t>& stride, int64_t elements = 6,
                      absl::string_view class_name = "FloatStorage") {
  return PickleWriter()
      .Op("}")
      .String("t")
      .Tensor(class_name, "0", elements, offset, size, stride)
      .Op("s")
      .Finish();
}

absl::StatusOr<std::unique_ptr<TorchArchive>> Open(const std::string& path) {
  ASSIGN_OR_RETURN(auto file, MappedFile::Open(path));
  return TorchArchive::Open(std::move(file));
}

absl::StatusOr<at::Tensor> WriteAndRead(const std::string& pickle) {
  const std::string path = JoinPath(TestDirectory(), "a.pt");
  WriteTorchArchive(path, pickle, {{"0", FloatBytes({0, 1, 2, 3, 4, 5})}});
  ASSIGN_OR_RETURN(const auto archive, Open(path));
  return archive->Read(*archive->root().Find("t"));
}

TEST(TorchArchive, ReadsATensor) {
  ASSERT_OK_AND_ASSIGN(const at::Tensor tensor,
                       WriteAndRead(OneTensor(0, {2, 3}, {3, 1})));
  EXPECT_TRUE(at::equal(
      tensor, at::tensor({0.f, 1.f, 2.f, 3.f, 4.f, 5.f}).view({2, 3})));
}

TEST(TorchArchive, ReadsStridedViews) {
  // Transposed; and every other element from the second on.
  ASSERT_OK_AND_ASSIGN(const at::Tensor transposed,
                       WriteAndRead(OneTensor(0, {3, 2}, {1, 3})));
  EXPECT_TRUE(at::equal(
      transposed, at::tensor({0.f, 3.f, 1.f, 4.f, 2.f, 5.f}).view({3, 2})));
  ASSERT_OK_AND_ASSIGN(const at::Tensor sliced,
                       WriteAndRead(OneTensor(1, {3}, {2})));
  EXPECT_TRUE(at::equal(sliced, at::tensor({1.f, 3.f, 5.f})));
}

TEST(TorchArchive, ReadsScalarsAndEmptyTensors) {
  ASSERT_OK_AND_ASSIGN(const at::Tensor scalar,
                       WriteAndRead(OneTensor(4, {}, {})));
  EXPECT_EQ(scalar.dim(), 0);
  EXPECT_EQ(scalar.item<float>(), 4.f);
  ASSERT_OK_AND_ASSIGN(const at::Tensor empty,
                       WriteAndRead(OneTensor(0, {0, 9}, {9, 1})));
  EXPECT_EQ(empty.numel(), 0);
}

TEST(TorchArchive, RefusesViewsBeyondTheStorage) {
  const int64_t huge = int64_t{1} << 62;
  const std::string pickles[] = {
      OneTensor(1, {2, 3}, {3, 1}),  // one too far
      OneTensor(6, {}, {}),
      OneTensor(-1, {2}, {1}),
      OneTensor(0, {-1}, {1}),
      OneTensor(0, {2}, {-1}),
      OneTensor(0, {huge, 4}, {0, 0}),  // overflows the count
      OneTensor(0, {3}, {huge}),        // overflows the reach
      OneTensor(huge, {3}, {huge}),
  };
  for (const std::string& pickle : pickles) {
    EXPECT_THAT(WriteAndRead(pickle), StatusIs(absl::StatusCode::kDataLoss));
  }
}

// As torch.save writes what Tensor.expand returned.
TEST(TorchArchive, NamesAnExpandedTensorAsSuch) {
  EXPECT_THAT(WriteAndRead(OneTensor(0, {7}, {0})),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("of 7 elements [7] repeats those of a storage "
                                 "of 6 (Tensor.expand); save it as "
                                 "tensor.contiguous()")));
}

TEST(TorchArchive, RefusesAStorageOfAnotherSize) {
  EXPECT_THAT(WriteAndRead(OneTensor(0, {2}, {1}, /*elements=*/7)),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("24 bytes, expected 7 elements")));
  EXPECT_THAT(
      WriteAndRead(OneTensor(0, {2}, {1}, 6, "QInt8Storage")),
      StatusIs(absl::StatusCode::kDataLoss, HasSubstr("torch.QInt8Storage")));
}

TEST(TorchArchive, RefusesWhatIsNoTensor) {
  EXPECT_THAT(
      WriteAndRead(PickleWriter().Op("}").String("t").Int(1).Op("s").Finish()),
      StatusIs(absl::StatusCode::kDataLoss,
               HasSubstr("an integer, expected a torch tensor")));
}

TEST(TorchArchive, RefusesBigEndianFiles) {
  const std::string path = JoinPath(TestDirectory(), "a.pt");
  WriteTorchArchive(path, PickleWriter().Op("}").Finish(), {}, "big");
  EXPECT_THAT(Open(path),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("\"big\"")));
}

TEST(TorchArchive, NamesAMissingStorage) {
  const std::string path = JoinPath(TestDirectory(), "a.pt");
  WriteTorchArchive(path, OneTensor(0, {6}, {1}), {});
  ASSERT_OK_AND_ASSIGN(const auto archive, Open(path));
  EXPECT_THAT(archive->Read(*archive->root().Find("t")),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("data/0")));
}

// As a person's zip program packs the folder again.
TEST(TorchArchive, ReadsWhatWasPackedAgain) {
  for (const bool deflated : {false, true}) {
    const std::string path = JoinPath(TestDirectory(), "a.pt");
    WriteZip(path,
             {{"archive/version", "3\n"},
              {"archive/data.pkl", OneTensor(0, {2, 3}, {3, 1})},
              {"archive/data/0", FloatBytes({0, 1, 2, 3, 4, 5})},
              {"later/._data.pkl", "x"}},
             deflated);
    ASSERT_OK_AND_ASSIGN(const auto archive, Open(path));
    ASSERT_OK_AND_ASSIGN(const at::Tensor tensor,
                         archive->Read(*archive->root().Find("t")));
    EXPECT_EQ(tensor[1][2].item<float>(), 5.f) << deflated;
  }
}

TEST(TorchArchive, RefusesBombs) {
  const std::string path = JoinPath(TestDirectory(), "a.pt");
  WriteZip(path,
           {{"archive/version", "3\n"},
            {"archive/data.pkl", OneTensor(0, {2, 3}, {3, 1}, 6 << 20)},
            {"archive/data/0", std::string(24 << 20, '\0')}},
           /*deflated=*/true);
  EXPECT_THAT(Open(path).status(),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("unpacked")));
}

TEST(TorchArchive, ReadsTheCodeOfAScript) {
  const std::string path = JoinPath(TestDirectory(), "a.pt");
  WriteTorchArchive(
      path, PickleWriter().Op("}").Finish(), {}, "little",
      {{"constants.pkl", ""}, {"code/net.py", "x\n"}, {"code/net.pkl", "y"}});
  ASSERT_OK_AND_ASSIGN(const auto archive, Open(path));
  EXPECT_TRUE(archive->is_script());
  EXPECT_THAT(archive->ReadCode(), IsOkAndHolds("x\n"));
}

TEST(TorchArchive, NeverCrashesOnMutations) {
  const std::string path = JoinPath(TestDirectory(), "a.pt");
  WriteTorchArchive(path, OneTensor(0, {2, 3}, {3, 1}),
                    {{"0", FloatBytes({0, 1, 2, 3, 4, 5})}});
  ASSERT_OK_AND_ASSIGN(const std::string original, ReadFile(path));
  for (uint64_t round = 0; round < 300; ++round) {
    CounterRng rng(2, "mutation", round, "");
    std::string bytes = original;
    if (rng.Below(4) == 0) {
      bytes.resize(rng.Below(bytes.size()));
    } else {
      for (int i = 0; i < 3; ++i) {
        bytes[rng.Below(bytes.size())] ^= static_cast<char>(1 << rng.Below(8));
      }
    }
    ASSERT_OK(WriteFileAtomically(path, bytes));
    auto archive = Open(path);
    if (!archive.ok()) continue;
    const PickleObject* object = (*archive)->root().Find("t");
    if (object != nullptr) (*archive)->Read(*object).status().IgnoreError();
  }
}

}  // namespace
}  // namespace maskfill

#include "core/model/safetensors.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "ATen/ops/arange.h"
#include "ATen/ops/empty.h"
#include "ATen/ops/ones.h"
#include "ATen/ops/tensor.h"
#include "ATen/ops/zeros.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/atomic_file.h"
#include "core/base/counter_rng.h"
#include "core/base/files.h"
#include "core/base/mapped_file.h"
#include "core/base/status_macros.h"
#include "core/record/safetensors_header.h"
#include "core/record/safetensors_reader.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using testing::HasSubstr;

// One tensor of each dtype, with 1, 2 and 3 dimensions.
NamedTensors AllDtypes() {
  NamedTensors tensors;
  for (const at::ScalarType type :
       {at::kBool, at::kByte, at::kChar, at::kShort, at::kHalf, at::kBFloat16,
        at::kInt, at::kFloat, at::kLong, at::kDouble}) {
    tensors[absl::StrCat("t.", c10::toString(type))] =
        at::arange(0, 6, at::kLong).remainder(2).view({2, 3}).to(type);
  }
  tensors["unsigned.16"] = at::zeros({2}, at::kUInt16);
  tensors["unsigned.32"] = at::zeros({2}, at::kUInt32);
  tensors["unsigned.64"] = at::zeros({2}, at::kUInt64);
  return tensors;
}

bool SameTensors(const NamedTensors& a, const NamedTensors& b) {
  if (a.size() != b.size()) return false;
  for (const auto& [name, tensor] : a) {
    const auto found = b.find(name);
    if (found == b.end() || found->second.dtype() != tensor.dtype() ||
        !found->second.equal(tensor)) {
      return false;
    }
  }
  return true;
}

absl::StatusOr<SafetensorsFile> Parse(const std::string& bytes) {
  ASSIGN_OR_RETURN(const auto reader,
                   SafetensorsReader::OpenBytes(bytes, "bytes"));
  return ReadSafetensors(*reader);
}

// The same file as foreign programs write it.
std::string WithoutChecksums(const std::string& bytes) {
  auto reader = SafetensorsReader::OpenBytes(bytes, "bytes");
  EXPECT_OK(reader);
  SafetensorsHeader header = (*reader)->header();
  const size_t data_bytes = header.entries.back().end;
  for (SafetensorsEntry& entry : header.entries) entry.crc32c.clear();
  return FormatSafetensorsHeader(header) +
         bytes.substr(bytes.size() - data_bytes);
}

std::string Write(const NamedTensors& tensors) {
  const std::string path = JoinPath(TestDirectory(), "t.safetensors");
  EXPECT_OK(WriteSafetensors(path, tensors));
  return path;
}

TEST(Safetensors, EveryDtypeComesBack) {
  const NamedTensors tensors = AllDtypes();
  ASSERT_OK_AND_ASSIGN(const SafetensorsFile file,
                       ReadSafetensors(Write(tensors)));
  EXPECT_TRUE(SameTensors(file.tensors, tensors));
  EXPECT_EQ(file.metadata.at("format"), "pt");
}

TEST(Safetensors, ScalarsEmptyAndNonContiguousTensorsComeBack) {
  const NamedTensors tensors = {
      {"scalar", at::tensor(2.5)},
      {"empty", at::empty({0, 5})},
      {"transposed", at::arange(0, 6, at::kFloat).view({2, 3}).t()},
      {"expanded", at::tensor(1.0f).expand({3, 2})}};
  ASSERT_OK_AND_ASSIGN(const SafetensorsFile file,
                       ReadSafetensors(Write(tensors)));
  EXPECT_TRUE(SameTensors(file.tensors, tensors));
}

TEST(Safetensors, GivenMetadataComesBack) {
  const std::string path = JoinPath(TestDirectory(), "t.safetensors");
  ASSERT_OK(WriteSafetensors(path, {}, {{"step", "7"}}));
  ASSERT_OK_AND_ASSIGN(const SafetensorsFile file, ReadSafetensors(path));
  EXPECT_EQ(file.metadata.at("step"), "7");
  EXPECT_EQ(file.metadata.at("format"), "pt");
}

TEST(Safetensors, BytesAreThoseOfTheReference) {
  ASSERT_OK_AND_ASSIGN(const std::string bytes,
                       ReadFile(Write({{"a", at::tensor({1.0f, -2.0f})}})));
  // 1.0f is 3f800000, -2.0f is c0000000. Checksums by a program of the CRC's
  // definition.
  EXPECT_EQ(bytes, std::string("\x98\0\0\0\0\0\0\0", 8) +
                       R"({"__metadata__":{"format":"pt",)"
                       R"("header_crc32c":"86b08b52",)"
                       R"("tensor_crc32c":"{\"a\":\"aa36f2c9\"}"},)"
                       R"("a":{"dtype":"F32","shape":[2],)"
                       R"("data_offsets":[0,8]}} )" +
                       std::string("\0\0\x80\x3f\0\0\0\xc0", 8));
}

TEST(Safetensors, LargerElementsComeFirstSoThatAllAreAligned) {
  ASSERT_OK_AND_ASSIGN(const std::string bytes,
                       ReadFile(Write({{"a", at::zeros({3}, at::kByte)},
                                       {"b", at::zeros({1}, at::kHalf)},
                                       {"c", at::zeros({1}, at::kDouble)}})));
  const size_t a = bytes.find("\"a\"");
  const size_t b = bytes.find("\"b\"");
  const size_t c = bytes.find("\"c\"");
  EXPECT_LT(c, b);
  EXPECT_LT(b, a);
}

TEST(Safetensors, ForeignFilesWithoutChecksumsAreRead) {
  const NamedTensors tensors = AllDtypes();
  ASSERT_OK_AND_ASSIGN(const std::string bytes, ReadFile(Write(tensors)));
  ASSERT_OK_AND_ASSIGN(const SafetensorsFile file,
                       Parse(WithoutChecksums(bytes)));
  EXPECT_TRUE(SameTensors(file.tensors, tensors));
}

TEST(Safetensors, AreMappedAsTheyAreRead) {
  const NamedTensors tensors = AllDtypes();
  const std::string path = Write(tensors);
  NamedTensors mapped;
  {
    ASSERT_OK_AND_ASSIGN(const auto file, MappedFile::Open(path));
    ASSERT_OK_AND_ASSIGN(SafetensorsFile read, MapSafetensors(file));
    mapped = std::move(read.tensors);
  }
  // The tensors keep the file open, whatever comes in its place.
  ASSERT_OK(WriteFileAtomically(path, "other"));
  EXPECT_TRUE(SameTensors(mapped, tensors));
}

TEST(Safetensors, AreMappedWhereverTheirDataBegins) {
  // Some programs leave the padding out, so that the data is not aligned.
  const std::string header =
      R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})";
  ASSERT_NE(header.size() % 4, 0u);
  const float values[] = {1.5f, -2.f};
  std::string bytes(8, '\0');
  bytes[0] = static_cast<char>(header.size());
  bytes += header;
  bytes.append(reinterpret_cast<const char*>(values), sizeof(values));
  const std::string path = JoinPath(TestDirectory(), "t.safetensors");
  ASSERT_OK(WriteFileAtomically(path, bytes));
  ASSERT_OK_AND_ASSIGN(const auto file, MappedFile::Open(path));
  ASSERT_OK_AND_ASSIGN(const SafetensorsFile read, MapSafetensors(file));
  EXPECT_EQ(read.tensors.at("w")[1].item<float>(), -2.f);
}

TEST(Safetensors, MappedTensorsAreComparedWithTheirChecksums) {
  const std::string path = Write({{"weight", at::zeros({64})}});
  ASSERT_OK_AND_ASSIGN(std::string bytes, ReadFile(path));
  bytes.back() ^= 0x40;
  ASSERT_OK(WriteFileAtomically(path, bytes));
  ASSERT_OK_AND_ASSIGN(const auto file, MappedFile::Open(path));
  EXPECT_THAT(MapSafetensors(file), StatusIs(absl::StatusCode::kDataLoss,
                                             HasSubstr("tensor \"weight\"")));
}

TEST(Safetensors, AreStoredInTheDtypeThatIsAskedFor) {
  const std::string path = JoinPath(TestDirectory(), "t.safetensors");
  ASSERT_OK(WriteSafetensors(
      path,
      {{"half", at::ones({2}, at::kHalf)}, {"count", at::ones({2}, at::kLong)}},
      {}, at::kFloat));
  ASSERT_OK_AND_ASSIGN(const SafetensorsFile read, ReadSafetensors(path));
  EXPECT_EQ(read.tensors.at("half").scalar_type(), at::kFloat);
  EXPECT_EQ(read.tensors.at("count").scalar_type(), at::kLong);
}

TEST(Safetensors, AFlippedBitOfATensorIsDataLossThatNamesIt) {
  ASSERT_OK_AND_ASSIGN(std::string bytes,
                       ReadFile(Write({{"weight", at::zeros({64})}})));
  bytes.back() ^= 0x40;
  EXPECT_THAT(Parse(bytes), StatusIs(absl::StatusCode::kDataLoss,
                                     HasSubstr("tensor \"weight\"")));
}

TEST(Safetensors, MissingFileIsNotFound) {
  EXPECT_THAT(ReadSafetensors(JoinPath(TestDirectory(), "none")),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("none")));
}

TEST(Safetensors, ADirectoryIsRefused) {
  EXPECT_THAT(ReadSafetensors(TestDirectory()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("is a directory")));
}

TEST(Safetensors, ErrorsNameTheFile) {
  const std::string path = JoinPath(TestDirectory(), "bad.safetensors");
  ASSERT_OK(WriteFileAtomically(path, "short"));
  EXPECT_THAT(ReadSafetensors(path), StatusIs(absl::StatusCode::kDataLoss,
                                              HasSubstr("bad.safetensors")));
}

TEST(Safetensors, ABooleanThatIsNeitherIsDataLoss) {
  ASSERT_OK_AND_ASSIGN(std::string bytes,
                       ReadFile(Write({{"mask", at::zeros({2}, at::kBool)}})));
  bytes = WithoutChecksums(bytes);
  bytes.back() = 2;
  EXPECT_THAT(Parse(bytes), StatusIs(absl::StatusCode::kDataLoss,
                                     HasSubstr("bytes other than 0 and 1")));
}

TEST(Safetensors, UnsupportedDtypeIsNotWritten) {
  const std::string path = JoinPath(TestDirectory(), "t.safetensors");
  EXPECT_THAT(
      WriteSafetensors(path, {{"z", at::zeros({1}, at::kComplexFloat)}}),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("\"z\"")));
  EXPECT_FALSE(PathExists(path));
}

TEST(Safetensors, EveryTruncationIsDataLoss) {
  ASSERT_OK_AND_ASSIGN(const std::string bytes, ReadFile(Write(AllDtypes())));
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THAT(Parse(bytes.substr(0, size)),
                StatusIs(absl::StatusCode::kDataLoss))
        << "cut to " << size << " bytes";
  }
}

TEST(Safetensors, DamagedBytesGiveAnErrorOrAFileButNeverACrash) {
  ASSERT_OK_AND_ASSIGN(std::string bytes, ReadFile(Write(AllDtypes())));
  bytes = WithoutChecksums(bytes);
  CounterRng rng(7, "mutation", 0, "");
  int errors = 0;
  constexpr int kRounds = 5000;
  for (int round = 0; round < kRounds; ++round) {
    std::string damaged = bytes;
    const int changes = 1 + static_cast<int>(rng.Below(4));
    for (int i = 0; i < changes; ++i) {
      // The header is what is interpreted.
      const size_t place = rng.Below(rng.Below(4) == 0 ? bytes.size() : 700);
      switch (rng.Below(4)) {
        case 0:
          damaged[place] ^= static_cast<char>(1 << rng.Below(8));
          break;
        case 1:
          damaged[place] = "{}[]\",:0123456789eE-\\ "[rng.Below(22)];
          break;
        case 2:
          damaged.erase(place, rng.Below(9));
          break;
        default:
          damaged.insert(place, damaged.substr(rng.Below(700), rng.Below(9)));
      }
    }
    const auto file = Parse(damaged);
    if (!file.ok()) {
      ++errors;
      EXPECT_EQ(file.status().code(), absl::StatusCode::kDataLoss);
    }
  }
  EXPECT_GT(errors, kRounds / 2);
}

}  // namespace
}  // namespace maskfill

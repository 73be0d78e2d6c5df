#include "core/record/safetensors_header.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

std::string LittleEndian64(uint64_t value) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) {
    bytes.push_back(static_cast<char>(value >> (8 * i) & 0xff));
  }
  return bytes;
}

TEST(SafetensorsLength, IsTheFirstEightBytesLittleEndian) {
  EXPECT_THAT(ParseSafetensorsLength(LittleEndian64(0x1234), 0x1234 + 8),
              IsOkAndHolds(0x1234));
}

TEST(SafetensorsLength, ReportsFilesThatCannotHoldTheHeader) {
  struct Case {
    std::string first_bytes;
    int64_t file_bytes;
    const char* message;
  };
  const std::vector<Case> cases = {
      {"", 0, "the file has 0 bytes"},
      {std::string(7, '\0'), 7, "the file has 7 bytes"},
      {LittleEndian64(100'000'001), 200'000'000, "at most 100000000"},
      {LittleEndian64(~uint64_t{0}), 100, "at most 100000000"},
      {LittleEndian64(uint64_t{1} << 63), 100, "at most 100000000"},
      {LittleEndian64(9), 16, "needs 9 bytes, the file has 8"},
  };
  for (const Case& test : cases) {
    EXPECT_THAT(ParseSafetensorsLength(test.first_bytes, test.file_bytes),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr(test.message)));
  }
}

TEST(SafetensorsHeader, ReadsEntriesInDataOrderAndMetadata) {
  ASSERT_OK_AND_ASSIGN(
      const SafetensorsHeader header,
      ParseSafetensorsHeader(
          R"({"b":{"dtype":"F16","shape":[2,3],"data_offsets":[4,16]},)"
          R"("__metadata__":{"format":"pt","k":""},)"
          R"("a":{"data_offsets":[0,4],"shape":[],"dtype":"I32"}}   )",
          16));
  ASSERT_EQ(header.entries.size(), 2);
  EXPECT_EQ(header.entries[0].name, "a");
  EXPECT_EQ(header.entries[0].dtype, "I32");
  EXPECT_THAT(header.entries[0].shape, IsEmpty());
  EXPECT_EQ(header.entries[1].name, "b");
  EXPECT_THAT(header.entries[1].shape, ElementsAre(2, 3));
  EXPECT_EQ(header.entries[1].begin, 4);
  EXPECT_EQ(header.entries[1].end, 16);
  EXPECT_THAT(header.metadata,
              ElementsAre(Pair("format", "pt"), Pair("k", "")));
}

TEST(SafetensorsHeader, TakesEmptyFilesAndEmptyTensors) {
  EXPECT_OK(ParseSafetensorsHeader("{}", 0));
  ASSERT_OK_AND_ASSIGN(
      const SafetensorsHeader header,
      ParseSafetensorsHeader(
          R"({"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
          R"("a":{"dtype":"F32","shape":[0,7],"data_offsets":[0,0]}})",
          4));
  EXPECT_EQ(header.entries.size(), 2);
}

struct MalformedHeader {
  const char* name;
  std::string json;
  int64_t data_bytes;
  const char* message;
};

// One entry "a" with the given members.
std::string Entry(const std::string& dtype, const std::string& shape,
                  const std::string& offsets) {
  return absl::StrCat("{\"a\":{\"dtype\":", dtype, ",\"shape\":", shape,
                      ",\"data_offsets\":", offsets, "}}");
}

std::vector<MalformedHeader> MalformedHeaders() {
  const std::string good = R"({"dtype":"U8","shape":[4],"data_offsets":[0,4]})";
  return {
      {"Empty", "", 0, "the header is empty"},
      {"LeadingSpace", " {}", 0, "begins with \" \", expected {"},
      {"ByteOrderMark", "\xEF\xBB\xBF{}", 0, "expected {"},
      {"List", "[]", 0, "begins with \"[\""},
      {"OnlyOpened", "{", 0, "ends with \"{\""},
      {"TrailingNewline", "{}\n", 0, "ends with \"\\n\""},
      {"TrailingZeros", std::string("{}\0\0", 4), 0, "expected } and spaces"},
      {"TwoObjects", "{}{}", 0, "no JSON"},
      {"BadJson", "{\"a\":}", 0, "no JSON (or no UTF-8) at byte 6"},
      {"Comment", "{/* hidden */}", 0, "no JSON"},
      {"BadUtf8", "{\"\xff\":" + good + "}", 4, "no UTF-8"},
      {"DuplicateTensor", "{\"a\":" + good + ",\"a\":" + good + "}", 4,
       "the name \"a\" twice"},
      {"DuplicateMetadata", R"({"__metadata__":{},"__metadata__":{}})", 0,
       "the name \"__metadata__\" twice"},
      {"DuplicateMetadataKey", R"({"__metadata__":{"k":"1","k":"2"}})", 0,
       "the member \"k\" twice"},
      {"DuplicateMember",
       R"({"a":{"dtype":"U8","dtype":"U8","shape":[4],"data_offsets":[0,4]}})",
       4, "the member \"dtype\" twice in \"a\""},
      {"UnknownMember",
       R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4],"x":1}})", 4,
       "the unknown member \"x\" in \"a\""},
      {"NoDtype", R"({"a":{"shape":[4],"data_offsets":[0,4]}})", 4,
       "no dtype in \"a\""},
      {"NoShape", R"({"a":{"dtype":"U8","data_offsets":[0,4]}})", 4,
       "no shape in \"a\""},
      {"NoOffsets", R"({"a":{"dtype":"U8","shape":[4]}})", 4,
       "no data_offsets in \"a\""},
      {"UnknownDtype", Entry("\"F7\"", "[4]", "[0,4]"), 4,
       "\"a\" has dtype \"F7\", which is not read; save it in one of BOOL U8"},
      {"LowerCaseDtype", Entry("\"u8\"", "[4]", "[0,4]"), 4, "dtype \"u8\""},
      {"DtypeIsNumber", Entry("8", "[4]", "[0,4]"), 4,
       "a number in \"dtype\" of \"a\""},
      {"DtypeIsList", Entry("[\"U8\"]", "[4]", "[0,4]"), 4, "a list in"},
      {"ShapeIsNumber", Entry("\"U8\"", "4", "[0,4]"), 4,
       "a number in \"shape\""},
      {"ShapeIsString", Entry("\"U8\"", "\"4\"", "[0,4]"), 4,
       "a string in \"shape\""},
      {"ShapeIsNull", Entry("\"U8\"", "null", "[0,4]"), 4, "null in \"shape\""},
      {"NegativeSize", Entry("\"U8\"", "[-4]", "[0,4]"), 4,
       "the negative number -4"},
      {"FractionalSize", Entry("\"U8\"", "[4.0]", "[0,4]"), 4,
       "only whole numbers"},
      {"ExponentSize", Entry("\"U8\"", "[4e0]", "[0,4]"), 4,
       "only whole numbers"},
      {"BooleanSize", Entry("\"U8\"", "[true]", "[0,4]"), 4, "a boolean"},
      {"Above2To53", Entry("\"U8\"", "[9007199254740993]", "[0,4]"), 4,
       "above 2^53"},
      {"Above2To64", Entry("\"U8\"", "[99999999999999999999]", "[0,4]"), 4,
       "only whole numbers"},
      {"NestedShape", Entry("\"U8\"", "[[4]]", "[0,4]"), 4, "a list in"},
      {"ObjectInShape", Entry("\"U8\"", "[{}]", "[0,4]"), 4, "an object in"},
      {"ObjectForDtype", Entry("{}", "[4]", "[0,4]"), 4, "an object in"},
      {"DeepNesting", "{\"a\":" + std::string(100'000, '[') + "}", 4,
       "a list in place of \"a\""},
      {"EntryIsString", R"({"a":"U8"})", 0, "a string in place of \"a\""},
      {"MetadataIsList", R"({"__metadata__":[]})", 0, "a list in place"},
      {"MetadataNotString", R"({"__metadata__":{"k":1}})", 0,
       "a number in \"k\" of \"__metadata__\""},
      {"MetadataNested", R"({"__metadata__":{"k":{}}})", 0, "an object in"},
      {"OneOffset", Entry("\"U8\"", "[4]", "[4]"), 4, "1 data_offsets"},
      {"ThreeOffsets", Entry("\"U8\"", "[4]", "[0,4,8]"), 4,
       "3 data_offsets in \"a\"; expected 2"},
      {"EndBeforeBegin", Entry("\"U8\"", "[4]", "[4,0]"), 4,
       "ends at 0, before its begin 4"},
      {"HoleAtStart", Entry("\"U8\"", "[4]", "[1,5]"), 5,
       "begins at 1, the tensor before it ends at 0 (a hole)"},
      {"Overlap",
       "{\"a\":" + good +
           R"(,"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}})",
       6, "\"b\" begins at 2, the tensor before it ends at 4 (an overlap)"},
      {"SharedStorage", "{\"a\":" + good + ",\"b\":" + good + "}", 4,
       "(an overlap)"},
      {"TooFewBytes", Entry("\"F32\"", "[4]", "[0,4]"), 4,
       "\"a\" has 4 bytes, its dtype F32 and shape [4] need 16"},
      {"TooManyBytes", Entry("\"U8\"", "[1]", "[0,4]"), 4, "need 1"},
      {"SizeOverflow", Entry("\"F64\"", "[4294967296,4294967296]", "[0,0]"), 0,
       "more than 2^63 bytes"},
      {"OverflowHiddenByZero",
       Entry("\"U8\"", "[4294967296,4294967296,0]", "[0,0]"), 0,
       "more than 2^63 bytes"},
      {"CutOff", Entry("\"U8\"", "[4]", "[0,4]"), 3,
       "ends at byte 4 of the data, the file holds 3"},
      {"TrailingBytes", Entry("\"U8\"", "[4]", "[0,4]"), 9,
       "5 bytes follow the last tensor"},
      {"DataWithoutTensors", "{}", 1, "1 bytes follow"},
  };
}

class Malformed : public testing::TestWithParam<MalformedHeader> {};

TEST_P(Malformed, IsDataLossThatSaysWhatWasFound) {
  EXPECT_THAT(
      ParseSafetensorsHeader(GetParam().json, GetParam().data_bytes),
      StatusIs(absl::StatusCode::kDataLoss, HasSubstr(GetParam().message)));
}

INSTANTIATE_TEST_SUITE_P(
    SafetensorsHeader, Malformed, testing::ValuesIn(MalformedHeaders()),
    [](const testing::TestParamInfo<MalformedHeader>& info) {
      return info.param.name;
    });

TEST(SafetensorsHeader, IsWrittenByteForByteAsTheReferenceDoes) {
  // 88 bytes of JSON: 85 and three spaces, so that the data starts at 96.
  SafetensorsHeader header;
  header.metadata = {{"format", "pt"}};
  header.entries = {
      {.name = "a", .dtype = "F32", .shape = {2}, .begin = 0, .end = 8}};
  EXPECT_EQ(FormatSafetensorsHeader(header),
            LittleEndian64(88) +
                R"({"__metadata__":{"format":"pt"},"a":{"dtype":"F32",)"
                R"("shape":[2],"data_offsets":[0,8]}}   )");
}

SafetensorsHeader HeaderWithChecksum() {
  SafetensorsHeader header;
  header.metadata = {{"format", "pt"}};
  header.entries = {{.name = "a",
                     .dtype = "F32",
                     .shape = {2},
                     .begin = 0,
                     .end = 8,
                     .crc32c = "0123abcd"}};
  return header;
}

TEST(SafetensorsHeader, ChecksumsComeBackAndAreNoMetadata) {
  const std::string bytes = FormatSafetensorsHeader(HeaderWithChecksum());
  ASSERT_OK_AND_ASSIGN(const SafetensorsHeader read,
                       ParseSafetensorsHeader(bytes.substr(8), 8));
  EXPECT_TRUE(HasChecksums(read));
  EXPECT_EQ(read.entries[0].crc32c, "0123abcd");
  EXPECT_THAT(read.metadata, ElementsAre(Pair("format", "pt")));
  EXPECT_EQ(FormatSafetensorsHeader(read), bytes);
}

TEST(SafetensorsHeader, AnyFlippedBitIsSeenByItsChecksum) {
  const std::string bytes =
      FormatSafetensorsHeader(HeaderWithChecksum()).substr(8);
  for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] ^= static_cast<char>(1 << (bit % 8));
    EXPECT_THAT(ParseSafetensorsHeader(flipped, 8),
                StatusIs(absl::StatusCode::kDataLoss))
        << flipped;
  }
}

TEST(SafetensorsHeader, ChecksumsOfOtherTensorsAreRefused) {
  SafetensorsHeader header = HeaderWithChecksum();
  header.entries[0].crc32c = "short";
  EXPECT_THAT(
      ParseSafetensorsHeader(FormatSafetensorsHeader(header).substr(8), 8),
      StatusIs(absl::StatusCode::kDataLoss,
               HasSubstr("tensor_crc32c has no 8 digits for \"a\"")));
}

TEST(SafetensorsHeader, NamesAreEscapedAndComeBack) {
  SafetensorsHeader header;
  header.metadata = {{"quote\"", "line\n\xC3\xA4"}};
  header.entries = {{.name = "back\\slash \xE2\x82\xAC",
                     .dtype = "U8",
                     .shape = {},
                     .begin = 0,
                     .end = 1}};
  const std::string bytes = FormatSafetensorsHeader(header);
  EXPECT_EQ(bytes.size() % 8, 0);
  ASSERT_OK_AND_ASSIGN(const SafetensorsHeader read,
                       ParseSafetensorsHeader(bytes.substr(8), 1));
  EXPECT_EQ(read.metadata, header.metadata);
  EXPECT_EQ(read.entries[0].name, header.entries[0].name);
}

}  // namespace
}  // namespace maskfill

#include "core/base/sha256.h"

#include <string>

#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

// FIPS 180-2, appendix B, and NIST's example of the empty message.
constexpr char kAbc[] =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr char kEmpty[] =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

TEST(Sha256, GivesNistsVectors) {
  EXPECT_EQ(Sha256Hex(""), kEmpty);
  EXPECT_EQ(Sha256Hex("abc"), kAbc);
  EXPECT_EQ(
      Sha256Hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(Sha256Hex(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, TakesBytesInPieces) {
  Sha256 sha;
  sha.Update("a");
  sha.Update("");
  sha.Update("bc");
  EXPECT_EQ(sha.HexDigest(), kAbc);
}

TEST(Sha256, KeepsFieldsApart) {
  Sha256 a;
  a.UpdateField("ab");
  a.UpdateField("c");
  Sha256 b;
  b.UpdateField("a");
  b.UpdateField("bc");
  EXPECT_NE(a.HexDigest(), b.HexDigest());
  // A field is its length, a colon and its bytes.
  Sha256 c;
  c.UpdateField("ab");
  EXPECT_EQ(c.HexDigest(), Sha256Hex("2:ab"));
}

TEST(Sha256HexOfFile, HashesAFileInPieces) {
  const std::string path = TestDirectory() + "/f";
  ASSERT_OK(WriteFileUnsynced(path, std::string(1000000, 'a')));
  const std::string expected =
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
  EXPECT_THAT(Sha256HexOfFile(path), IsOkAndHolds(expected));
  EXPECT_THAT(Sha256HexOfFile(path + "x"),
              StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace maskfill

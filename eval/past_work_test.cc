#include "eval/past_work.h"

#include <string>

#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/numbered_images.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using ::testing::Eq;

TEST(PastWork, IsNothingWhereItIsGoneOrDamaged) {
  const std::string dir = TestDirectory();
  EXPECT_THAT(PastSet(JoinPath(dir, "gone")), IsOkAndHolds(Eq(std::nullopt)));
  const std::string path = JoinPath(dir, "provenance.json");
  EXPECT_THAT(PastEntry(path), IsOkAndHolds(Eq(std::nullopt)));
  ASSERT_OK(WriteFileAtomically(path, "{damaged"));
  EXPECT_THAT(PastEntry(path), IsOkAndHolds(Eq(std::nullopt)));
}

TEST(PastWork, IsTheManifestWhereItLies) {
  const RecordSet set =
      WriteImageSet(TestDirectory(), {NumberedRecord(0, 0, 8)}, 1);
  ASSERT_OK_AND_ASSIGN(const std::optional<v1::Manifest> found,
                       PastSet(set.dir()));
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->content_fingerprint(), set.manifest().content_fingerprint());
}

TEST(PastWork, IsAnErrorWhereTheSystemCannotTell) {
  // Linux answers with EIO: nothing is mapped at its beginning.
  EXPECT_THAT(PastEntry("/proc/self/mem"),
              StatusIs(absl::StatusCode::kUnavailable));
}

}  // namespace
}  // namespace maskfill

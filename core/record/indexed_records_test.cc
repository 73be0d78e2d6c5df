#include "core/record/indexed_records.h"

#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/atomic_file.h"
#include "core/base/counter_rng.h"
#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/test_records.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const std::vector<std::vector<std::string>> kShards = {
    {"a", "bb"}, {}, {"ccc", "d", "e"}};

class IndexedRecordsTest : public testing::Test {
 protected:
  void SetUp() override {
    dir_ = TestDirectory();
    WriteTestImages(dir_, kShards);
  }
  absl::StatusOr<std::unique_ptr<IndexedRecords>> Open() {
    ASSIGN_OR_RETURN(const RecordSet set, RecordSet::Open(dir_, ""));
    return IndexedRecords::Open(set);
  }
  std::string dir_;
};

TEST_F(IndexedRecordsTest, ReadsEveryPosition) {
  ASSERT_OK_AND_ASSIGN(auto records, Open());
  ASSERT_EQ(records->size(), 5);
  EXPECT_EQ(records->num_shards(), 3);
  EXPECT_EQ(records->ShardBegin(1), 2);
  EXPECT_EQ(records->ShardBegin(2), 2);
  EXPECT_EQ(records->ShardBegin(3), 5);
  const char* ids[] = {"a", "bb", "ccc", "d", "e"};
  for (int64_t i = 4; i >= 0; --i) {
    v1::ImageRecord record;
    ASSERT_OK(records->Read(i, &record));
    EXPECT_EQ(record.id(), ids[i]);
  }
}

TEST_F(IndexedRecordsTest, ReadsTheHeadOfAPayload) {
  ASSERT_OK_AND_ASSIGN(auto records, Open());
  for (int64_t i = 0; i < records->size(); ++i) {
    std::string whole;
    ASSERT_OK(records->Read(i, &whole));
    std::string head;
    for (const size_t size : {size_t{0}, size_t{3}, whole.size() + 9}) {
      ASSERT_OK(records->ReadHead(i, static_cast<int64_t>(size), &head));
      EXPECT_EQ(head, whole.substr(0, size));
    }
  }
  std::string head;
  EXPECT_THAT(records->ReadHead(5, 3, &head),
              StatusIs(absl::StatusCode::kOutOfRange));
}

TEST_F(IndexedRecordsTest, ReadsAnyPartOfAPayload) {
  ASSERT_OK_AND_ASSIGN(auto records, Open());
  for (int64_t i = 0; i < records->size(); ++i) {
    std::string whole;
    ASSERT_OK(records->Read(i, &whole));
    for (size_t begin = 0; begin <= whole.size(); ++begin) {
      for (size_t size = 0; begin + size <= whole.size(); ++size) {
        std::string part(size, '\0');
        ASSERT_OK(records->ReadPart(i, static_cast<int64_t>(begin),
                                    absl::MakeSpan(part)));
        EXPECT_EQ(part, whole.substr(begin, size));
      }
      std::string part(whole.size() - begin + 1, '\0');
      EXPECT_THAT(records->ReadPart(i, static_cast<int64_t>(begin),
                                    absl::MakeSpan(part)),
                  StatusIs(absl::StatusCode::kOutOfRange));
    }
  }
  char byte = 0;
  EXPECT_THAT(records->ReadPart(5, 0, absl::MakeSpan(&byte, 1)),
              StatusIs(absl::StatusCode::kOutOfRange));
  EXPECT_THAT(records->ReadPart(0, -1, absl::MakeSpan(&byte, 1)),
              StatusIs(absl::StatusCode::kOutOfRange));
}

TEST_F(IndexedRecordsTest, RefusesPositionsOutside) {
  ASSERT_OK_AND_ASSIGN(auto records, Open());
  std::string payload;
  EXPECT_THAT(records->Read(-1, &payload),
              StatusIs(absl::StatusCode::kOutOfRange));
  EXPECT_THAT(records->Read(5, &payload),
              StatusIs(absl::StatusCode::kOutOfRange));
}

TEST_F(IndexedRecordsTest, GivesEveryRecordOnceInShuffledOrder) {
  ASSERT_OK_AND_ASSIGN(auto records, Open());
  const Permutation order(/*seed=*/1, "train", /*epoch=*/3, records->size());
  std::multiset<std::string> ids;
  for (uint64_t step = 0; step < order.size(); ++step) {
    v1::ImageRecord record;
    ASSERT_OK(records->Read(static_cast<int64_t>(order.At(step)), &record));
    ids.insert(record.id());
  }
  EXPECT_THAT(ids, testing::ElementsAre("a", "bb", "ccc", "d", "e"));
}

TEST_F(IndexedRecordsTest, ServesSeveralThreads) {
  ASSERT_OK_AND_ASSIGN(auto records, Open());
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&records, &right, t] {
      for (int64_t i = 0; i < 500; ++i) {
        v1::ImageRecord record;
        if (!records->Read((i + t) % 5, &record).ok()) continue;
        const char* ids[] = {"a", "bb", "ccc", "d", "e"};
        if (record.id() == ids[(i + t) % 5]) ++right;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right.load(), 2000);
}

TEST_F(IndexedRecordsTest, ReportsDataLossForEverySingleFlippedBit) {
  const std::string path = dir_ + "/images-00000-of-00003.tfrecord";
  ASSERT_OK_AND_ASSIGN(const std::string bytes, ReadFile(path));
  ASSERT_OK_AND_ASSIGN(auto records, Open());
  std::string payload;
  ASSERT_OK(records->Read(0, &payload));
  for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string damaged = bytes;
    damaged[bit / 8] ^= static_cast<char>(1 << (bit % 8));
    ASSERT_OK(
        WriteFileUnsynced(path, damaged));  // the same inode, which is open
    // "a" takes the first bytes, "bb" the others: one of them is damaged.
    const absl::Status first = records->Read(0, &payload);
    const absl::Status second = records->Read(1, &payload);
    ASSERT_NE(first.ok(), second.ok()) << bit;
    ASSERT_THAT(first.ok() ? second : first,
                StatusIs(absl::StatusCode::kDataLoss,
                         AllOf(HasSubstr(path), HasSubstr(": record "),
                               HasSubstr(" at byte "))));
  }
}

TEST_F(IndexedRecordsTest, SaysWhenTheIndexIsMissing) {
  ASSERT_OK(RemoveFile(dir_ + "/images-00002-of-00003.tfrecord.idx"));
  EXPECT_THAT(Open(),
              StatusIs(absl::StatusCode::kNotFound,
                       HasSubstr("images-00002-of-00003.tfrecord.idx")));
}

TEST_F(IndexedRecordsTest, ReportsDataLossForADamagedIndex) {
  const std::string path = dir_ + "/images-00002-of-00003.tfrecord.idx";
  ASSERT_OK_AND_ASSIGN(const std::string text, ReadFile(path));
  for (size_t size = 0; size < text.size(); ++size) {
    ASSERT_OK(WriteFileUnsynced(path, text.substr(0, size)));
    ASSERT_THAT(Open(), StatusIs(absl::StatusCode::kDataLoss, HasSubstr(path)))
        << size;
  }
  for (const char* bad : {"x", "0 -5\n", "1 20\n", "0 20\n0 20\n", "\n",
                          "0 99999999999999999999\n", "0  20\n"}) {
    ASSERT_OK(WriteFileAtomically(path, bad));
    EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kDataLoss)) << bad;
  }
}

TEST_F(IndexedRecordsTest, NoticesAnIndexThatMovesBorders) {
  const std::string path = dir_ + "/images-00000-of-00003.tfrecord.idx";
  ASSERT_OK_AND_ASSIGN(const int64_t bytes,
                       FileSize(dir_ + "/images-00000-of-00003.tfrecord"));
  ASSERT_OK(
      WriteFileAtomically(path, absl::StrCat("0 20\n20 ", bytes - 20, "\n")));
  ASSERT_OK_AND_ASSIGN(auto records, Open());
  std::string payload;
  EXPECT_THAT(
      records->Read(0, &payload),
      StatusIs(absl::StatusCode::kDataLoss, HasSubstr("its index says 4")));
}

}  // namespace
}  // namespace maskfill

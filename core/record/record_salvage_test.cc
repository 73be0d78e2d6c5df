#include "core/record/record_salvage.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/counter_rng.h"
#include "core/base/crc32c.h"
#include "core/record/record_framing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string Framed(absl::string_view payload) {
  return absl::StrCat(RecordHeader(payload), payload, RecordFooter(payload));
}

// Of a payload that need not be there.
std::string HeaderOfLength(uint64_t length) {
  const auto append = [](uint64_t value, int bytes, std::string* out) {
    for (; bytes > 0; --bytes, value >>= 8) {
      out->push_back(static_cast<char>(value & 0xff));
    }
  };
  std::string header;
  append(length, 8, &header);
  append(MaskedCrc32c(header), 4, &header);
  return header;
}

std::string Shard(const std::vector<std::string>& payloads) {
  std::string bytes;
  for (const std::string& payload : payloads) bytes += Framed(payload);
  return bytes;
}

std::vector<std::string> Salvaged(absl::string_view bytes) {
  std::vector<std::string> payloads;
  int64_t end = 0;
  bool sound = true;
  for (const ShardPiece& piece : FindSoundRecords(bytes)) {
    EXPECT_EQ(piece.begin, end);
    EXPECT_LT(piece.begin, piece.end);
    EXPECT_TRUE(sound || piece.sound) << "two damaged pieces side by side";
    end = piece.end;
    sound = piece.sound;
    if (piece.sound) payloads.emplace_back(PayloadOf(bytes, piece));
  }
  EXPECT_EQ(end, static_cast<int64_t>(bytes.size()));
  return payloads;
}

// Of 16 + 5, 16 + 0, 16 + 7 and 16 + 3 bytes.
const std::vector<std::string>& Payloads() {
  static const auto* const payloads =
      new std::vector<std::string>{"first", "", "a third", "end"};
  return *payloads;
}
constexpr int64_t kEnds[] = {21, 37, 60, 79};

TEST(FindSoundRecords, FindsEveryRecordOfASoundShard) {
  EXPECT_EQ(Salvaged(Shard(Payloads())), Payloads());
  EXPECT_THAT(FindSoundRecords(""), IsEmpty());
}

TEST(FindSoundRecords, SaysWhichBytesAreNoRecord) {
  std::string bytes = Shard(Payloads());
  bytes[25] ^= 1;  // in the header of the second
  EXPECT_THAT(FindSoundRecords(bytes),
              ElementsAre(ShardPiece{0, 21, true}, ShardPiece{21, 37, false},
                          ShardPiece{37, 60, true}, ShardPiece{60, 79, true}));
}

TEST(FindSoundRecords, LosesOneRecordByAnyFlippedBit) {
  const std::string bytes = Shard(Payloads());
  ASSERT_EQ(bytes.size(), 79u);
  for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string damaged = bytes;
    damaged[bit / 8] ^= static_cast<char>(1 << (bit % 8));
    std::vector<std::string> others;
    for (size_t i = 0; i < Payloads().size(); ++i) {
      const size_t begin = i == 0 ? 0 : kEnds[i - 1];
      if (bit / 8 < begin || bit / 8 >= static_cast<size_t>(kEnds[i])) {
        others.push_back(Payloads()[i]);
      }
    }
    EXPECT_EQ(Salvaged(damaged), others) << bit;
  }
}

TEST(FindSoundRecords, KeepsWhatLiesBeforeACutAtAnyByte) {
  const std::string bytes = Shard(Payloads());
  for (size_t size = 0; size < bytes.size(); ++size) {
    std::vector<std::string> whole;
    for (size_t i = 0; i < Payloads().size(); ++i) {
      if (static_cast<size_t>(kEnds[i]) <= size) {
        whole.push_back(Payloads()[i]);
      }
    }
    EXPECT_EQ(Salvaged(absl::string_view(bytes).substr(0, size)), whole)
        << size;
  }
}

TEST(FindSoundRecords, FindsTheNextRecordBehindLostAndForeignBytes) {
  const std::string bytes = Shard(Payloads());
  for (size_t at = 0; at < 21; ++at) {
    std::string shorter = bytes;
    shorter.erase(at, 1);
    EXPECT_THAT(Salvaged(shorter), ElementsAre("", "a third", "end")) << at;
  }
  EXPECT_EQ(Salvaged(absl::StrCat("junk", bytes, std::string(100, '\0'))),
            Payloads());
}

TEST(FindSoundRecords, LosesExactlyTheDamagedOnesOfMany) {
  constexpr int64_t kRecords = 500;
  CounterRng rng(/*seed=*/7, "salvage", 0, "");
  std::vector<std::string> payloads;
  std::vector<std::string> others;
  std::string bytes;
  for (int64_t i = 0; i < kRecords; ++i) {
    std::string payload = absl::StrCat(i, ":");
    for (uint64_t n = rng.Below(300); n > 0; --n) {
      payload.push_back(static_cast<char>(rng.Below(256)));
    }
    std::string framed = Framed(payload);
    if (i % 7 == 3 || i % 7 == 4) {  // side by side as well
      framed[rng.Below(framed.size())] ^= 0x10;
    } else {
      others.push_back(payload);
    }
    bytes += framed;
  }
  EXPECT_EQ(Salvaged(bytes), others);
}

TEST(FindSoundRecords, DoesNotTakeARecordInsideADamagedOne) {
  const std::string inner = Framed("inner");
  std::string bytes = Shard({"before", absl::StrCat(inner, "tail"), "after"});
  const size_t tail = bytes.find("tail");
  bytes[tail] ^= 1;
  EXPECT_THAT(Salvaged(bytes), ElementsAre("before", "after"));
}

TEST(FindSoundRecords, TakesNoRecordAboveTheLimit) {
  EXPECT_THAT(FindSoundRecords(Framed("abc"), /*max_record_bytes=*/2),
              ElementsAre(ShardPiece{0, 19, false}));
}

// A header with the right checksum, of a payload that is not there.
TEST(FindSoundRecords, BelievesNoLengthThatLies) {
  const std::string sound = Shard({"before"});
  const auto size = static_cast<int64_t>(sound.size());
  for (const uint64_t length :
       {uint64_t{4}, uint64_t{1000}, uint64_t{1} << 31, (uint64_t{1} << 63) - 1,
        uint64_t{1} << 63, ~uint64_t{0}, ~uint64_t{0} - 15}) {
    const std::string bytes =
        sound + HeaderOfLength(length) + "payload" + Shard({"after"});
    EXPECT_THAT(Salvaged(bytes), ElementsAre("before", "after")) << length;
    EXPECT_EQ(FindSoundRecords(bytes).at(1),
              (ShardPiece{size, size + kRecordHeaderBytes + 7, false}));
  }
}

// Each claims all that follows: tried one by one, a million of them would take
// minutes.
TEST(FindSoundRecords, TakesLittleTimeForManyLengthsThatLie) {
  constexpr int64_t kHeaders = 1 << 20;
  const std::string sound = Shard({"before", "it"});
  constexpr int64_t kLies = kHeaders * kRecordHeaderBytes + 7;
  std::string bytes = sound;
  for (int64_t i = 0; i < kHeaders; ++i) {
    bytes += HeaderOfLength(
        static_cast<uint64_t>(kLies - 7 - (i + 1) * kRecordHeaderBytes));
  }
  bytes += "no end.";
  const std::vector<ShardPiece> pieces = FindSoundRecords(bytes);
  EXPECT_THAT(Salvaged(bytes), ElementsAre("before", "it"));
  EXPECT_EQ(pieces.back(),
            (ShardPiece{static_cast<int64_t>(sound.size()),
                        static_cast<int64_t>(bytes.size()), false}));
}

}  // namespace
}  // namespace maskfill

#include "core/training/event_file.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/image/decode.h"
#include "core/record/record_framing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using ::testing::ElementsAre;

constexpr char kFirst[] = "events.out.tfevents.0000000001.maskfill";
constexpr char kSecond[] = "events.out.tfevents.0000000002.maskfill";

// All events of the file, each of which must be whole.
std::vector<tensorflow::Event> Events(const std::string& path) {
  std::vector<tensorflow::Event> events;
  const absl::StatusOr<std::string> bytes = ReadFile(path);
  EXPECT_OK(bytes.status());
  if (!bytes.ok()) return events;
  absl::string_view rest = *bytes;
  while (!rest.empty()) {
    const absl::StatusOr<int64_t> length =
        ParseRecordHeader(rest.substr(0, 12), kDefaultMaxRecordBytes);
    EXPECT_OK(length.status());
    if (!length.ok()) break;
    const absl::string_view payload = rest.substr(12, *length);
    EXPECT_OK(CheckRecordFooter(payload, rest.substr(12 + *length, 4)));
    events.emplace_back();
    EXPECT_TRUE(events.back().ParseFromString(std::string(payload)));
    rest.remove_prefix(*length + kRecordOverheadBytes);
  }
  return events;
}

// Of the events that are summaries.
std::vector<int64_t> Steps(const std::string& path) {
  std::vector<int64_t> steps;
  for (const tensorflow::Event& event : Events(path)) {
    if (event.has_summary()) steps.push_back(event.step());
  }
  return steps;
}

TEST(EventFile, HoldsTheNumbersOfALine) {
  const std::string dir = JoinPath(TestDirectory(), "events");
  ASSERT_OK_AND_ASSIGN(auto file, EventFile::Open(dir, 0));
  ASSERT_OK(file->Append({{"step", 7},
                          {"loss", 0.5},
                          {"best", true},
                          {"exact", {{"ood", 3}, {"note", "text"}}}}));
  ASSERT_OK(file->Sync());
  const std::vector<tensorflow::Event> events = Events(JoinPath(dir, kFirst));
  ASSERT_EQ(events.size(), 2);
  EXPECT_EQ(events[0].file_version(), "brain.Event:2");
  EXPECT_EQ(events[1].step(), 7);
  EXPECT_GT(events[1].wall_time(), 1.7e9);
  ASSERT_EQ(events[1].summary().value_size(), 2);
  EXPECT_EQ(events[1].summary().value(0).tag(), "loss");
  EXPECT_EQ(events[1].summary().value(0).simple_value(), 0.5f);
  EXPECT_EQ(events[1].summary().value(1).tag(), "exact/ood");
  EXPECT_EQ(events[1].summary().value(1).simple_value(), 3.0f);
}

TEST(EventFile, HoldsPictures) {
  const std::string dir = TestDirectory();
  ASSERT_OK_AND_ASSIGN(auto file, EventFile::Open(dir, 0));
  Image picture;
  picture.height = 2;
  picture.width = 3;
  for (int i = 0; i < 18; ++i) picture.pixels.push_back(10 * i);
  ASSERT_OK(file->AppendPicture(4, "sheet", picture));
  const tensorflow::Event event = Events(JoinPath(dir, kFirst)).at(1);
  const tensorflow::Summary::Image& image = event.summary().value(0).image();
  EXPECT_EQ(event.summary().value(0).tag(), "sheet");
  EXPECT_EQ(image.height(), 2);
  EXPECT_EQ(image.width(), 3);
  EXPECT_EQ(image.colorspace(), 3);
  ASSERT_OK_AND_ASSIGN(const Image decoded,
                       DecodeImage(image.encoded_image_string()));
  EXPECT_EQ(decoded.pixels, picture.pixels);
}

TEST(EventFile, CutsOffWhatADeadRunWroteBeyondTheState) {
  const std::string dir = TestDirectory();
  {
    ASSERT_OK_AND_ASSIGN(auto file, EventFile::Open(dir, 0));
    for (const int64_t step : {1, 2, 3, 4}) {
      ASSERT_OK(file->Append({{"step", step}, {"loss", 0.5}}));
    }
  }
  ASSERT_OK_AND_ASSIGN(auto file, EventFile::Open(dir, 2));
  ASSERT_OK(file->Append({{"step", 3}, {"loss", 0.25}}));
  EXPECT_THAT(Steps(JoinPath(dir, kFirst)), ElementsAre(1, 2));
  EXPECT_THAT(Steps(JoinPath(dir, kSecond)), ElementsAre(3));
  // A reader that has seen steps 3 and 4 forgets them.
  const std::vector<tensorflow::Event> events = Events(JoinPath(dir, kSecond));
  EXPECT_EQ(events[1].step(), 3);
  EXPECT_EQ(events[1].session_log().status(), tensorflow::SessionLog::START);
}

TEST(EventFile, CutsOffATornEvent) {
  const std::string dir = TestDirectory();
  {
    ASSERT_OK_AND_ASSIGN(auto file, EventFile::Open(dir, 0));
    ASSERT_OK(file->Append({{"step", 1}, {"loss", 0.5}}));
  }
  const std::string path = JoinPath(dir, kFirst);
  ASSERT_OK_AND_ASSIGN(const std::string whole, ReadFile(path));
  for (size_t size = 0; size < whole.size(); ++size) {
    ASSERT_OK(WriteFileAtomically(path, whole.substr(0, size)));
    ASSERT_OK_AND_ASSIGN(auto file, EventFile::Open(dir, 10));
    EXPECT_THAT(Steps(path), ElementsAre());
  }
  std::string flipped = whole;
  flipped.back() ^= 1;
  ASSERT_OK(WriteFileAtomically(path, flipped));
  ASSERT_OK_AND_ASSIGN(auto file, EventFile::Open(dir, 10));
  EXPECT_THAT(Steps(path), ElementsAre());
}

TEST(EventFile, LeavesOtherFilesAlone) {
  const std::string dir = TestDirectory();
  const std::string other =
      JoinPath(dir, "events.out.tfevents.1700000000.host");
  ASSERT_OK(WriteFileAtomically(other, "of another writer"));
  ASSERT_OK(EventFile::Open(dir, 0).status());
  EXPECT_THAT(ReadFile(other), IsOkAndHolds("of another writer"));
}

}  // namespace
}  // namespace maskfill

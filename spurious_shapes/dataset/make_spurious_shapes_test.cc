#include "spurious_shapes/dataset/make_spurious_shapes.h"

#include <signal.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/base/preemption.h"
#include "core/base/sha256.h"
#include "core/image/decode.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using testing::HasSubstr;

BenchmarkOptions Small(const std::string& output) {
  BenchmarkOptions options;
  options.run.output = output;
  options.train_size = 70;  // more than one chunk of work
  options.test_size = 10;
  options.image_size = 16;
  options.run.progress = ProgressMode::kNone;
  options.run.num_threads = 1;
  return options;
}

// Only what a test needs: making files is what takes its time.
BenchmarkOptions TwoSets(const std::string& output) {
  BenchmarkOptions options = Small(output);
  options.suites = {Suite::kR, Suite::kA};
  return options;
}

// Digests of all files by path; temporaries have no business here.
std::map<std::string, std::string> Tree(const std::string& dir) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(dir)) {
    if (!entry.is_regular_file()) continue;
    const std::string path = entry.path().string();
    files[path.substr(dir.size() + 1)] = *Sha256HexOfFile(path);
  }
  return files;
}

std::string ContentOf(const BenchmarkState& state) {
  std::string content;
  for (const SetSummary& set : state.sets) {
    absl::StrAppend(&content, set.name, " ", set.content_sha256, "\n");
  }
  return Sha256Hex(content);
}

TEST(MakeSpuriousShapes, WritesTheSameBytesWithAnyNumberOfThreads) {
  const std::string dir = TestDirectory();
  BenchmarkOptions one = Small(dir + "/one");
  one.image_size = 56;
  BenchmarkOptions two = one;
  two.run.output = dir + "/two";
  two.run.num_threads = 2;
  ASSERT_OK_AND_ASSIGN(const MakeSpuriousShapesStats a,
                       MakeSpuriousShapes(one));
  ASSERT_OK_AND_ASSIGN(const MakeSpuriousShapesStats b,
                       MakeSpuriousShapes(two));
  EXPECT_EQ(a.images, 70 + 6 * 10);
  EXPECT_EQ(Tree(one.run.output), Tree(two.run.output));
  // Pinned from this program: all pictures, masks and scene lists, on every
  // machine.
  EXPECT_EQ(ContentOf(a.state),
            "f4beeb9417739e2a4800e84f787c7c6c2d88e56bbbdbebb115db2b45c8acc315");
  EXPECT_EQ(ContentOf(b.state),
            "f4beeb9417739e2a4800e84f787c7c6c2d88e56bbbdbebb115db2b45c8acc315");
}

TEST(MakeSpuriousShapes, LaysOutSetsAsTheRealOnesAre) {
  const std::string dir = TestDirectory();
  ASSERT_OK(MakeSpuriousShapes(Small(dir)).status());
  for (const char* path : {
           "ILSVRC2012/train/circle/train_000001.png",
           "ILSVRC2012/val/star/id_000008.png",
           "imagenetv2-matched-frequency-format-val/9/v2_000009.png",
           "imagenet-r/arrow/r_000000.png",
           "sketch/arrow/sketch_000000.png",
           "objectnet-1.0/images/crescent_moon/objectnet_000002.png",
           "objectnet-1.0/mappings/folder_to_objectnet_label.json",
           "objectnet-1.0/mappings/objectnet_to_imagenet_1k.json",
           "imagenet-a/triangle/a_000009.png",
           "masks/ILSVRC2012/train/circle/train_000001.png",
           "masks/objectnet-1.0/images/crescent_moon/objectnet_000002.png",
           "scenes/train.csv",
           "classes.json",
           "contact_sheet.png",
           "spurious_shapes.json",
       }) {
    EXPECT_TRUE(PathExists(JoinPath(dir, path))) << path;
  }
  for (const char* folder :
       {"ILSVRC2012/train", "ILSVRC2012/val",
        "imagenetv2-matched-frequency-format-val", "imagenet-r", "sketch",
        "objectnet-1.0/images", "imagenet-a"}) {
    ASSERT_OK_AND_ASSIGN(const std::vector<std::string> classes,
                         ListDirectory(JoinPath(dir, folder)));
    EXPECT_EQ(classes.size(), 10u) << folder;
  }
  // Every picture has its mask, and nothing else is there: 2 x 130 pictures
  // and masks, 7 scene lists, 2 mappings, 5 files at the top.
  EXPECT_EQ(Tree(dir).size(), 2u * 130 + 7 + 2 + 5);
}

TEST(MakeSpuriousShapes, PicturesMasksAndSceneListsBelongTogether) {
  const std::string dir = TestDirectory();
  BenchmarkOptions options = Small(dir);
  options.suites = {Suite::kObjectNet};
  ASSERT_OK(MakeSpuriousShapes(options).status());
  ASSERT_OK_AND_ASSIGN(const std::string csv,
                       ReadFile(dir + "/scenes/objectnet.csv"));
  const std::vector<std::string> lines = absl::StrSplit(csv, '\n');
  ASSERT_EQ(lines.size(), 12u);  // header, 10 pictures, nothing
  for (int i = 0; i < 10; ++i) {
    const std::string path = lines[i + 1].substr(0, lines[i + 1].find(','));
    ASSERT_OK_AND_ASSIGN(const std::string picture_png,
                         ReadFile(dir + "/objectnet-1.0/" + path));
    ASSERT_OK_AND_ASSIGN(const std::string mask_png,
                         ReadFile(dir + "/masks/objectnet-1.0/" + path));
    ASSERT_OK_AND_ASSIGN(const Image picture, DecodeImage(picture_png));
    ASSERT_OK_AND_ASSIGN(const Image mask, DecodeImage(mask_png));
    EXPECT_EQ(picture.width, 20);
    EXPECT_EQ(mask.width, 20);
    EXPECT_EQ(picture.pixels[0], 255);  // red
    EXPECT_EQ(picture.pixels[1], 0);
  }
}

TEST(MakeSpuriousShapes, SecondRunIsANoOp) {
  const std::string dir = TestDirectory();
  ASSERT_OK(MakeSpuriousShapes(TwoSets(dir)).status());
  const auto before = Tree(dir);
  const auto written =
      std::filesystem::last_write_time(dir + "/spurious_shapes.json");
  ASSERT_OK_AND_ASSIGN(const MakeSpuriousShapesStats again,
                       MakeSpuriousShapes(TwoSets(dir)));
  EXPECT_TRUE(again.already_done);
  EXPECT_EQ(again.images, 0);
  EXPECT_EQ(Tree(dir), before);
  EXPECT_EQ(std::filesystem::last_write_time(dir + "/spurious_shapes.json"),
            written);
}

TEST(MakeSpuriousShapes, MakesAgainWhatIsMissing) {
  const std::string dir = TestDirectory();
  ASSERT_OK(MakeSpuriousShapes(TwoSets(dir)).status());
  const auto before = Tree(dir);
  // A set, its masks, one picture, the scenes: all of a set or nothing.
  for (const char* path :
       {"imagenet-r", "masks/imagenet-r", "imagenet-r/star/r_000008.png",
        "masks/imagenet-r/star/r_000008.png", "scenes/r.csv"}) {
    ASSERT_OK(RemoveTree(JoinPath(dir, path)));
    ASSERT_OK_AND_ASSIGN(const MakeSpuriousShapesStats again,
                         MakeSpuriousShapes(TwoSets(dir)));
    EXPECT_FALSE(again.already_done);
    EXPECT_EQ(again.images, 10) << path;
    EXPECT_EQ(Tree(dir), before) << path;
  }
  // What the system puts there is nothing that was lost or gained.
  ASSERT_OK(WriteFileAtomically(dir + "/imagenet-r/star/.DS_Store", "x"));
  EXPECT_TRUE(MakeSpuriousShapes(TwoSets(dir))->already_done);
  ASSERT_OK(RemoveFile(dir + "/imagenet-r/star/.DS_Store"));
  ASSERT_OK(WriteFileAtomically(dir + "/scenes/r.csv", ""));
  ASSERT_OK(RemoveTree(dir + "/classes.json"));
  ASSERT_OK_AND_ASSIGN(const MakeSpuriousShapesStats again,
                       MakeSpuriousShapes(TwoSets(dir)));
  EXPECT_EQ(again.images, 10);
  EXPECT_EQ(Tree(dir), before);
}

TEST(MakeSpuriousShapes, KeepsWhatAPersonPutWhereASetWouldGo) {
  const std::string dir = TestDirectory();
  ASSERT_OK(MakeSpuriousShapes(TwoSets(dir)).status());
  ASSERT_OK(RemoveTree(dir + "/imagenet-r"));
  const std::string real = dir + "/imagenet-r/n01443537/art_0.jpg";
  ASSERT_OK(MakeDirectories(Dirname(real)));
  ASSERT_OK(WriteFileAtomically(real, "a painting"));
  BenchmarkOptions options = TwoSets(dir);
  for (const bool overwrite : {false, true}) {
    options.run.overwrite = overwrite;
    options.run.seed = overwrite ? 1 : 0;
    EXPECT_THAT(MakeSpuriousShapes(options),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("imagenet-r/n01443537")));
    EXPECT_THAT(ReadFile(real), IsOkAndHolds("a painting"));
  }
}

TEST(MakeSpuriousShapes, RefusesADirectoryMadeWithOtherOptions) {
  const std::string dir = TestDirectory();
  BenchmarkOptions options = TwoSets(dir);
  ASSERT_OK(MakeSpuriousShapes(options).status());
  const auto before = Tree(dir);
  options.run.seed = 9;
  EXPECT_THAT(MakeSpuriousShapes(options),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("seed")));
  EXPECT_EQ(Tree(dir), before);

  options.run.overwrite = true;
  options.suites = {Suite::kR};
  ASSERT_OK(MakeSpuriousShapes(options).status());
  EXPECT_FALSE(PathExists(dir + "/imagenet-a"));
  EXPECT_NE(Tree(dir), before);
}

TEST(MakeSpuriousShapes, NeverTouchesFilesItDidNotWrite) {
  const std::string dir = TestDirectory();
  ASSERT_OK(MakeDirectories(dir + "/ILSVRC2012/train/n01440764"));
  const std::string real = dir + "/ILSVRC2012/train/n01440764/1.JPEG";
  ASSERT_OK(WriteFileAtomically(real, "a photograph"));
  BenchmarkOptions options = Small(dir);
  options.run.overwrite = true;
  EXPECT_THAT(
      MakeSpuriousShapes(options),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("ILSVRC2012")));
  EXPECT_THAT(ReadFile(real), IsOkAndHolds("a photograph"));
  EXPECT_EQ(Tree(dir).size(), 1u);
}

TEST(MakeSpuriousShapes, LeavesNothingHalfWrittenWhenPreempted) {
  const std::string dir = TestDirectory();
  BenchmarkOptions options = TwoSets(dir);
  SetPreemptionSignalForTest(SIGTERM);
  EXPECT_THAT(MakeSpuriousShapes(options),
              StatusIs(absl::StatusCode::kCancelled));
  SetPreemptionSignalForTest(0);
  EXPECT_EQ(Tree(dir).size(), 1u);  // run.json: not complete
  ASSERT_OK_AND_ASSIGN(const MakeSpuriousShapesStats stats,
                       MakeSpuriousShapes(options));
  EXPECT_TRUE(stats.state.complete);
  EXPECT_EQ(stats.images, 20);
}

TEST(MakeSpuriousShapes, SaysWhenTheOutputIsAFile) {
  const std::string path = TestDirectory() + "/file";
  ASSERT_OK(WriteFileAtomically(path, "x"));
  EXPECT_THAT(MakeSpuriousShapes(Small(path)),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(ReadFile(path), IsOkAndHolds("x"));
}

TEST(MakeSpuriousShapes, WritesASummary) {
  const std::string dir = TestDirectory();
  BenchmarkOptions options = Small(dir + "/out");
  options.suites = {Suite::kA};
  options.run.summary_json = dir + "/summary.json";
  ASSERT_OK(MakeSpuriousShapes(options).status());
  ASSERT_OK_AND_ASSIGN(const std::string text,
                       ReadFile(options.run.summary_json));
  const nlohmann::json summary = nlohmann::json::parse(text);
  EXPECT_EQ(summary["status"], "OK");
  EXPECT_EQ(summary["counters"]["a_images"], 10);
}

}  // namespace
}  // namespace maskfill

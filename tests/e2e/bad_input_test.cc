// What a user can get wrong: one clear error that says what was found, what
// was expected and what to do; the documented exit code; no half-written
// output.

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "core/base/atomic_file.h"
#include "core/base/exit_code.h"
#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/pipeline.h"
#include "tests/support/program.h"
#include "tests/support/program_errors.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using testing::HasSubstr;
using testing::Not;

// No file under a final name: what is there ends in a temporary or is absent.
void ExpectNothingFinished(const std::string& path) {
  if (!PathExists(path)) return;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(path)) {
    const std::string name = entry.path().filename().string();
    EXPECT_FALSE(absl::EndsWith(name, ".manifest.json")) << name;
    EXPECT_THAT(name, Not(HasSubstr(".tmp-")));
  }
}

struct Program {
  std::string path;
  std::vector<std::string> required;  // flags that have no default
};

class EveryProgram : public testing::TestWithParam<Program> {};

TEST_P(EveryProgram, ExplainsItself) {
  const ProgramResult result = RunProgram({GetParam().path, "--help"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, HasSubstr("--output"));
  // By theme, without paths of sources.
  EXPECT_THAT(result.out, Not(HasSubstr("_flags.cc")));
  for (const std::string& flag : GetParam().required) {
    EXPECT_THAT(result.out, HasSubstr(flag));
  }
  EXPECT_EQ(result.err, "");
}

TEST_P(EveryProgram, ListsEveryMissingFlagInOneError) {
  ExpectError(RunProgram({GetParam().path}), kExitUsage, GetParam().required);
}

TEST_P(EveryProgram, RejectsAFlagThatItDoesNotKnow) {
  ExpectError(RunProgram({GetParam().path, "--no_such_flag=1"}), kExitUsage,
              {"no_such_flag"});
}

INSTANTIATE_TEST_SUITE_P(
    Programs, EveryProgram,
    testing::Values(
        Program{"ingest/ingest", {"--source", "--output"}},
        Program{"model_tool/import_model", {"--source", "--output"}},
        Program{"model_tool/build_zeroshot", {"--checkpoint", "--output"}},
        Program{"model_tool/export_model",
                {"--checkpoint", "--format", "--output"}},
        Program{"model_tool/make_random_clip", {"--output"}},
        Program{"model_tool/merge_models", {"--checkpoints", "--output"}},
        Program{"cam_tool/cam_tool", {"--input", "--checkpoint", "--output"}},
        Program{"cam_tool/cam_compare", {"--cams"}},
        Program{"mask_tool/mask_tool", {"--input", "--cams", "--output"}},
        Program{"feature_tool/feature_tool",
                {"--input", "--checkpoint", "--output"}},
        Program{"feature_tool/feature_compare", {"--features", "--clean"}},
        Program{"train/train", {"--input", "--checkpoint", "--output"}},
        Program{"eval/eval", {"--inputs", "--checkpoint", "--output"}},
        Program{"eval/report/report", {"--reports"}},
        Program{"spurious_shapes/make_spurious_shapes", {"--output"}},
        Program{"spurious_shapes/pretrain/pretrain_clip", {"--output"}}),
    [](const auto& info) { return Basename(info.param.path); });

// It writes nothing, so it has no --output.
TEST(InspectModel, WantsOnePathOrAFlag) {
  const std::string program = "model_tool/inspect_model";
  ExpectError(RunProgram({program}), kExitUsage, {"inspect_model PATH"});
  ExpectError(RunProgram({program, "/nonexistent"}), kExitNoInput,
              {"/nonexistent"});
  const ProgramResult formats = RunProgram({program, "--formats"});
  EXPECT_EQ(formats.exit_code, 0) << formats.err;
  EXPECT_THAT(formats.out, HasSubstr("| `vision_model.*` |"));
}

struct WrongInput {
  std::string stage;
  std::string flag;
};

class WrongDirectory : public testing::TestWithParam<WrongInput> {};

TEST_P(WrongDirectory, IsNamedInTheError) {
  const std::string dir = CopyOfPipeline();
  Stage stage = WithFlag(StageNamed(GetParam().stage),
                         GetParam().flag + "=no/such/place");
  stage = WithFlag(stage, "--output=fresh");
  ExpectError(RunStage(stage, dir), kExitNoInput, {"no/such/place"});
  ExpectNothingFinished(JoinPath(dir, "fresh"));
}

INSTANTIATE_TEST_SUITE_P(
    Flags, WrongDirectory,
    testing::Values(WrongInput{"ingest", "--source"},
                    WrongInput{"import_model", "--source"},
                    WrongInput{"build_zeroshot", "--checkpoint"},
                    WrongInput{"cam_tool", "--input"},
                    WrongInput{"cam_tool", "--checkpoint"},
                    WrongInput{"mask_tool", "--input"},
                    WrongInput{"mask_tool", "--cams"},
                    WrongInput{"train_ft", "--input"},
                    WrongInput{"train_ft", "--checkpoint"},
                    WrongInput{"train_fd_mask", "--teacher"},
                    WrongInput{"train_fd_mask", "--counterfactuals"},
                    WrongInput{"eval", "--checkpoint"},
                    WrongInput{"eval", "--inputs"}),
    [](const auto& info) {
      return info.param.stage + "_" + info.param.flag.substr(2);
    });

TEST(BadInput, ADirectoryOfAnotherStageIsNotTakenForShardsOfImages) {
  const std::string dir = CopyOfPipeline();
  const Stage stage = WithFlag(WithFlag(StageNamed("cam_tool"), "--input=cams"),
                               "--output=fresh");
  ExpectError(RunStage(stage, dir), kExitDataError,
              {"CamRecord", "ImageRecord"});
}

TEST(BadInput, CamsOfOtherImagesAreRefused) {
  const std::string dir = CopyOfPipeline();
  // The same photographs, another set: its own shards and its own CAMs.
  ASSERT_EQ(RunStage(WithFlag(WithFlag(StageNamed("ingest"), "--split=val"),
                              "--output=other"),
                     dir)
                .exit_code,
            0);
  for (const char* name : {"mask_tool", "train_fd_mask"}) {
    const Stage stage =
        WithFlag(WithFlag(StageNamed(name), "--input=other"), "--output=fresh");
    ExpectError(RunStage(stage, dir), kExitDataError,
                {name == std::string("mask_tool") ? "cams" : "cf", "other"});
    ExpectNothingFinished(JoinPath(dir, "fresh"));
  }
}

TEST(BadInput, ShardsInTheWrongOrderAreRefused) {
  const std::string dir = CopyOfPipeline({"cf"});
  // Swap two finished CAM shards: each is intact, their order is not.
  const std::string a = JoinPath(dir, "cams/photos-00000-of-00003.tfrecord");
  const std::string b = JoinPath(dir, "cams/photos-00001-of-00003.tfrecord");
  ASSERT_TRUE(PathExists(a) && PathExists(b));
  std::filesystem::rename(a, a + ".swap");
  std::filesystem::rename(b, a);
  std::filesystem::rename(a + ".swap", b);
  ExpectError(RunStage(StageNamed("mask_tool"), dir), kExitDataError,
              {"photos-0000"});
  ExpectNothingFinished(JoinPath(dir, "cf"));
}

TEST(BadInput, ACheckpointOfAnotherShapeIsRefused) {
  const std::string dir = CopyOfPipeline();
  // The same model for images of 96 px.
  ASSERT_EQ(RunStage(WithFlag(WithFlag(StageNamed("make_random_clip"),
                                       "--image_size=96"),
                              "--output=big.safetensors"),
                     dir)
                .exit_code,
            0);
  ASSERT_EQ(RunStage(WithFlag(WithFlag(StageNamed("import_model"),
                                       "--source=big.safetensors"),
                              "--output=big"),
                     dir)
                .exit_code,
            0);
  ASSERT_EQ(RunStage(WithFlag(WithFlag(StageNamed("build_zeroshot"),
                                       "--checkpoint=big"),
                              "--output=big_zeroshot"),
                     dir)
                .exit_code,
            0);
  for (const char* name : {"cam_tool", "train_ft", "eval"}) {
    const std::string output = std::string("fresh-") + name;
    const Stage stage =
        WithFlag(WithFlag(StageNamed(name), "--checkpoint=big_zeroshot"),
                 "--output=" + output);
    ExpectError(RunStage(stage, dir), kExitDataError, {"96", "64"});
    ExpectNothingFinished(JoinPath(dir, output));
  }
}

TEST(BadInput, ACheckpointWithoutAHeadIsRefused) {
  const std::string dir = CopyOfPipeline();
  for (const char* name : {"cam_tool", "train_ft", "eval"}) {
    const Stage stage =
        WithFlag(WithFlag(StageNamed(name), "--checkpoint=clip"),
                 std::string("--output=fresh-") + name);
    ExpectError(RunStage(stage, dir), kExitDataError, {"build_zeroshot"});
  }
}

TEST(BadInput, OtherOptionsInTheSameDirectoryAreNeverSilentlyReused) {
  const std::string dir = CopyOfPipeline();
  ExpectError(
      RunStage(WithFlag(StageNamed("mask_tool"), "--threshold=0.6"), dir),
      kExitOtherWork, {"threshold", "0.3", "0.6", "--overwrite"});
  ExpectError(
      RunStage(WithFlag(StageNamed("train_ft"), "--learning_rate=0.5"), dir),
      kExitOtherWork, {"learning_rate", "0.5", "--overwrite"});
}

struct NoFlag {
  std::string program;
  std::string flag;
};

class FlagsNobodyUses : public testing::TestWithParam<NoFlag> {};

TEST_P(FlagsNobodyUses, AreNoFlags) {
  const ProgramResult help = RunProgram({GetParam().program, "--help"});
  EXPECT_THAT(help.out, Not(HasSubstr("--" + GetParam().flag + " ")));
  ExpectError(RunProgram({GetParam().program, "--" + GetParam().flag + "=0"}),
              kExitUsage, {"unknown flag --" + GetParam().flag});
}

INSTANTIATE_TEST_SUITE_P(
    Programs, FlagsNobodyUses,
    testing::Values(NoFlag{"cam_tool/cam_tool", "max_bad_records"},
                    NoFlag{"cam_tool/cam_compare", "seed"},
                    NoFlag{"feature_tool/feature_tool", "seed"},
                    NoFlag{"ingest/ingest", "input"},
                    NoFlag{"ingest/ingest", "seed"},
                    NoFlag{"mask_tool/mask_tool", "max_bad_records"},
                    NoFlag{"train/train", "task_index"},
                    NoFlag{"train/train", "freeze"},
                    NoFlag{"eval/eval", "input"}, NoFlag{"eval/eval", "seed"},
                    NoFlag{"model_tool/import_model", "input"},
                    NoFlag{"model_tool/merge_models", "seed"}),
    [](const auto& info) {
      return Basename(info.param.program) + "_" + info.param.flag;
    });

// Nothing is removed before it was recognised, whatever the flags say.
TEST(BadInput, APersonsFilesStay) {
  const std::string dir = CopyOfPipeline({"ft"});
  ASSERT_OK(MakeDirectories(JoinPath(dir, "ft/best")));
  ASSERT_OK(WriteFileAtomically(JoinPath(dir, "ft/best/x"), "mine"));
  ASSERT_OK(WriteFileAtomically(JoinPath(dir, "clip/notes.txt"), "mine"));
  ASSERT_OK(RemoveFile(JoinPath(dir, ".eval.json.work")));
  for (const char* name : {"train_ft", "import_model", "eval"}) {
    ExpectError(RunStage(WithFlag(StageNamed(name), "--overwrite=true"), dir),
                kExitUsage, {"left as it is"});
  }
  EXPECT_THAT(ReadFile(JoinPath(dir, "ft/best/x")), IsOkAndHolds("mine"));
  EXPECT_THAT(ReadFile(JoinPath(dir, "clip/notes.txt")), IsOkAndHolds("mine"));
  EXPECT_TRUE(PathExists(JoinPath(dir, "eval.json")));
}

TEST(BadInput, AnOutputOnAnInputIsRefused) {
  const std::string dir = CopyOfPipeline();
  for (const auto& [name, output] :
       {std::pair{"build_zeroshot", "clip"}, std::pair{"cam_tool", "records/"},
        std::pair{"merge_models", "ft/last"}, std::pair{"train_ft", "zeroshot"},
        std::pair{"eval", "records/eval.json"}}) {
    Stage stage = WithFlag(StageNamed(name), std::string("--output=") + output);
    stage = WithFlag(stage, "--overwrite=true");
    ExpectError(RunStage(stage, dir), kExitUsage, {"lie in one another"});
  }
  EXPECT_TRUE(PathExists(JoinPath(dir, "clip/model.safetensors")));
  EXPECT_TRUE(PathExists(JoinPath(dir, "ft/last/model.safetensors")));
}

// One bit of a weight changed what eval said, without a word.
TEST(BadInput, ADamagedCheckpointIsNamed) {
  const std::string dir = CopyOfPipeline({"eval.json"});
  const std::string path = JoinPath(dir, "mask_fill/last/model.safetensors");
  ASSERT_OK_AND_ASSIGN(std::string bytes, ReadFile(path));
  bytes[bytes.size() - 2] ^= 0x40;
  ASSERT_OK(WriteFileAtomically(path, bytes));
  ExpectError(RunStage(StageNamed("eval"), dir), kExitDataError,
              {"mask_fill/last", "is damaged"});
  ExpectError(RunProgram({"record_tool/records", "verify",
                          JoinPath(dir, "mask_fill/last")}),
              kExitDataError, {"model.safetensors"});
}

TEST(BadInput, AnEmptiedCheckpointIsMadeAgain) {
  const std::string dir = CopyOfPipeline();
  for (const char* file :
       {"ft/last/model.safetensors", "zeroshot/config.json"}) {
    ASSERT_OK(WriteFileAtomically(JoinPath(dir, file), ""));
  }
  for (const char* name : {"build_zeroshot", "train_ft"}) {
    EXPECT_EQ(RunStage(StageNamed(name), dir).exit_code, 0);
  }
  for (const char* output : {"zeroshot", "ft"}) {
    ExpectSameFiles(OutputFiles(JoinPath(dir, output)),
                    OutputFiles(JoinPath(FinishedPipeline(), output)));
  }
}

TEST(BadInput, ADamagedShardIsNamed) {
  const std::string dir = CopyOfPipeline({"cams"});
  const std::string shard =
      JoinPath(dir, "records/photos-00001-of-00003.tfrecord");
  ASSERT_OK_AND_ASSIGN(std::string bytes, ReadFile(shard));
  bytes[bytes.size() / 2] ^= 1;
  ASSERT_OK(WriteFileAtomically(shard, bytes));
  ExpectError(RunStage(StageNamed("cam_tool"), dir), kExitDataError,
              {"photos-00001-of-00003.tfrecord"});
  ExpectNothingFinished(JoinPath(dir, "cams"));
}

TEST(BadInput, ADamagedPhotographIsNamed) {
  const std::string dir = TestDirectory();
  const std::string folder = JoinPath(dir, "source/train/n02123045");
  ASSERT_OK(MakeDirectories(folder));
  std::string photo;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator("examples/photos/train")) {
    if (entry.is_regular_file()) photo = entry.path().string();
  }
  ASSERT_OK_AND_ASSIGN(const std::string bytes, ReadFile(photo));
  ASSERT_OK(WriteFileAtomically(JoinPath(folder, "good.JPEG"), bytes));
  ASSERT_OK(WriteFileAtomically(JoinPath(folder, "cut.JPEG"),
                                bytes.substr(0, bytes.size() / 2)));
  Stage stage =
      WithFlag(StageNamed("ingest"), "--source=" + JoinPath(dir, "source"));
  stage = WithFlag(stage, "--num_shards=1");
  ExpectError(RunStage(stage, dir), kExitDataError,
              {"cut.JPEG", "--max_bad_records"});
  ExpectNothingFinished(JoinPath(dir, "records"));
  const ProgramResult allowed =
      RunStage(WithFlag(stage, "--max_bad_records=1"), dir);
  EXPECT_EQ(allowed.exit_code, 0) << allowed.err;
  EXPECT_THAT(allowed.err, HasSubstr("cut.JPEG"));
}

class FullDisk : public testing::TestWithParam<std::string> {};

TEST_P(FullDisk, IsOneErrorAndARerunWithRoomGivesTheSameBytes) {
  const Stage stage = StageNamed(GetParam());
  const std::string dir = CopyOfPipeline({stage.output});
  ProgramOptions options;
  options.max_file_bytes = 2000;
  ExpectError(RunStage(stage, dir, options), kExitCannotCreate,
              {"free some space"});
  ExpectNothingFinished(JoinPath(dir, stage.output));
  const ProgramResult again = RunStage(stage, dir);
  EXPECT_EQ(again.exit_code, 0) << again.err;
  ExpectSameFiles(OutputFiles(JoinPath(dir, stage.output)),
                  OutputFiles(JoinPath(FinishedPipeline(), stage.output)));
}

TEST(BadInput, AFullDiskUnderStdoutIsAnError) {
  const std::string records = JoinPath(FinishedPipeline(), "records");
  const ProgramResult result =
      RunProgram({"/bin/sh", "-c",
                  JoinPath(std::filesystem::current_path().string(),
                           "record_tool/records") +
                      " verify " + records + " >/dev/full"});
  ExpectError(result, kExitCannotCreate, {"stdout", "free some space"});
}

INSTANTIATE_TEST_SUITE_P(Stages, FullDisk,
                         testing::Values("ingest", "make_random_clip",
                                         "import_model", "build_zeroshot",
                                         "cam_tool", "mask_tool", "train_ft",
                                         "train_fd_mask", "merge_models"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace maskfill

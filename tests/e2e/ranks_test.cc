// One training in several real processes: the same model as in one, and one
// end for all, however one of them ends.

#include <signal.h>

#include <cmath>
#include <filesystem>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/model/checkpoint.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/support/free_port.h"
#include "tests/support/load_checkpoint.h"
#include "tests/support/program.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/test_sets.h"
#include "tests/support/tiny_model.h"

namespace maskfill {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;

using Json = nlohmann::json;

class RanksTest : public testing::Test {
 protected:
  void SetUp() override {
    dir_ = TestDirectory();
    const TestSetOptions sets = {.num_images = 40};
    const RecordSet images = WriteTestImages(Path("images"), sets);
    WriteTestCounterfactuals(Path("cf"), images, sets, /*num_variants=*/2);
    WriteTestImages(Path("held_out"), {.num_images = 21, .num_shards = 3});
    for (const auto& [name, seed] : {std::pair("student", 2), {"teacher", 1}}) {
      Checkpoint checkpoint;
      checkpoint.config = TinyModelConfig(5);
      checkpoint.tensors = TinyModelTensors(checkpoint.config, seed);
      ASSERT_OK(WriteCheckpoint(Path(name), checkpoint).status());
    }
  }

  std::string Path(const std::string& name) const {
    return JoinPath(dir_, name);
  }

  // 5 steps of 8 images per epoch.
  std::vector<std::string> Command(const std::string& output,
                                   int64_t epochs) const {
    return {std::filesystem::absolute("train/train").string(),
            "--mode=fd_mask",
            "--input=" + Path("images"),
            "--counterfactuals=" + Path("cf"),
            "--validation=" + Path("held_out"),
            "--checkpoint=" + Path("student"),
            "--teacher=" + Path("teacher"),
            "--output=" + Path(output),
            "--global_batch_size=8",
            "--learning_rate=1e-3",
            "--schedule=constant",
            "--device=cpu",
            "--num_threads=1",
            "--collective_timeout=60",
            absl::StrCat("--epochs=", epochs)};
  }

  // One process for each rank, beside one another.
  using Commands = std::vector<std::vector<std::string>>;
  static std::vector<ProgramResult> RunAll(
      const Commands& commands, const std::vector<ProgramOptions>& options) {
    std::vector<ProgramResult> results(commands.size());
    std::vector<std::thread> ranks;
    for (size_t rank = 0; rank < commands.size(); ++rank) {
      ranks.emplace_back([&, rank] {
        results[rank] = RunProgram(commands[rank], options[rank]);
      });
    }
    for (std::thread& rank : ranks) rank.join();
    return results;
  }
  // Tells them by flags which they are; `options` are those of one of them.
  std::vector<ProgramResult> Run(Commands commands, size_t with_options = 0,
                                 const ProgramOptions& options = {}) const {
    static int meetings = 0;
    const std::string meeting = Path(absl::StrCat("meet-", ++meetings));
    for (size_t rank = 0; rank < commands.size(); ++rank) {
      commands[rank].insert(commands[rank].end(),
                            {absl::StrCat("--rank=", rank),
                             absl::StrCat("--num_ranks=", commands.size()),
                             "--rendezvous=file:" + meeting});
    }
    std::vector<ProgramOptions> all(commands.size());
    all[with_options] = options;
    return RunAll(commands, all);
  }
  std::vector<ProgramResult> Run(const std::vector<std::string>& command,
                                 size_t size, size_t with_options = 0,
                                 const ProgramOptions& options = {}) const {
    return Run(Commands(size, command), with_options, options);
  }

  static std::vector<int> ExitCodes(const std::vector<ProgramResult>& results) {
    std::vector<int> codes;
    for (const ProgramResult& result : results) {
      codes.push_back(result.exit_code);
    }
    return codes;
  }

  std::vector<Json> Lines(const std::string& file) const {
    std::vector<Json> lines;
    const absl::StatusOr<std::string> text = ReadFile(Path(file));
    if (!text.ok()) return lines;
    for (const absl::string_view line :
         absl::StrSplit(*text, '\n', absl::SkipEmpty())) {
      lines.push_back(Json::parse(line.begin(), line.end(), nullptr, false));
    }
    return lines;
  }

  // A signal to a rank that is a few steps into its run.
  ProgramOptions SignalInRun(const std::string& output, int number) const {
    ProgramOptions options;
    options.signal_number = number;
    options.signal_when = [this, output] {
      return Lines(output + "/metrics.jsonl").size() > 7;
    };
    return options;
  }

  void ExpectSameCurve(const std::string& a, const std::string& b) const {
    const std::vector<Json> left = Lines(a + "/metrics.jsonl");
    const std::vector<Json> right = Lines(b + "/metrics.jsonl");
    ASSERT_EQ(left.size(), right.size());
    for (size_t i = 0; i < left.size(); ++i) {
      EXPECT_EQ(left[i]["step"], right[i]["step"]);
      for (const char* name : {"loss", "ce", "distill", "accuracy"}) {
        const double expected = left[i][name];
        EXPECT_NEAR(right[i][name].get<double>(), expected,
                    1e-4 * std::abs(expected) + 1e-9)
            << name << " of step " << left[i]["step"];
      }
    }
    EXPECT_EQ(Lines(a + "/validation.jsonl"), Lines(b + "/validation.jsonl"));
  }

  std::string dir_;
};

TEST_F(RanksTest, TrainTheModelOfOneProcess) {
  const ProgramResult alone = RunProgram(Command("alone", 3));
  ASSERT_EQ(alone.exit_code, 0) << alone.err;
  for (const int64_t size : {2, 4}) {
    const std::string output = absl::StrCat("ranks-", size);
    const std::vector<ProgramResult> results = Run(Command(output, 3), size);
    EXPECT_THAT(ExitCodes(results), Each(0)) << results[0].err;
    // Only rank 0 has a result to tell.
    EXPECT_THAT(results[0].out, HasSubstr("best: "));
    EXPECT_EQ(results[1].out, "");
    ExpectSameCurve("alone", output);
    ASSERT_OK_AND_ASSIGN(const Checkpoint expected,
                         LoadCheckpoint(Path("alone/last")));
    ASSERT_OK_AND_ASSIGN(const Checkpoint found,
                         LoadCheckpoint(Path(output + "/last")));
    for (const auto& [name, tensor] : expected.tensors) {
      // AdamW divides by the root of a second moment, which may be tiny.
      EXPECT_LT(tensor.sub(found.tensors.at(name)).abs().max().item<double>(),
                1e-3)
          << name;
    }
    // It is the same work, and finished: nothing is left for any number.
    const ProgramResult again = RunProgram(Command(output, 3));
    EXPECT_EQ(again.exit_code, 0);
    EXPECT_THAT(again.err, HasSubstr("finished already"));
    EXPECT_THAT(ExitCodes(Run(Command(output, 3), size)), Each(0));
  }
}

// A contrast is of all ranks' images and prompts.
TEST_F(RanksTest, TrainBothTowersOfOneProcess) {
  Checkpoint clip;
  clip.config = TinyModelConfig(/*num_classes=*/0);
  clip.config.text = {.width = 8, .heads = 2, .layers = 1, .mlp_width = 16};
  clip.config.context_length = 8;
  clip.config.vocab_size = 49408;
  clip.tensors = TinyModelTensors(clip.config, 2);
  ASSERT_OK(WriteCheckpoint(Path("clip"), clip).status());
  ASSERT_OK(WriteFileAtomically(Path("names"), "a\nb\nc\nd\ne\n"));
  ASSERT_OK(WriteFileAtomically(Path("templates"), "{}\none {}\nthe {}\n"));
  const auto command = [this](const std::string& output) {
    std::vector<std::string> flags = Command(output, 2);
    flags.insert(
        flags.end(),
        {"--mode=flyp", "--teacher=", "--counterfactuals=",
         "--checkpoint=" + Path("clip"), "--class_names=" + Path("names"),
         "--templates=" + Path("templates"), "--batch_size=3"});
    return flags;
  };
  const ProgramResult alone = RunProgram(command("alone"));
  ASSERT_EQ(alone.exit_code, 0) << alone.err;
  const std::vector<ProgramResult> results = Run(command("ranks"), 2);
  EXPECT_THAT(ExitCodes(results), Each(0)) << results[0].err;
  ExpectSameCurve("alone", "ranks");
}

TEST_F(RanksTest, EndTogetherWhenOneIsToldToStopAndGoOnWithAnotherNumber) {
  ASSERT_EQ(RunProgram(Command("alone", 40)).exit_code, 0);
  const std::vector<ProgramResult> stopped = Run(
      Command("run", 40), 3, /*with_options=*/1, SignalInRun("run", SIGTERM));
  EXPECT_THAT(ExitCodes(stopped), Each(75)) << stopped[0].err;
  const size_t taken = Lines("run/metrics.jsonl").size();
  ASSERT_LT(taken, 200u);
  // Told to stop with it, rank 0 saved the state of the last step.
  const std::vector<ProgramResult> last = Run(Command("run", 40), 2);
  EXPECT_THAT(ExitCodes(last), Each(0)) << last[0].err;
  EXPECT_THAT(last[0].err,
              HasSubstr(absl::StrCat("goes on from step ", taken, " of 200")));
  const std::vector<Json> expected = Lines("alone/metrics.jsonl");
  const std::vector<Json> found = Lines("run/metrics.jsonl");
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i]["step"], expected[i]["step"]);
  }
  // Rounding grows with the steps.
  EXPECT_NEAR(found.back()["loss"].get<double>(),
              expected.back()["loss"].get<double>(), 0.02);
}

// Long before the timeout, which is longer than this test may take.
TEST_F(RanksTest, EndWithAnErrorAtOnceWhenOneIsKilled) {
  std::vector<std::string> command = Command("run", 400);
  command.push_back("--collective_timeout=100000");
  for (const size_t killed : {2, 0}) {
    const std::vector<ProgramResult> results =
        Run(command, 3, killed, SignalInRun("run", SIGKILL));
    for (size_t rank = 0; rank < 3; ++rank) {
      EXPECT_EQ(results[rank].exit_code, rank == killed ? 137 : 74);
      if (rank == killed) continue;
      EXPECT_THAT(results[rank].err,
                  HasSubstr(absl::StrCat("lost rank ", killed)));
    }
    if (killed == 0) continue;
    // Nothing that was trained is lost either.
    const size_t taken = Lines("run/metrics.jsonl").size();
    EXPECT_TRUE(PathExists(Path(
        absl::StrCat("run/state/step-", absl::Dec(taken, absl::kZeroPad10)))));
    std::filesystem::remove_all(Path("run"));
  }
}

// What one of them alone cannot read or was told wrongly: all know at once.
TEST_F(RanksTest, EndAtOnceWithTheErrorOfOne) {
  for (const int code : {64, 66, 65}) {
    Commands commands(2, Command("run", 400));
    for (auto& command : commands) {
      command.push_back("--collective_timeout=100000");
    }
    std::string said = "--beta is -1";
    if (code == 64) {
      commands[1].push_back("--beta=-1");
    } else if (code == 66) {
      commands[1].push_back("--validation=" + Path("nowhere"));
      said = "nowhere";
    } else {  // met a few steps into the run
      said = "set-00001-of-00002.tfrecord";
      std::filesystem::copy(Path("images"), Path("damaged"));
      ASSERT_OK_AND_ASSIGN(std::string shard,
                           ReadFile(Path("damaged/" + said)));
      shard[shard.size() / 2] ^= 1;
      ASSERT_OK(WriteFileAtomically(Path("damaged/" + said), shard));
      commands[1].push_back("--input=" + Path("damaged"));
    }
    const std::vector<ProgramResult> results = Run(commands);
    EXPECT_THAT(ExitCodes(results), Each(code)) << results[0].err;
    EXPECT_THAT(results[1].err, HasSubstr(said));
    EXPECT_THAT(results[0].err, HasSubstr("rank 1: "));
    EXPECT_THAT(results[0].err, HasSubstr(said));
  }
}

TEST_F(RanksTest, SaveWhenOneIsAskedToAndGoOn) {
  const std::vector<ProgramResult> results = Run(
      Command("run", 40), 2, /*with_options=*/1, SignalInRun("run", SIGUSR1));
  EXPECT_THAT(ExitCodes(results), Each(0)) << results[0].err;
  EXPECT_THAT(results[0].err, HasSubstr("asked to, saved the state of step"));
  EXPECT_EQ(Lines("run/metrics.jsonl").size(), 200u);
}

TEST_F(RanksTest, EndWithWhatOneOfThemMet) {
  // Other work in --output, which rank 0 alone looks at.
  ASSERT_EQ(RunProgram(Command("run", 1)).exit_code, 0);
  const std::vector<ProgramResult> other = Run(Command("run", 2), 2);
  EXPECT_THAT(ExitCodes(other), Each(78));
  EXPECT_THAT(other[1].err, HasSubstr("rank 0: --output holds"));
  // Fewer images in a batch than ranks.
  std::vector<std::string> command = Command("small", 1);
  command.push_back("--global_batch_size=2");
  const std::vector<ProgramResult> small = Run(command, 3);
  EXPECT_THAT(ExitCodes(small), Each(64));
  // Flags of other work than those of rank 0.
  Commands commands(2, Command("mixed", 1));
  commands[1].push_back("--beta=3");
  const std::vector<ProgramResult> mixed = Run(commands);
  EXPECT_THAT(ExitCodes(mixed), Each(65));
  EXPECT_THAT(mixed[0].err, HasSubstr("other work than rank 0"));
}

// As docs/training.md has it.
TEST_F(RanksTest, FollowTorchrun) {
  const std::string torchrun = std::filesystem::canonical("docs/training.md")
                                   .parent_path()
                                   .parent_path() /
                               ".venv/bin/torchrun";
  if (!PathExists(torchrun)) GTEST_SKIP() << "there is no " << torchrun;
  ASSERT_EQ(RunProgram(Command("alone", 3)).exit_code, 0);
  std::vector<std::string> command = {
      torchrun, "--no-python", "--nproc-per-node=2", "--master-addr=127.0.0.1",
      absl::StrCat("--master-port=", FreePort())};
  const std::vector<std::string> train = Command("run", 3);
  command.insert(command.end(), train.begin(), train.end());
  const ProgramResult result = RunProgram(command);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("2 ranks"));
  ExpectSameCurve("alone", "run");
}

TEST_F(RanksTest, FollowMpirun) {
  ASSERT_EQ(RunProgram(Command("alone", 1)).exit_code, 0);
  const Commands launchers = {
      {"/usr/bin/mpirun.openmpi", "--allow-run-as-root", "--oversubscribe"},
      {"/usr/bin/mpirun.mpich"}};
  bool is_there = false;
  for (std::vector<std::string> command : launchers) {
    if (!PathExists(command[0])) continue;
    is_there = true;
    const std::string output = Basename(command[0]);
    command.insert(command.end(), {"-n", "2"});
    const std::vector<std::string> train = Command(output, 1);
    command.insert(command.end(), train.begin(), train.end());
    ProgramOptions options;
    options.environment = {{"MASTER_PORT", absl::StrCat(FreePort())}};
    const ProgramResult result = RunProgram(command, options);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_THAT(result.err, HasSubstr("2 ranks"));
    ExpectSameCurve("alone", output);
  }
  if (!is_there) GTEST_SKIP() << "no mpirun here: tools/setup.sh --mpi";
}

// The variables that these set, without them.
TEST_F(RanksTest, FollowSrunAndMpirun) {
  ASSERT_EQ(RunProgram(Command("alone", 1)).exit_code, 0);
  const auto variables = [](const std::string& launcher, int rank, int port) {
    std::map<std::string, std::string> set = {
        {"MASTER_PORT", absl::StrCat(port)}};
    if (launcher == "srun") {
      set.insert({{"SLURM_PROCID", absl::StrCat(rank)},
                  {"SLURM_STEP_NUM_TASKS", "2"},
                  {"SLURM_LOCALID", absl::StrCat(rank)},
                  {"SLURM_STEP_TASKS_PER_NODE", "2"},
                  {"SLURM_STEP_NODELIST", "localhost"}});
    } else {
      set.insert({{"OMPI_COMM_WORLD_RANK", absl::StrCat(rank)},
                  {"OMPI_COMM_WORLD_SIZE", "2"},
                  {"OMPI_COMM_WORLD_LOCAL_RANK", absl::StrCat(rank)},
                  {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"}});
    }
    return set;
  };
  for (const std::string launcher : {"srun", "mpirun"}) {
    const int port = FreePort();
    std::vector<ProgramOptions> options(2);
    for (int rank = 0; rank < 2; ++rank) {
      options[rank].environment = variables(launcher, rank, port);
    }
    const std::vector<ProgramResult> results =
        RunAll(Commands(2, Command(launcher, 1)), options);
    EXPECT_THAT(ExitCodes(results), Each(0)) << results[0].err;
    ExpectSameCurve("alone", launcher);
  }
}

}  // namespace
}  // namespace maskfill

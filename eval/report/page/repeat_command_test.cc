#include "eval/report/page/repeat_command.h"

#include "gtest/gtest.h"

namespace maskfill {
namespace {

void AddOption(const char* name, const char* value, v1::Manifest* entry) {
  v1::Option* option = entry->add_options();
  option->set_name(name);
  option->set_value(value);
}

void AddInput(const char* role, const char* path, v1::Manifest* entry) {
  v1::InputReference* input = entry->add_inputs();
  input->set_role(role);
  input->set_path(path);
}

TEST(RepeatCommand, GivesInputsByTheirFlags) {
  v1::Manifest entry;
  entry.set_tool("train");
  entry.set_seed(2);
  AddOption("mode", "fd_mask", &entry);
  AddOption("state_key", "", &entry);
  AddInput("images", "records/my set", &entry);
  AddInput("teacher", "models/zeroshot", &entry);
  EXPECT_EQ(RepeatCommand(entry, "runs/a"),
            "train --mode=fd_mask --input='records/my set' "
            "--teacher=models/zeroshot --seed=2 --output=runs/a");
}

TEST(RepeatCommand, NamesDevicesAsFlagsDo) {
  v1::Manifest entry;
  entry.set_tool("cam_tool");
  AddOption("device", "CPU", &entry);
  AddOption("grid_size", "7", &entry);  // follows from the checkpoint
  EXPECT_EQ(RepeatCommand(entry, "cams"),
            "cam_tool --device=cpu --output=cams");
}

TEST(RepeatCommand, ListsWhatIsMergedAndEvaluated) {
  v1::Manifest merge;
  merge.set_tool("merge_models");
  AddOption("scoring_version", "2", &merge);
  AddInput("checkpoint_1", "a", &merge);
  AddInput("checkpoint_2", "b", &merge);
  EXPECT_EQ(RepeatCommand(merge, "c"),
            "merge_models --checkpoints=a,b --output=c");
  v1::Manifest eval;
  eval.set_tool("eval");
  AddInput("checkpoint", "c", &eval);
  AddInput("id", "records/id", &eval);
  AddInput("r", "records/r", &eval);
  EXPECT_EQ(RepeatCommand(eval, "c.json"),
            "eval --checkpoint=c --inputs=records/id,records/r "
            "--output=c.json");
}

TEST(ShellWord, IsQuotedWhereTheShellWouldTouchIt) {
  EXPECT_EQ(ShellWord("runs/a-1.json,b"), "runs/a-1.json,b");
  EXPECT_EQ(ShellWord("eval/*.json"), "'eval/*.json'");
  EXPECT_EQ(ShellWord("it's"), "'it'\\''s'");
  EXPECT_EQ(ShellWord(""), "''");
}

}  // namespace
}  // namespace maskfill

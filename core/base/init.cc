#include "core/base/init.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "core/base/exit_code.h"
#include "core/base/preemption.h"
#include "core/base/uncaught.h"
#include "gflags/gflags.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

[[noreturn]] void ExitUsage(const std::string& message) {
  std::fprintf(stderr, "error: %s; see --help [INVALID_ARGUMENT, exit %d]\n",
               message.c_str(), kExitUsage);
  std::exit(kExitUsage);
}

// "bin/ingest" -> "ingest".
std::string ProgramName(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

// Prints the help and ends the process where `argument` asks for it.
void AnswerHelp(const std::string& argument, const ProgramHelp& help) {
  if (argument == "--help" || argument == "-help" || argument == "-h") {
    std::fputs(HelpText(help).c_str(), stdout);
  } else if (argument == "--help=json" || argument == "-help=json") {
    std::fputs(HelpJson(help).c_str(), stdout);
  } else if (argument.rfind("--help=", 0) == 0) {
    ExitUsage("found " + argument + ", expected --help or --help=json");
  } else {
    return;
  }
  std::exit(kExitOk);
}

// Sets the flag, or ends the process.
void CheckFlagValue(const std::string& name, const std::string& type,
                    const std::string& value) {
  if (gflags::SetCommandLineOption(name.c_str(), value.c_str()).empty()) {
    ExitUsage("--" + name + " takes a value of type " + type + ", found \"" +
              value + "\"");
  }
}

void CheckFlagFiles(const std::string& paths, int depth);

// gflags exits with 1 on a flag it cannot take; scheduler rules need 64. So
// each argument is looked at before gflags sees it.
void CheckFlags(const std::vector<std::string>& arguments, int depth) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "--") return;
    if (argument.size() < 2 || argument[0] != '-') continue;
    std::string name = argument.substr(argument[1] == '-' ? 2 : 1);
    const size_t equals = name.find('=');
    std::string value =
        equals == std::string::npos ? "" : name.substr(equals + 1);
    name = name.substr(0, equals);
    for (char& c : name) {
      if (c == '-') c = '_';
    }
    gflags::CommandLineFlagInfo info;
    const bool negated =
        name.rfind("no", 0) == 0 &&
        gflags::GetCommandLineFlagInfo(name.substr(2).c_str(), &info) &&
        info.type == "bool";
    if (negated) continue;
    if (!gflags::GetCommandLineFlagInfo(name.c_str(), &info)) {
      ExitUsage("unknown flag --" + name);
    }
    if (equals == std::string::npos) {
      if (info.type == "bool") continue;
      // In a flag file the value stands on the same line.
      if (depth > 0 || i + 1 >= arguments.size()) {
        ExitUsage("--" + name + " has no value");
      }
      value = arguments[++i];
    }
    if (name == "flagfile") {
      CheckFlagFiles(value, depth + 1);
    } else {
      CheckFlagValue(name, info.type, value);
    }
  }
}

// gflags passes over what it does not know in a flag file, so that a misspelt
// flag would silently keep its default.
void CheckFlagFiles(const std::string& paths, int depth) {
  if (depth > 10) ExitUsage("--flagfile \"" + paths + "\" contains itself");
  std::istringstream list(paths);
  std::string path;
  while (std::getline(list, path, ',')) {
    std::ifstream file(path);
    if (!file) ExitUsage("cannot read --flagfile \"" + path + "\"");
    std::vector<std::string> arguments;
    std::string line;
    while (std::getline(file, line)) {
      line.erase(0, line.find_first_not_of(" \t\r"));
      line.erase(line.find_last_not_of(" \t\r") + 1);
      if (line.empty() || line[0] == '#') continue;
      if (line[0] != '-') {
        ExitUsage("--flagfile \"" + path + "\" has the line \"" + line +
                  "\", expected --flag=value");
      }
      arguments.push_back(line);
    }
    CheckFlags(arguments, depth);
  }
}

}  // namespace

void InitMain(const std::string& usage, int* argc, char*** argv,
              const std::vector<ProgramArgument>& arguments) {
  gflags::SetVersionString(BuildText());
  gflags::SetUsageMessage(usage);
  for (int i = 1; i < *argc; ++i) {
    AnswerHelp((*argv)[i], {.program = ProgramName((*argv)[0]),
                            .usage = usage,
                            .arguments = arguments});
  }
  CheckFlags(std::vector<std::string>(*argv + 1, *argv + *argc), 0);
  gflags::SetCommandLineOptionWithMode("logtostderr", "true",
                                       gflags::SET_FLAGS_DEFAULT);
  gflags::ParseCommandLineFlags(argc, argv, /*remove_flags=*/true);
  google::InitGoogleLogging((*argv)[0]);
  google::InstallFailureSignalHandler();
  // A write beyond `ulimit -f` fails as one on a full disk does.
  std::signal(SIGXFSZ, SIG_IGN);
  EndWithExitCodes();
  InstallPreemptionHandlers();  // after glog's, which also take SIGTERM
  const int most = static_cast<int>(arguments.size());
  if (*argc - 1 > most) {
    ExitUsage(std::string("unexpected argument \"") + (*argv)[most + 1] + "\"");
  }
}

int RunMain(const std::string& usage, int argc, char** argv,
            const std::function<absl::Status(int argc, char** argv)>& run,
            const std::vector<ProgramArgument>& arguments) {
  InitMain(usage, &argc, &argv, arguments);
  return ExitCode(run(argc, argv));
}

int RunMain(const std::string& usage, int argc, char** argv,
            const std::function<absl::Status()>& run) {
  return RunMain(usage, argc, argv, [&run](int, char**) { return run(); });
}

}  // namespace maskfill

#include "core/base/init.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "core/base/exit_code.h"
#include "core/base/preemption.h"
#include "gflags/gflags.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

bool IsOurs(const std::string& filename) {
  // Flags of gflags, glog and LibTorch come from absolute or ../ paths.
  return filename.find("_flags.cc") != std::string::npos &&
         filename[0] != '/' && filename.find("external/") == std::string::npos;
}

// "core/work/bad_record_flags.cc" -> "bad record".
std::string Theme(const std::string& filename) {
  const size_t slash = filename.rfind('/');
  std::string theme = filename.substr(slash + 1);
  theme.resize(theme.rfind("_flags.cc"));
  std::replace(theme.begin(), theme.end(), '_', ' ');
  return theme;
}

// The program's own flags, which lie beside its main(), then the shared ones by
// theme.
void PrintHelp(const std::string& usage) {
  std::vector<gflags::CommandLineFlagInfo> flags;
  gflags::GetAllFlags(&flags);
  std::erase_if(flags, [](const auto& flag) { return !IsOurs(flag.filename); });
  std::stable_partition(flags.begin(), flags.end(), [](const auto& flag) {
    return flag.filename.rfind("core/", 0) != 0;
  });
  std::printf("%s\n", usage.c_str());
  std::string theme;
  for (const gflags::CommandLineFlagInfo& flag : flags) {
    if (Theme(flag.filename) != theme) {
      theme = Theme(flag.filename);
      std::printf("\nFlags, %s:\n", theme.c_str());
    }
    const char* quote = flag.type == "string" ? "\"" : "";
    std::printf("  --%s (%s, default %s%s%s)\n      %s\n", flag.name.c_str(),
                flag.type.c_str(), quote, flag.default_value.c_str(), quote,
                flag.description.c_str());
  }
  std::printf(
      "Also: --flagfile=FILE reads flags from a file, --version, and glog's "
      "--v and --minloglevel.\n");
}

[[noreturn]] void ExitUsage(const std::string& message) {
  std::fprintf(stderr, "error: %s; see --help [INVALID_ARGUMENT, exit %d]\n",
               message.c_str(), kExitUsage);
  std::exit(kExitUsage);
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

const char kToolVersion[] = "0.1.0";

void InitMain(const std::string& usage, int* argc, char*** argv,
              int max_positional) {
  gflags::SetVersionString(kToolVersion);
  gflags::SetUsageMessage(usage);
  for (int i = 1; i < *argc; ++i) {
    if (std::strcmp((*argv)[i], "--help") == 0 ||
        std::strcmp((*argv)[i], "-h") == 0 ||
        std::strcmp((*argv)[i], "-help") == 0) {
      PrintHelp(usage);
      std::exit(kExitOk);
    }
  }
  CheckFlags(std::vector<std::string>(*argv + 1, *argv + *argc), 0);
  gflags::SetCommandLineOptionWithMode("logtostderr", "true",
                                       gflags::SET_FLAGS_DEFAULT);
  gflags::ParseCommandLineFlags(argc, argv, /*remove_flags=*/true);
  google::InitGoogleLogging((*argv)[0]);
  google::InstallFailureSignalHandler();
  // A write beyond `ulimit -f` fails as one on a full disk does.
  std::signal(SIGXFSZ, SIG_IGN);
  InstallPreemptionHandlers();  // after glog's, which also take SIGTERM
  if (*argc - 1 > max_positional) {
    ExitUsage(std::string("unexpected argument \"") +
              (*argv)[max_positional + 1] + "\"");
  }
}

}  // namespace maskfill

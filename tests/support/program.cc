#include "tests/support/program.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "core/base/files.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

std::string Slurp(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

[[noreturn]] void Exec(const std::string& program,
                       const std::vector<std::string>& argv,
                       const ProgramOptions& options, const std::string& out,
                       const std::string& err) {
  const int out_fd = open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
  const int err_fd = open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
  dup2(out_fd, 1);
  dup2(err_fd, 2);
  if (options.max_file_bytes > 0) {
    const rlim_t limit = static_cast<rlim_t>(options.max_file_bytes);
    const struct rlimit size = {limit, limit};
    setrlimit(RLIMIT_FSIZE, &size);
    signal(SIGXFSZ, SIG_IGN);  // the write fails with EFBIG instead
  }
  for (const auto& [name, value] : options.environment) {
    setenv(name.c_str(), value.c_str(), 1);
  }
  if (!options.working_directory.empty() &&
      chdir(options.working_directory.c_str()) != 0) {
    _exit(126);
  }
  std::vector<char*> arguments;
  for (const std::string& argument : argv) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);
  execv(program.c_str(), arguments.data());
  _exit(127);
}

}  // namespace

ProgramResult RunProgram(const std::vector<std::string>& argv,
                         const ProgramOptions& options) {
  CHECK(!argv.empty());
  const char* root = std::getenv("TEST_TMPDIR");
  static std::atomic<int> runs = 0;
  const std::string prefix =
      JoinPath(root != nullptr ? root : "/tmp",
               absl::StrCat(".program-", getpid(), "-", runs++));
  const std::string out = prefix + ".out", err = prefix + ".err";
  const std::string program = std::filesystem::absolute(argv[0]).string();
  const pid_t pid = fork();
  PCHECK(pid >= 0);
  if (pid == 0) Exec(program, argv, options, out, err);

  int status = 0;
  if (options.signal_after.has_value() || options.signal_when != nullptr) {
    const absl::Time deadline =
        absl::Now() + options.signal_after.value_or(absl::InfiniteDuration());
    const auto is_time = [&options, deadline] {
      return absl::Now() >= deadline ||
             (options.signal_when != nullptr && options.signal_when());
    };
    bool ended = false;
    while (!ended && !is_time()) {
      ended = waitpid(pid, &status, WNOHANG) == pid;
      if (!ended) absl::SleepFor(absl::Milliseconds(1));
    }
    if (!ended) {
      kill(pid, options.signal_number);
      PCHECK(waitpid(pid, &status, 0) == pid);
    }
  } else {
    PCHECK(waitpid(pid, &status, 0) == pid);
  }
  ProgramResult result;
  result.exit_code =
      WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  result.out = Slurp(out);
  result.err = Slurp(err);
  unlink(out.c_str());
  unlink(err.c_str());
  return result;
}

std::map<std::string, std::string> ReadTree(const std::string& dir) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(dir)) {
    const std::string name =
        std::filesystem::relative(entry.path(), dir).string();
    if (!entry.is_regular_file() || entry.path().extension() == ".log" ||
        name.find(".tmp-") != std::string::npos) {
      continue;
    }
    files[name] = Slurp(entry.path().string());
  }
  return files;
}

}  // namespace maskfill

// A program that is run again and again from where its libraries are loaded,
// which takes LibTorch longer than a small stage: for LD_PRELOAD.
//
// With MASKFILL_CALLS_SERVE set, main() is run in a new process for each line
// of stdin. A line holds NAME=VALUE, with tabs between, which that process has
// in its environment; it reads nothing and its stdout is dropped. The answer is
// a line with its status, as of waitpid.

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>

#include "tests/reliability/call.h"

namespace maskfill {
namespace {

using Main = int (*)(int, char**, char**);
using StartMain = int (*)(Main, int, char**, void (*)(), void (*)(), void (*)(),
                          void*);

Main program_main = nullptr;

void SetVariables(const std::string& line) {
  std::istringstream fields(line);
  for (std::string field; std::getline(fields, field, '\t');) {
    const size_t end = field.find('=');
    if (end == std::string::npos) continue;
    setenv(field.substr(0, end).c_str(), field.substr(end + 1).c_str(), 1);
  }
  ReadSettings();
}

int Serve(int argc, char** argv, char** environment) {
  for (std::string line; std::getline(std::cin, line);) {
    const pid_t child = fork();
    if (child == 0) {
      const int null = open("/dev/null", O_RDWR);
      dup2(null, STDIN_FILENO);
      dup2(null, STDOUT_FILENO);
      close(null);
      SetVariables(line);
      exit(program_main(argc, argv, environment));
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child) return 1;
    std::cout << status << std::endl;
  }
  return 0;
}

}  // namespace
}  // namespace maskfill

extern "C" __attribute__((visibility("default"))) int __libc_start_main(
    maskfill::Main main, int argc, char** argv, void (*init)(), void (*fini)(),
    void (*loader_fini)(), void* stack_end) {
  static const auto next = reinterpret_cast<maskfill::StartMain>(
      dlsym(RTLD_NEXT, "__libc_start_main"));
  if (std::getenv("MASKFILL_CALLS_SERVE") != nullptr) {
    unsetenv("MASKFILL_CALLS_SERVE");
    maskfill::program_main = main;
    main = maskfill::Serve;
  }
  return next(main, argc, argv, init, fini, loader_fini, stack_end);
}

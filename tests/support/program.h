// Runs the real programs as a scheduler would: argv in, exit code and both
// streams out.
#ifndef MASKFILL_TESTS_SUPPORT_PROGRAM_H_
#define MASKFILL_TESTS_SUPPORT_PROGRAM_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace maskfill {

struct ProgramResult {
  int exit_code = 0;  // 128 + signal when killed, as a shell reports it
  std::string out;    // stdout
  std::string err;    // stderr
};

struct ProgramOptions {
  // Sends `signal_number` this long after the start, unless it has ended.
  std::optional<absl::Duration> signal_after;
  // The same once this holds; asked every few milliseconds.
  std::function<bool()> signal_when;
  int signal_number = 9;
  // Largest file the program may write, in bytes: a stand-in for a full disk
  // (the write fails with EFBIG). 0: no limit.
  int64_t max_file_bytes = 0;
  // Where the program runs; empty: the test's directory.
  std::string working_directory;
  // Added to the environment.
  std::map<std::string, std::string> environment;
};

// `argv[0]` is a path; a relative one counts from the test's directory, where
// Bazel lays the programs out ("ingest/ingest").
ProgramResult RunProgram(const std::vector<std::string>& argv,
                         const ProgramOptions& options = {});

// Relative path -> bytes of every file below `dir`, without `*.log` and
// without temporaries of killed runs.
std::map<std::string, std::string> ReadTree(const std::string& dir);

}  // namespace maskfill

#endif  // MASKFILL_TESTS_SUPPORT_PROGRAM_H_

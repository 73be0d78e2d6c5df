#include "core/base/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/base/names.h"

namespace maskfill {
namespace {

constexpr absl::Duration kBarInterval = absl::Milliseconds(200);
constexpr absl::Duration kLogInterval = absl::Seconds(30);

ProgressMode Resolve(ProgressMode mode) {
  if (mode != ProgressMode::kAuto) return mode;
  const bool plain = !isatty(2) || std::getenv("NO_COLOR") != nullptr ||
                     std::getenv("CI") != nullptr;
  return plain ? ProgressMode::kLog : ProgressMode::kBar;
}

absl::Duration Interval(ProgressMode mode) {
  return mode == ProgressMode::kBar ? kBarInterval : kLogInterval;
}

std::string ClockTime(double seconds) {
  const int64_t s = static_cast<int64_t>(seconds + 0.5);
  if (s >= 3600) {
    return absl::StrFormat("%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60);
  }
  return absl::StrFormat("%d:%02d", s / 60, s % 60);
}

std::string JsonEscape(absl::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out;
}

// In the order of ProgressMode.
constexpr const char* kModes[] = {"auto", "bar", "log", "json", "none"};

}  // namespace

absl::StatusOr<ProgressMode> ParseProgressMode(absl::string_view text) {
  return ParseName<ProgressMode>(kModes, text,
                                 "--progress is \"$0\", expected $1");
}

Progress::Progress(ProgressMode mode, std::string name, std::string unit,
                   int64_t total, int64_t already_done)
    : mode_(Resolve(mode)),
      name_(std::move(name)),
      unit_(std::move(unit)),
      total_(total),
      already_done_(already_done),
      start_(absl::Now()),
      done_(already_done),
      next_print_(start_ + Interval(mode_)) {}

Progress::~Progress() { Finish(); }

void Progress::Add(int64_t n) {
  absl::MutexLock lock(&mutex_);
  done_ += n;
  MaybePrint(/*last=*/false);
}

void Progress::SetDetail(std::string detail) {
  absl::MutexLock lock(&mutex_);
  detail_ = std::move(detail);
}

void Progress::Finish() {
  absl::MutexLock lock(&mutex_);
  if (finished_) return;
  finished_ = true;
  MaybePrint(/*last=*/true);
}

void Progress::MaybePrint(bool last) {
  if (mode_ == ProgressMode::kNone) return;
  const absl::Time now = absl::Now();
  if (!last && now < next_print_) return;
  next_print_ = now + Interval(mode_);
  const std::string line = Line(now);
  if (mode_ == ProgressMode::kBar) {
    std::fprintf(stderr, "\r\x1b[K%s%s", line.c_str(), last ? "\n" : "");
  } else {
    std::fprintf(stderr, "%s\n", line.c_str());
  }
  std::fflush(stderr);
}

std::string Progress::Line(absl::Time now) const {
  const double seconds = std::max(absl::ToDoubleSeconds(now - start_), 1e-9);
  const double rate = static_cast<double>(done_ - already_done_) / seconds;
  const double left = rate > 0 && total_ > done_
                          ? static_cast<double>(total_ - done_) / rate
                          : 0;
  if (mode_ == ProgressMode::kJson) {
    return absl::StrFormat(
        "{\"name\":\"%s\",\"done\":%d,\"total\":%d,\"unit\":\"%s\","
        "\"per_second\":%.3f,\"seconds\":%.3f,\"eta_seconds\":%.1f,"
        "\"detail\":\"%s\"}",
        JsonEscape(name_), done_, total_, JsonEscape(unit_), rate, seconds,
        left, JsonEscape(detail_));
  }
  std::string line = absl::StrCat(name_, ": ", done_);
  if (total_ > 0) absl::StrAppend(&line, "/", total_);
  absl::StrAppendFormat(&line, " %s, %.1f/s, %s", unit_, rate,
                        ClockTime(seconds));
  if (total_ > done_ && rate > 0) {
    absl::StrAppend(&line, ", ", ClockTime(left), " left");
  }
  if (!detail_.empty()) absl::StrAppend(&line, ", ", detail_);
  return line;
}

}  // namespace maskfill

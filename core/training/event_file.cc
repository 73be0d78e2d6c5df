#include "core/training/event_file.h"

#include <unistd.h>

#include <cerrno>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/image/encode_png.h"
#include "core/record/record_framing.h"

namespace maskfill {
namespace {

constexpr char kPrefix[] = "events.out.tfevents.";
constexpr char kSuffix[] = ".maskfill";

// The whole events at the beginning of `bytes`, in bytes, up to the first one
// that is torn or beyond step `keep_until`.
size_t KeptBytes(absl::string_view bytes, int64_t keep_until) {
  size_t kept = 0;
  while (bytes.size() - kept >= kRecordOverheadBytes) {
    const absl::string_view rest = bytes.substr(kept);
    const absl::StatusOr<int64_t> length = ParseRecordHeader(
        rest.substr(0, kRecordHeaderBytes), kDefaultMaxRecordBytes);
    if (!length.ok()) break;
    const size_t whole = static_cast<size_t>(*length) + kRecordOverheadBytes;
    if (rest.size() < whole) break;
    const absl::string_view payload =
        rest.substr(kRecordHeaderBytes, static_cast<size_t>(*length));
    tensorflow::Event event;
    if (!CheckRecordFooter(payload, rest.substr(whole - kRecordFooterBytes,
                                                kRecordFooterBytes))
             .ok() ||
        !event.ParseFromArray(payload.data(),
                              static_cast<int>(payload.size())) ||
        (event.has_summary() && event.step() > keep_until)) {
      break;
    }
    kept += whole;
  }
  return kept;
}

void AddScalars(const nlohmann::ordered_json& object, const std::string& prefix,
                tensorflow::Summary* summary) {
  for (const auto& [name, value] : object.items()) {
    if (value.is_object()) {
      AddScalars(value, absl::StrCat(prefix, name, "/"), summary);
    } else if (value.is_number() && (!prefix.empty() || name != "step")) {
      tensorflow::Summary::Value* scalar = summary->add_value();
      scalar->set_tag(absl::StrCat(prefix, name));
      scalar->set_simple_value(value.get<float>());
    }
  }
}

}  // namespace

EventFile::EventFile(std::unique_ptr<AppendedFile> file)
    : file_(std::move(file)) {}

absl::StatusOr<std::unique_ptr<EventFile>> EventFile::Open(
    const std::string& dir, int64_t keep_until) {
  RETURN_IF_ERROR(MakeDirectories(dir));
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ListDirectory(dir));
  int64_t number = 0;
  for (absl::string_view name : names) {
    const std::string path = JoinPath(dir, name);
    int64_t found = 0;
    if (!absl::ConsumePrefix(&name, kPrefix) ||
        !absl::ConsumeSuffix(&name, kSuffix) ||
        !absl::SimpleAtoi(name, &found)) {
      continue;
    }
    number = std::max(number, found);
    ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path));
    const size_t kept = KeptBytes(bytes, keep_until);
    if (kept < bytes.size() &&
        truncate(path.c_str(), static_cast<off_t>(kept)) != 0) {
      return ErrnoStatus(errno, "truncate", path);
    }
  }
  const std::string path =
      JoinPath(dir, absl::StrFormat("%s%010d%s", kPrefix, number + 1, kSuffix));
  ASSIGN_OR_RETURN(std::unique_ptr<AppendedFile> file,
                   AppendedFile::Open(path));
  std::unique_ptr<EventFile> events(new EventFile(std::move(file)));
  tensorflow::Event version;
  version.set_file_version("brain.Event:2");
  RETURN_IF_ERROR(events->Write(std::move(version)));
  if (number > 0) {
    tensorflow::Event start;
    start.set_step(keep_until + 1);
    start.mutable_session_log()->set_status(tensorflow::SessionLog::START);
    RETURN_IF_ERROR(events->Write(std::move(start)));
  }
  return events;
}

absl::Status EventFile::Append(const nlohmann::ordered_json& object) {
  tensorflow::Event event;
  event.set_step(object.at("step").get<int64_t>());
  AddScalars(object, "", event.mutable_summary());
  return Write(std::move(event));
}

absl::Status EventFile::AppendPicture(int64_t step, absl::string_view tag,
                                      const Image& picture) {
  tensorflow::Event event;
  event.set_step(step);
  tensorflow::Summary::Value* value = event.mutable_summary()->add_value();
  value->set_tag(std::string(tag));
  tensorflow::Summary::Image* image = value->mutable_image();
  image->set_height(static_cast<int32_t>(picture.height));
  image->set_width(static_cast<int32_t>(picture.width));
  image->set_colorspace(3);
  ASSIGN_OR_RETURN(*image->mutable_encoded_image_string(), EncodePng(picture));
  return Write(std::move(event));
}

absl::Status EventFile::Write(tensorflow::Event event) {
  event.set_wall_time(absl::ToDoubleSeconds(absl::Now() - absl::UnixEpoch()));
  const std::string payload = event.SerializeAsString();
  return file_->Append(
      absl::StrCat(RecordHeader(payload), payload, RecordFooter(payload)));
}

absl::Status EventFile::Sync() { return file_->Sync(); }

}  // namespace maskfill

// What TensorBoard shows of a run: tf.Event records in files of their own.
#ifndef MASKFILL_CORE_TRAINING_EVENT_FILE_H_
#define MASKFILL_CORE_TRAINING_EVENT_FILE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/base/appended_file.h"
#include "core/image/image.h"
#include "nlohmann/json.hpp"
#include "proto/tf_event.pb.h"

namespace maskfill {

// Names of event files, as of the shell.
inline constexpr char kEventFiles[] = "events.out.tfevents.*";

// Every start of a run writes a file of its own,
// events.out.tfevents.0000000001.maskfill and so on: TensorBoard follows a
// directory of such files. A run that goes on from step k opens its events with
// keep_until k: what a dead run wrote beyond it is cut off, so that every step
// is there once, and a TensorBoard that has read it already is told.
//
//   ASSIGN_OR_RETURN(auto events, EventFile::Open(dir, state.step));
//   RETURN_IF_ERROR(events->Append({{"step", 13}, {"loss", 0.5}}));
//
// Not thread-safe.
class EventFile {
 public:
  // Makes `dir` when absent.
  static absl::StatusOr<std::unique_ptr<EventFile>> Open(const std::string& dir,
                                                         int64_t keep_until);

  // The object that a JsonLinesLog takes: of its member "step", the numbers
  // that are its others, as scalars; those of objects in it are named "a/b".
  absl::Status Append(const nlohmann::ordered_json& object);
  absl::Status AppendPicture(int64_t step, absl::string_view tag,
                             const Image& picture);
  // Returns when all events would survive a crash of the machine.
  absl::Status Sync();

 private:
  explicit EventFile(std::unique_ptr<AppendedFile> file);
  // Stamps it with the time; given to the system at once.
  absl::Status Write(tensorflow::Event event);

  const std::unique_ptr<AppendedFile> file_;
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_TRAINING_EVENT_FILE_H_

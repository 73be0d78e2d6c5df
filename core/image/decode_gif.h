// GIF files to pixels; use decode.h, which asks this for such files.
#ifndef MASKFILL_CORE_IMAGE_DECODE_GIF_H_
#define MASKFILL_CORE_IMAGE_DECODE_GIF_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/image/decode_options.h"
#include "core/image/image.h"

namespace maskfill {

// As DecodeImage, for bytes that begin as a GIF file: the first frame on its
// canvas, as Pillow shows it. Where the frame is not, the canvas has the
// transparent colour, without one colour 0; it grows where the frame reaches
// over its edge. Every frame has to be there, up to the trailer. DataLoss also
// for a frame with greys of its own that Pillow shows in colours. Adds to
// `*notes`.
absl::StatusOr<Image> DecodeGif(absl::string_view bytes,
                                const DecodeOptions& options,
                                DecodeNotes* notes);

}  // namespace maskfill

#endif  // MASKFILL_CORE_IMAGE_DECODE_GIF_H_

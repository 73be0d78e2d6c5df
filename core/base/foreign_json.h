// JSON that others wrote.
#ifndef MASKFILL_CORE_BASE_FOREIGN_JSON_H_
#define MASKFILL_CORE_BASE_FOREIGN_JSON_H_

#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace maskfill {

// Objects and lists in one another. What copies, compares or prints a value
// takes stack for each.
inline constexpr int kMaxJsonDepth = 100;

// Whether `text` opens more objects and lists in one another than that.
bool NestsTooDeep(absl::string_view text);

// The value; discarded (is_discarded(): it is of no type) where `text` is no
// JSON or nests too deep.
template <typename Json = nlohmann::json>
Json ParseForeignJson(absl::string_view text) {
  if (NestsTooDeep(text)) return Json(Json::value_t::discarded);
  return Json::parse(text.begin(), text.end(), /*cb=*/nullptr,
                     /*allow_exceptions=*/false);
}

}  // namespace maskfill

#endif  // MASKFILL_CORE_BASE_FOREIGN_JSON_H_

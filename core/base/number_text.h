// Numbers as text that reads back as the same number.
#ifndef MASKFILL_CORE_BASE_NUMBER_TEXT_H_
#define MASKFILL_CORE_BASE_NUMBER_TEXT_H_

#include <charconv>
#include <string>

namespace maskfill {

// The shortest text that reads back as `value`: "0.3", "3e-05", "12".
template <typename Number>
std::string NumberText(Number value) {
  char text[64];
  const auto end = std::to_chars(text, text + sizeof(text), value);
  return std::string(text, end.ptr);
}

}  // namespace maskfill

#endif  // MASKFILL_CORE_BASE_NUMBER_TEXT_H_

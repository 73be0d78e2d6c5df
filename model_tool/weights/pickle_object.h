// What a pickle holds, as plain data.
#ifndef MASKFILL_MODEL_TOOL_WEIGHTS_PICKLE_OBJECT_H_
#define MASKFILL_MODEL_TOOL_WEIGHTS_PICKLE_OBJECT_H_

#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace maskfill {

enum class PickleKind {
  kNone,
  kBool,    // integer 0 or 1
  kInt,     // integer
  kDouble,  // number
  kString,  // text, UTF-8
  kBytes,   // text
  kTuple,   // items
  kList,    // items; also sets
  kDict,    // items: key, value, key, value, ...; also OrderedDict
  kGlobal,  // text: "module name", a class or function; never called
  // A torch storage: text is its record's key, integer its number of elements,
  // items[0] the global of its class.
  kStorage,
  // A torch tensor: items are storage, offset, size tuple, stride tuple.
  kTensor,
  // What this reader does not build. text says what it would have been;
  // items[0], if any, what its attributes would have been set from.
  kOpaque,
};

// A value; `items` point into the same Pickle.
struct PickleObject {
  PickleKind kind = PickleKind::kNone;
  union {
    int64_t integer = 0;
    double number;
  };
  std::string text;
  std::vector<PickleObject*> items;

  bool IsSequence() const {
    return kind == PickleKind::kList || kind == PickleKind::kTuple;
  }
  // Of a dict: the value of a string key (the last one given), or null.
  const PickleObject* Find(absl::string_view key) const;
};

// For messages: "a dict", "a torch tensor", "an object of argparse.Namespace".
std::string Describe(const PickleObject& object);

// All objects of one pickle, which may refer to each other in circles.
class Pickle {
 public:
  Pickle() = default;
  Pickle(Pickle&&) = default;
  Pickle& operator=(Pickle&&) = default;

  const PickleObject& root() const { return *root_; }
  void set_root(PickleObject* root) { root_ = root; }

  PickleObject* New(PickleKind kind) {
    objects_.emplace_back().kind = kind;
    return &objects_.back();
  }
  size_t size() const { return objects_.size(); }

 private:
  std::deque<PickleObject> objects_;  // addresses stay
  PickleObject* root_ = nullptr;
};

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_WEIGHTS_PICKLE_OBJECT_H_

#include "model_tool/weights/unpickler.h"

#include <cstring>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/status_macros.h"
#include "model_tool/weights/pickle_calls.h"

namespace maskfill {
namespace {

// The machine of the pickle format: a stack, marks on it, and a memo.
class Machine {
 public:
  Machine(absl::string_view bytes, const UnpickleOptions& options)
      : bytes_(bytes), options_(options) {}

  absl::StatusOr<Pickle> Run() {
    while (!stopped_) {
      if (at_ >= bytes_.size()) return Damaged("ends without STOP");
      opcode_at_ = at_;
      const uint8_t opcode = static_cast<uint8_t>(bytes_[at_++]);
      RETURN_IF_ERROR(Step(opcode));
      if (static_cast<int64_t>(pickle_.size()) > options_.max_objects) {
        return Damaged(
            absl::StrCat("has more than ", options_.max_objects, " objects"));
      }
    }
    return std::move(pickle_);
  }

 private:
  absl::Status Damaged(absl::string_view what) const {
    return absl::DataLossError(absl::StrCat("pickle, byte ", opcode_at_, " of ",
                                            bytes_.size(), ": ", what));
  }

  // --- the bytes ---
  absl::StatusOr<absl::string_view> Take(uint64_t n) {
    if (n > bytes_.size() - at_) {
      return Damaged(absl::StrCat("is cut: needs ", n, " bytes, has ",
                                  bytes_.size() - at_));
    }
    const absl::string_view taken = bytes_.substr(at_, n);
    at_ += n;
    return taken;
  }
  // A little-endian number of `n` bytes.
  absl::StatusOr<uint64_t> TakeNumber(int n) {
    ASSIGN_OR_RETURN(const absl::string_view bytes, Take(n));
    uint64_t value = 0;
    for (int i = n - 1; i >= 0; --i) {
      value = (value << 8) | static_cast<uint8_t>(bytes[i]);
    }
    return value;
  }
  absl::StatusOr<absl::string_view> TakeLine() {
    const size_t end = bytes_.find('\n', at_);
    if (end == absl::string_view::npos) return Damaged("is cut in a line");
    const absl::string_view line = bytes_.substr(at_, end - at_);
    at_ = end + 1;
    return line;
  }

  // --- the stack ---
  absl::StatusOr<PickleObject*> Pop() {
    const size_t floor = marks_.empty() ? 0 : marks_.back();
    if (stack_.size() <= floor) return Damaged("takes from an empty stack");
    PickleObject* top = stack_.back();
    stack_.pop_back();
    return top;
  }
  absl::StatusOr<PickleObject*> Top() {
    const size_t floor = marks_.empty() ? 0 : marks_.back();
    if (stack_.size() <= floor) return Damaged("looks at an empty stack");
    return stack_.back();
  }
  absl::StatusOr<std::vector<PickleObject*>> PopMark() {
    if (marks_.empty()) return Damaged("has no mark to go back to");
    const size_t begin = marks_.back();
    marks_.pop_back();
    std::vector<PickleObject*> items(stack_.begin() + begin, stack_.end());
    stack_.resize(begin);
    return items;
  }
  PickleObject* Push(PickleKind kind) {
    stack_.push_back(pickle_.New(kind));
    return stack_.back();
  }
  absl::Status PushText(PickleKind kind, int length_bytes) {
    ASSIGN_OR_RETURN(const uint64_t length, TakeNumber(length_bytes));
    ASSIGN_OR_RETURN(const absl::string_view text, Take(length));
    Push(kind)->text = std::string(text);
    return absl::OkStatus();
  }
  absl::Status PushInteger(int bytes, bool is_signed) {
    ASSIGN_OR_RETURN(const uint64_t value, TakeNumber(bytes));
    Push(PickleKind::kInt)->integer =
        is_signed ? static_cast<int32_t>(static_cast<uint32_t>(value))
                  : static_cast<int64_t>(value);
    return absl::OkStatus();
  }
  // LONG1, LONG4: two's complement of any length.
  absl::Status PushLong(int length_bytes) {
    ASSIGN_OR_RETURN(const uint64_t length, TakeNumber(length_bytes));
    ASSIGN_OR_RETURN(const absl::string_view digits, Take(length));
    if (length > 8) {
      Push(PickleKind::kOpaque)->text = "int (more than 64 bits)";
      return absl::OkStatus();
    }
    const bool negative = length > 0 && (digits.back() & 0x80) != 0;
    uint64_t value = negative ? ~uint64_t{0} : 0;
    for (size_t i = digits.size(); i-- > 0;) {
      value = (value << 8) | static_cast<uint8_t>(digits[i]);
    }
    Push(PickleKind::kInt)->integer = static_cast<int64_t>(value);
    return absl::OkStatus();
  }
  absl::Status PushTuple(size_t n) {
    std::vector<PickleObject*> items(n);
    for (size_t i = n; i-- > 0;) {
      ASSIGN_OR_RETURN(items[i], Pop());
    }
    Push(PickleKind::kTuple)->items = std::move(items);
    return absl::OkStatus();
  }
  absl::Status PushGlobal(absl::string_view module, absl::string_view name) {
    Push(PickleKind::kGlobal)->text = absl::StrCat(module, " ", name);
    return absl::OkStatus();
  }

  // --- the memo ---
  absl::Status Put(uint64_t index) {
    ASSIGN_OR_RETURN(memo_[index], Top());
    return absl::OkStatus();
  }
  absl::Status Get(uint64_t index) {
    const auto found = memo_.find(index);
    if (found == memo_.end()) {
      return Damaged(
          absl::StrCat("refers to memo ", index, ", which was never set"));
    }
    stack_.push_back(found->second);
    return absl::OkStatus();
  }

  // --- containers ---
  absl::Status Extend(PickleObject* container,
                      const std::vector<PickleObject*>& items, bool pairs) {
    if (pairs && items.size() % 2 != 0) return Damaged("has a key alone");
    if (container->kind == PickleKind::kOpaque) {
      // Filled like a list: not looked at. Like a dict: a subclass of one.
      if (!pairs) return absl::OkStatus();
      container->kind = PickleKind::kDict;
      container->items.clear();
    }
    const PickleKind kind = pairs ? PickleKind::kDict : PickleKind::kList;
    if (container->kind != kind) {
      return Damaged(absl::StrCat("adds items to ", Describe(*container)));
    }
    container->items.insert(container->items.end(), items.begin(), items.end());
    return absl::OkStatus();
  }
  absl::Status ExtendTop(bool pairs) {
    ASSIGN_OR_RETURN(const std::vector<PickleObject*> items, PopMark());
    ASSIGN_OR_RETURN(PickleObject * container, Top());
    return Extend(container, items, pairs);
  }
  absl::Status PushContainer(PickleKind kind, bool pairs) {
    ASSIGN_OR_RETURN(const std::vector<PickleObject*> items, PopMark());
    PickleObject* container = Push(kind);
    if (kind == PickleKind::kTuple) {
      container->items = items;
      return absl::OkStatus();
    }
    return Extend(container, items, pairs);
  }

  // REDUCE, NEWOBJ (callable, arguments) and NEWOBJ_EX (also keywords).
  absl::Status Call(bool keywords) {
    if (keywords) RETURN_IF_ERROR(Pop().status());
    ASSIGN_OR_RETURN(PickleObject * arguments, Pop());
    ASSIGN_OR_RETURN(PickleObject * callable, Pop());
    absl::StatusOr<PickleObject*> result =
        PickleCall(*callable, arguments, &pickle_);
    if (!result.ok()) return Damaged(result.status().message());
    stack_.push_back(*result);
    return absl::OkStatus();
  }

  absl::Status Step(uint8_t opcode);
  absl::Status StepProtocol4(uint8_t opcode);

  const absl::string_view bytes_;
  const UnpickleOptions options_;
  Pickle pickle_;
  std::vector<PickleObject*> stack_;
  std::vector<size_t> marks_;
  absl::flat_hash_map<uint64_t, PickleObject*> memo_;
  size_t at_ = 0;
  size_t opcode_at_ = 0;
  bool stopped_ = false;
};

absl::Status Machine::Step(uint8_t opcode) {
  switch (opcode) {
    case 0x80: {  // PROTO
      ASSIGN_OR_RETURN(const uint64_t protocol, TakeNumber(1));
      if (protocol < 2 || protocol > 5) {
        return Damaged(
            absl::StrCat("is of protocol ", protocol, ", expected 2 to 5"));
      }
      return absl::OkStatus();
    }
    case '.': {  // STOP
      ASSIGN_OR_RETURN(PickleObject * root, Pop());
      pickle_.set_root(root);
      stopped_ = true;
      return absl::OkStatus();
    }
    case '(':  // MARK
      marks_.push_back(stack_.size());
      return absl::OkStatus();
    case '0':  // POP
      if (!marks_.empty() && marks_.back() == stack_.size()) {
        marks_.pop_back();
        return absl::OkStatus();
      }
      return Pop().status();
    case '1':  // POP_MARK
      return PopMark().status();
    case '2': {  // DUP
      ASSIGN_OR_RETURN(PickleObject * top, Top());
      stack_.push_back(top);
      return absl::OkStatus();
    }
    case 'N':
      Push(PickleKind::kNone);
      return absl::OkStatus();
    case 0x88:  // NEWTRUE
    case 0x89:  // NEWFALSE
      Push(PickleKind::kBool)->integer = opcode == 0x88;
      return absl::OkStatus();
    case 'K':
      return PushInteger(1, /*is_signed=*/false);
    case 'M':
      return PushInteger(2, /*is_signed=*/false);
    case 'J':
      return PushInteger(4, /*is_signed=*/true);
    case 0x8a:
      return PushLong(1);
    case 0x8b:
      return PushLong(4);
    case 'G': {  // BINFLOAT, big-endian
      ASSIGN_OR_RETURN(uint64_t bits, TakeNumber(8));
      bits = __builtin_bswap64(bits);
      std::memcpy(&Push(PickleKind::kDouble)->number, &bits, sizeof(bits));
      return absl::OkStatus();
    }
    case 'X':
      return PushText(PickleKind::kString, 4);
    case 'T':
      return PushText(PickleKind::kString, 4);  // Python 2's str
    case 'U':
      return PushText(PickleKind::kString, 1);
    case 'B':
      return PushText(PickleKind::kBytes, 4);
    case 'C':
      return PushText(PickleKind::kBytes, 1);
    case ')':
      return PushTuple(0);
    case 0x85:
    case 0x86:
    case 0x87:
      return PushTuple(opcode - 0x84);
    case 't':
      return PushContainer(PickleKind::kTuple, /*pairs=*/false);
    case ']':
      Push(PickleKind::kList);
      return absl::OkStatus();
    case 'l':
      return PushContainer(PickleKind::kList, /*pairs=*/false);
    case 'a': {  // APPEND
      ASSIGN_OR_RETURN(PickleObject * item, Pop());
      ASSIGN_OR_RETURN(PickleObject * list, Top());
      return Extend(list, {item}, /*pairs=*/false);
    }
    case 'e':
      return ExtendTop(/*pairs=*/false);
    case '}':
      Push(PickleKind::kDict);
      return absl::OkStatus();
    case 'd':
      return PushContainer(PickleKind::kDict, /*pairs=*/true);
    case 's': {  // SETITEM
      ASSIGN_OR_RETURN(PickleObject * value, Pop());
      ASSIGN_OR_RETURN(PickleObject * key, Pop());
      ASSIGN_OR_RETURN(PickleObject * dict, Top());
      return Extend(dict, {key, value}, /*pairs=*/true);
    }
    case 'u':
      return ExtendTop(/*pairs=*/true);
    case 'c': {  // GLOBAL
      ASSIGN_OR_RETURN(const absl::string_view module, TakeLine());
      ASSIGN_OR_RETURN(const absl::string_view name, TakeLine());
      return PushGlobal(module, name);
    }
    case 'R':
    case 0x81:  // NEWOBJ
      return Call(/*keywords=*/false);
    case 'b': {  // BUILD: attributes, of which torch.save's own have none
      ASSIGN_OR_RETURN(PickleObject * state, Pop());
      ASSIGN_OR_RETURN(PickleObject * object, Top());
      if (object->kind == PickleKind::kOpaque) object->items = {state};
      return absl::OkStatus();
    }
    case 'Q': {  // BINPERSID
      ASSIGN_OR_RETURN(PickleObject * id, Pop());
      absl::StatusOr<PickleObject*> storage = PickleStorage(*id, &pickle_);
      if (!storage.ok()) return Damaged(storage.status().message());
      stack_.push_back(*storage);
      return absl::OkStatus();
    }
    case 'q':
    case 'r': {
      ASSIGN_OR_RETURN(const uint64_t index, TakeNumber(opcode == 'q' ? 1 : 4));
      return Put(index);
    }
    case 'h':
    case 'j': {
      ASSIGN_OR_RETURN(const uint64_t index, TakeNumber(opcode == 'h' ? 1 : 4));
      return Get(index);
    }
    default:
      return StepProtocol4(opcode);
  }
}

// What protocols 4 and 5 added.
absl::Status Machine::StepProtocol4(uint8_t opcode) {
  switch (opcode) {
    case 0x8c:
      return PushText(PickleKind::kString, 1);
    case 0x8d:
      return PushText(PickleKind::kString, 8);
    case 0x8e:
    case 0x96:  // BYTEARRAY8
      return PushText(PickleKind::kBytes, 8);
    case 0x8f:  // EMPTY_SET
      Push(PickleKind::kList);
      return absl::OkStatus();
    case 0x90:  // ADDITEMS
      return ExtendTop(/*pairs=*/false);
    case 0x91:  // FROZENSET
      return PushContainer(PickleKind::kList, /*pairs=*/false);
    case 0x92:  // NEWOBJ_EX
      return Call(/*keywords=*/true);
    case 0x93: {  // STACK_GLOBAL
      ASSIGN_OR_RETURN(PickleObject * name, Pop());
      ASSIGN_OR_RETURN(PickleObject * module, Pop());
      if (name->kind != PickleKind::kString ||
          module->kind != PickleKind::kString) {
        return Damaged("names a global by something that is no string");
      }
      return PushGlobal(module->text, name->text);
    }
    case 0x94:  // MEMOIZE
      return Put(memo_.size());
    case 0x95:  // FRAME: only a hint for readers
      return Take(8).status();
    default:
      return Damaged(absl::StrFormat(
          "has opcode 0x%02x, which torch.save does not write", opcode));
  }
}

}  // namespace

absl::StatusOr<Pickle> Unpickle(absl::string_view bytes,
                                const UnpickleOptions& options) {
  return Machine(bytes, options).Run();
}

}  // namespace maskfill

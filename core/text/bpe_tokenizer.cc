#include "core/text/bpe_tokenizer.h"

#include <algorithm>
#include <limits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/status_macros.h"
#include "core/base/utf8.h"
#include "core/text/bpe_merges.h"
#include "core/text/gunzip.h"
#include "core/text/text_cleaning.h"

namespace maskfill {
namespace {

constexpr absl::string_view kStartOfText = "<|startoftext|>";
constexpr absl::string_view kEndOfText = "<|endoftext|>";
constexpr absl::string_view kEndOfWord = "</w>";
constexpr size_t kClipMerges = 48894;  // of more lines in the published file

// simple_tokenizer.py's pattern. RE2's \s knows ASCII only, so white space is
// spelled out. U+0345 is neither kind of word there: with IGNORECASE its upper
// case, a letter, counts.
constexpr char kWords[] =
    "((?i:<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d)|"
    "\\p{L}+|\\p{N}|"
    "[^\\t\\n\\v\\f\\r \\x{85}\\x{A0}\\x{1680}\\x{2000}-\\x{200A}\\x{2028}"
    "\\x{2029}\\x{202F}\\x{205F}\\x{3000}\\p{L}\\p{N}\\x{345}]+)";

// The 256 bytes in the order of their tokens: printable ones of Latin-1 first.
std::vector<uint8_t> BytesInTokenOrder() {
  std::vector<uint8_t> order;
  const auto printable = [](int b) {
    return (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
  };
  for (int b = 0; b < 256; ++b) {
    if (printable(b)) order.push_back(static_cast<uint8_t>(b));
  }
  for (int b = 0; b < 256; ++b) {
    if (!printable(b)) order.push_back(static_cast<uint8_t>(b));
  }
  return order;
}

// How the merges file writes each byte: a printable one as itself, the n-th
// other one as U+0100 + n.
std::vector<std::string> SymbolsInTokenOrder() {
  std::vector<std::string> symbols;
  const std::vector<uint8_t> order = BytesInTokenOrder();
  uint32_t other = 256;
  for (size_t i = 0; i < order.size(); ++i) {
    const bool in_printable_part = i < 188;
    std::string symbol;
    AppendUtf8(in_printable_part ? order[i] : other++, &symbol);
    symbols.push_back(std::move(symbol));
  }
  return symbols;
}

}  // namespace

BpeTokenizer::BpeTokenizer() : words_(kWords) {}

absl::StatusOr<std::unique_ptr<BpeTokenizer>> BpeTokenizer::Create() {
  ASSIGN_OR_RETURN(std::string text, Gunzip(BpeMerges()));
  // The file goes on with merges that CLIP's vocabulary leaves out.
  size_t end = 0;
  for (size_t line = 0; line <= kClipMerges; ++line) {
    end = text.find('\n', end) + 1;
  }
  text.resize(end);
  return FromMerges(text);
}

absl::StatusOr<std::unique_ptr<BpeTokenizer>> BpeTokenizer::FromMerges(
    absl::string_view text) {
  std::unique_ptr<BpeTokenizer> tokenizer(new BpeTokenizer);
  // Symbol -> token: bytes, bytes that end a word, merges, the two marks.
  absl::flat_hash_map<std::string, int32_t> tokens;
  int32_t next = 0;
  const std::vector<std::string> symbols = SymbolsInTokenOrder();
  const std::vector<uint8_t> order = BytesInTokenOrder();
  for (size_t i = 0; i < symbols.size(); ++i) {
    tokenizer->byte_tokens_[order[i]] = next;
    tokens[symbols[i]] = next++;
  }
  for (const std::string& symbol : symbols) {
    tokens[absl::StrCat(symbol, kEndOfWord)] = next++;
  }
  int32_t rank = -1;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (rank >= 0 && !line.empty()) {
      const std::vector<absl::string_view> pair = absl::StrSplit(line, ' ');
      if (pair.size() != 2 || !tokens.contains(pair[0]) ||
          !tokens.contains(pair[1])) {
        return absl::InvalidArgumentError(
            absl::StrCat("merges, line ", rank + 2, ": found \"", line,
                         "\", expected two symbols that earlier lines made"));
      }
      const Pair key(tokens[pair[0]], tokens[pair[1]]);
      tokens[absl::StrCat(pair[0], pair[1])] = next;
      tokenizer->merges_[key] = {rank, next};
      ++next;
    }
    if (rank < 0 || !line.empty()) ++rank;
  }
  tokenizer->vocab_size_ = next + 2;
  return tokenizer;
}

void BpeTokenizer::EncodeWord(absl::string_view word,
                              std::vector<int32_t>* tokens) const {
  std::vector<int32_t> symbols;
  symbols.reserve(word.size());
  for (char c : word) {
    symbols.push_back(byte_tokens_[static_cast<uint8_t>(c)]);
  }
  symbols.back() += 256;
  while (symbols.size() > 1) {
    Merge best = {std::numeric_limits<int32_t>::max(), 0};
    Pair best_pair;
    for (size_t i = 0; i + 1 < symbols.size(); ++i) {
      const Pair pair(symbols[i], symbols[i + 1]);
      const auto found = merges_.find(pair);
      if (found != merges_.end() && found->second.rank < best.rank) {
        best = found->second;
        best_pair = pair;
      }
    }
    if (best.rank == std::numeric_limits<int32_t>::max()) break;
    size_t out = 0;
    for (size_t i = 0; i < symbols.size(); ++out) {
      if (i + 1 < symbols.size() && symbols[i] == best_pair.first &&
          symbols[i + 1] == best_pair.second) {
        symbols[out] = best.result;
        i += 2;
      } else {
        symbols[out] = symbols[i++];
      }
    }
    symbols.resize(out);
  }
  tokens->insert(tokens->end(), symbols.begin(), symbols.end());
}

absl::StatusOr<std::vector<int32_t>> BpeTokenizer::Encode(
    absl::string_view text) const {
  ASSIGN_OR_RETURN(const std::string cleaned, CleanText(text));
  std::vector<int32_t> tokens;
  re2::StringPiece rest(cleaned);
  re2::StringPiece word;
  while (RE2::FindAndConsume(&rest, words_, &word)) {
    const absl::string_view found(word.data(), word.size());
    if (found == kStartOfText) {
      tokens.push_back(start_of_text());
    } else if (found == kEndOfText) {
      tokens.push_back(end_of_text());
    } else {
      EncodeWord(found, &tokens);
    }
  }
  return tokens;
}

absl::StatusOr<std::vector<int32_t>> BpeTokenizer::Tokenize(
    absl::string_view text, const TokenizeOptions& options) const {
  ASSIGN_OR_RETURN(std::vector<int32_t> tokens, Encode(text));
  const size_t context = static_cast<size_t>(options.context_length);
  const size_t count = tokens.size() + 2;
  if (count > context && !options.truncate) {
    return absl::InvalidArgumentError(
        absl::StrCat("text \"", Abbreviated(text), "\" has ", count,
                     " tokens with start and end, the model takes ", context,
                     "; shorten it"));
  }
  tokens.insert(tokens.begin(), start_of_text());
  tokens.push_back(end_of_text());
  tokens.resize(context, 0);
  if (count > context) tokens.back() = end_of_text();
  return tokens;
}

}  // namespace maskfill

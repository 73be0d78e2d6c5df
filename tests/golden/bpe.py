"""CLIP's byte-pair tokens in plain Python, from the published merges."""

import gzip
import html
import re
import unicodedata

_SPECIAL = re.compile(
    r"<\|startoftext\|>|<\|endoftext\|>|'(?:s|t|re|ve|m|ll|d)"
)
_END_OF_WORD = "</w>"
# Of what ftfy mends: typographic quotes, and accents that stand alone.
_QUOTES = str.maketrans(
    "\u02bc\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f", "'" * 5 + '"' * 4
)


def _byte_symbols():
    """The printable character that stands for each byte, in vocabulary order."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    return {
        **{byte: chr(byte) for byte in printable},
        **{byte: chr(256 + i) for i, byte in enumerate(others)},
    }


def _kind(char):
    if char.isspace():
        return "space"
    category = unicodedata.category(char)[0]
    return category if category in "LN" else "other"


def _words(text):
    """Contractions, runs of letters, single digits and runs of the rest."""
    start = 0
    while start < len(text):
        kind = _kind(text[start])
        special = _SPECIAL.match(text, start)
        end = special.end() if special else start + 1
        if not special and kind in ("L", "other"):
            while end < len(text) and _kind(text[end]) == kind:
                end += 1
        if kind != "space":
            yield text[start:end]
        start = end


class Tokenizer:
    def __init__(self, merges_path, vocabulary=49408):
        lines = gzip.open(merges_path, "rt", encoding="utf-8").read().split("\n")
        self._bytes = _byte_symbols()
        symbols = list(self._bytes.values())
        symbols += [symbol + _END_OF_WORD for symbol in symbols]
        count = vocabulary - len(symbols) - 2
        pairs = [tuple(line.split()) for line in lines[1 : 1 + count]]
        symbols += ["".join(pair) for pair in pairs]
        symbols += ["<|startoftext|>", "<|endoftext|>"]
        self._ids = {symbol: i for i, symbol in enumerate(symbols)}
        self._ranks = {pair: i for i, pair in enumerate(pairs)}

    def _merge(self, word):
        parts = [self._bytes[byte] for byte in word.encode("utf-8")]
        parts[-1] += _END_OF_WORD
        while len(parts) > 1:
            pairs = list(zip(parts, parts[1:]))
            best = min(pairs, key=lambda pair: self._ranks.get(pair, 1 << 30))
            if best not in self._ranks:
                break
            merged = []
            while parts:
                whole = tuple(parts[:2]) == best
                merged.append("".join(best) if whole else parts[0])
                parts = parts[2 if whole else 1 :]
            parts = merged
        return parts

    def __call__(self, text, context_length=77):
        """Ids of `text` between start and end of text, padded with zeros."""
        text = unicodedata.normalize("NFC", text.translate(_QUOTES))
        text = html.unescape(html.unescape(text))
        text = " ".join(text.split()).lower()
        ids = [self._ids["<|startoftext|>"]]
        for word in _words(text):
            parts = [word] if word.startswith("<|") else self._merge(word)
            ids += [self._ids[part] for part in parts]
        ids.append(self._ids["<|endoftext|>"])
        assert len(ids) <= context_length, text
        return ids + [0] * (context_length - len(ids))

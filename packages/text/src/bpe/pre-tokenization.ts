import { isSameJson } from "../tokenizer-document.ts";

/** How a text is cut into the pieces that merges never cross. The pieces, in order, are the whole text. */
export interface PreTokenization {
  readonly pattern: RegExp;
  /** The `pre_tokenizer` of a `tokenizer.json`. */
  readonly json: object;
}

// The published patterns write \s, which is Unicode's White_Space there; JavaScript's \s has U+FEFF and not
// U+0085 instead.

/** GPT-2's: contractions, letters, numbers and other marks, each with one space before it. */
export const GPT2: PreTokenization = {
  pattern:
    /'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu,
  json: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
};

/** LLaMA 3's: contractions in capitals too, numbers in threes, a newline ends a piece. */
export const LLAMA3: PreTokenization = {
  // Its (?i:…) is written out: engines before 2024 do not know it. The long s is an s to it.
  pattern:
    /'(?:[sSſdDmMtT]|[lL][lL]|[vV][eE]|[rR][eE])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\p{White_Space}\p{L}\p{N}]+[\r\n]*|\p{White_Space}*[\r\n]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu,
  json: {
    type: "Sequence",
    pretokenizers: [
      {
        type: "Split",
        pattern: {
          Regex:
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
        },
        behavior: "Isolated",
        invert: false,
      },
      { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false },
    ],
  },
};

/** The one that a document's `pre_tokenizer` describes, or undefined where it is not one of these. */
export function preTokenizationFromJson(
  json: Record<string, unknown>,
): PreTokenization | undefined {
  // Offsets are no concern of ours, and older documents do not say that the pattern is used.
  const plain = json.type === "ByteLevel" ? { use_regex: true, ...json, trim_offsets: true } : json;
  return [GPT2, LLAMA3].find((known) => isSameJson(plain, known.json));
}

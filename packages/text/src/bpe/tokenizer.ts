import { TokenizerError } from "../errors.ts";
import { IdList } from "../id-list.ts";
import type { Tokenizer } from "../tokenizer.ts";
import { describe, invalid, tokenizerDocument, vocabularyJson } from "../tokenizer-document.ts";
import { Vocabulary } from "../vocabulary.ts";
import { type AddedToken, addedTokenJson, addedTokenPattern } from "./added-tokens.ts";
import { BYTE_ALPHABET, BYTE_ORDER, bytesToCharacters, charactersToBytes } from "./byte-level.ts";
import { MergeTable } from "./merge-table.ts";
import { GPT2, type PreTokenization } from "./pre-tokenization.ts";
import { type Merge, trainMerges } from "./train.ts";

const MOST_TOKENS = 2 ** 21;
// Longer pieces seldom come back.
const LONGEST_CACHED = 64;
const MOST_CACHED = 2 ** 16;

/**
 * A byte-level byte-pair-encoding tokenizer like GPT-2's (Radford et al. 2019), with merges learned from
 * `text`: the 256 bytes, then one token a merge, `size` in all, or fewer where the text has no pair left.
 * Any string reads without an unknown token and comes back exactly, save that a lone surrogate becomes
 * U+FFFD. There are no sentences.
 *
 * @throws TokenizerError unless `size` is an integer from 256 (the bytes) to 2²¹.
 */
export function bpeTokenizer(text: string, { size }: { readonly size: number }): Tokenizer {
  if (!Number.isInteger(size) || size < BYTE_ORDER.length || size > MOST_TOKENS)
    throw new TokenizerError(
      `bpeTokenizer: size is ${size}, but must be an integer from ${BYTE_ORDER.length} (the bytes alone) to ${MOST_TOKENS}`,
    );
  const { tokens, merges } = trainMerges(text, size);
  return new BpeTokenizer(new Vocabulary(tokens), {
    merges,
    preTokenization: GPT2,
    addedTokens: [],
    ignoreMerges: false,
    postProcessor: null,
  });
}

export interface BpeRules {
  /** In the order in which they were learned. */
  readonly merges: readonly Merge[];
  readonly preTokenization: PreTokenization;
  readonly addedTokens: readonly AddedToken[];
  /** Whether a piece that is a token is that token, whatever the merges would make of it. */
  readonly ignoreMerges: boolean;
  /** A document's `post_processor`, kept as it came. */
  readonly postProcessor: unknown;
}

export class BpeTokenizer implements Tokenizer {
  readonly vocabulary: Vocabulary;
  readonly #rules: BpeRules;
  readonly #merges: MergeTable;
  readonly #added: RegExp;
  readonly #byteIds = new Int32Array(256);
  /** What the tokens stand for, end to end: token i is at `#starts[i]` up to `#starts[i + 1]`. */
  readonly #bytes: Uint8Array;
  readonly #starts: Int32Array;
  readonly #cache = new Map<string, readonly number[]>();
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });

  /** @throws TokenizerError when a byte has no token, or a token or merge is not made of such. */
  constructor(vocabulary: Vocabulary, rules: BpeRules) {
    this.vocabulary = vocabulary;
    this.#rules = rules;
    this.#merges = new MergeTable(rules.merges, vocabulary);
    this.#added = addedTokenPattern(rules.addedTokens);
    for (const [i, byte] of BYTE_ORDER.entries()) {
      const id = vocabulary.id(BYTE_ALPHABET[i]!);
      if (id === undefined)
        throw invalid(`model.vocab has no token ${BYTE_ALPHABET[i]} for the byte ${byte}`);
      this.#byteIds[byte] = id;
    }
    const added = new Set(rules.addedTokens.map(({ content }) => content));
    const tokenBytes = vocabulary.tokens.map((token) => {
      const bytes = added.has(token) ? this.#encoder.encode(token) : charactersToBytes(token);
      if (bytes === undefined)
        throw invalid(`token ${describe(token)} is not written in GPT-2's characters for bytes`);
      return bytes;
    });
    this.#starts = new Int32Array(tokenBytes.length + 1);
    for (const [id, bytes] of tokenBytes.entries())
      this.#starts[id + 1] = this.#starts[id]! + bytes.length;
    this.#bytes = new Uint8Array(this.#starts.at(-1)!);
    for (const [id, bytes] of tokenBytes.entries()) this.#bytes.set(bytes, this.#starts[id]);
  }

  encode(text: string): Int32Array {
    const ids = new IdList();
    for (const [i, part] of text.split(this.#added).entries()) {
      if (i % 2 === 1) ids.push(this.vocabulary.id(part)!);
      else
        for (const [piece] of part.matchAll(this.#rules.preTokenization.pattern))
          for (const id of this.#cache.get(piece) ?? this.#encodePiece(piece)) ids.push(id);
    }
    return ids.toArray();
  }

  /**
   * The text whose UTF-8 the tokens spell; bytes that spell no character become U+FFFD.
   * @throws TokenizerError for an id outside the vocabulary.
   */
  decode(ids: ArrayLike<number>): string {
    let length = 0;
    for (let i = 0; i < ids.length; i++) {
      this.vocabulary.token(ids[i]!);
      length += this.#starts[ids[i]! + 1]! - this.#starts[ids[i]!]!;
    }
    const bytes = new Uint8Array(length);
    let at = 0;
    for (let i = 0; i < ids.length; i++) {
      const end = this.#starts[ids[i]! + 1]!;
      for (let from = this.#starts[ids[i]!]!; from < end; from++) bytes[at++] = this.#bytes[from]!;
    }
    return this.#decoder.decode(bytes);
  }

  toJSON(): object {
    const { merges, preTokenization, addedTokens, ignoreMerges, postProcessor } = this.#rules;
    return tokenizerDocument({
      addedTokens: addedTokens.map(addedTokenJson),
      preTokenizer: preTokenization.json,
      postProcessor,
      decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
      model: {
        type: "BPE",
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: null,
        end_of_word_suffix: null,
        fuse_unk: false,
        byte_fallback: false,
        ignore_merges: ignoreMerges,
        vocab: vocabularyJson(this.vocabulary),
        // The older of the two ways to write a merge, which every version of the library reads.
        merges: merges.map((merge) => merge.join(" ")),
      },
    });
  }

  #encodePiece(piece: string): readonly number[] {
    const bytes = this.#encoder.encode(piece);
    const whole = this.#rules.ignoreMerges
      ? this.vocabulary.id(bytesToCharacters(bytes))
      : undefined;
    const ids =
      whole === undefined
        ? this.#merges.apply(Int32Array.from(bytes, (byte) => this.#byteIds[byte]!))
        : [whole];
    if (piece.length <= LONGEST_CACHED) {
      if (this.#cache.size >= MOST_CACHED) this.#cache.clear();
      // A copy: the piece itself is a slice that would keep the whole text in memory.
      this.#cache.set(this.#decoder.decode(bytes), ids);
    }
    return ids;
  }
}

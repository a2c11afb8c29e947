import {
  describe,
  expectList,
  expectObject,
  expectString,
  invalid,
  tokensInOrder,
  unsupported,
} from "../tokenizer-document.ts";
import { Vocabulary } from "../vocabulary.ts";
import { readAddedTokens, reservedTokens } from "./added-tokens.ts";
import { preTokenizationFromJson } from "./pre-tokenization.ts";
import { BpeTokenizer } from "./tokenizer.ts";
import type { Merge } from "./train.ts";

/**
 * The byte-level BPE tokenizer of a document. `unk_token`, `fuse_unk` and `byte_fallback` are not looked at:
 * where all bytes are tokens nothing is unknown.
 */
export function bpeFromDocument(
  document: Record<string, unknown>,
  model: Record<string, unknown>,
): BpeTokenizer {
  if (document.normalizer !== null && document.normalizer !== undefined)
    throw unsupported("normalizer", document.normalizer, "none with BPE");
  const preTokenization = preTokenizationFromJson(
    expectObject(document.pre_tokenizer, "pre_tokenizer"),
  );
  if (preTokenization === undefined)
    throw unsupported(
      "pre_tokenizer",
      document.pre_tokenizer,
      "GPT-2's ByteLevel without add_prefix_space, or LLaMA 3's Split and ByteLevel",
    );
  if (expectObject(document.decoder, "decoder").type !== "ByteLevel")
    throw unsupported("decoder", document.decoder, "ByteLevel with BPE");
  for (const option of ["dropout", "continuing_subword_prefix", "end_of_word_suffix"])
    if (model[option]) throw unsupported(`model.${option}`, model[option], "none");

  const addedTokens = readAddedTokens(document.added_tokens);
  const ids = new Map(Object.entries(expectObject(model.vocab, "model.vocab")));
  for (const { content, id } of addedTokens) {
    if (ids.has(content) && ids.get(content) !== id)
      throw invalid(
        `token ${describe(content)} has the id ${describe(ids.get(content))} and, as an added token, ${describe(id)}`,
      );
    ids.set(content, id);
  }
  return new BpeTokenizer(new Vocabulary(tokensInOrder(ids), reservedTokens(addedTokens)), {
    merges: Array.from(expectList(model.merges, "model.merges"), readMerge),
    preTokenization,
    addedTokens,
    ignoreMerges: model.ignore_merges === true,
    postProcessor: document.post_processor ?? null,
  });
}

/** `"a b"` or `["a", "b"]`. */
function readMerge(json: unknown, rank: number): Merge {
  const where = `model.merges[${rank}]`;
  const parts = typeof json === "string" ? json.split(" ") : expectList(json, where);
  if (parts.length !== 2)
    throw invalid(`${where} has ${parts.length} parts, but a merge has two: "a b" or ["a", "b"]`);
  return [expectString(parts[0], where), expectString(parts[1], where)];
}

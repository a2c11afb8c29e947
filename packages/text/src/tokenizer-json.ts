import { bpeFromDocument } from "./bpe/from-json.ts";
import { CharacterTokenizer } from "./character.ts";
import type { Tokenizer } from "./tokenizer.ts";
import { expectObject, isSameJson, tokensInOrder, unsupported } from "./tokenizer-document.ts";
import { UNK, Vocabulary } from "./vocabulary.ts";
import { WordTokenizer } from "./word.ts";

/**
 * Reads a Hugging Face `tokenizer.json` (already parsed): what the tokenizers here write, and byte-level BPE
 * like GPT-2's or LLaMA 3's. An added token such as `<|endoftext|>` is one token wherever it stands in a text,
 * and the known ones among the special ones become the vocabulary's `bos` and `eos`. Truncation, padding and
 * the post-processor are not applied: no token is put around a text.
 *
 * @throws TokenizerError naming the part that is malformed or not supported.
 */
export function tokenizerFromJson(json: unknown): Tokenizer {
  const document = expectObject(json, "the document");
  if (document.version !== undefined && document.version !== "1.0")
    throw unsupported("version", document.version, '"1.0"');
  const model = expectObject(document.model, "model");
  // GPT-2's published document does not say what its model is.
  const type = model.type ?? ("merges" in model ? "BPE" : undefined);
  if (type === "BPE") return bpeFromDocument(document, model);
  if (type === "WordLevel") return wordLevelFromDocument(document, model);
  throw unsupported("model", type, "BPE and WordLevel");
}

function wordLevelFromDocument(
  document: Record<string, unknown>,
  model: Record<string, unknown>,
): Tokenizer {
  const Kind = [CharacterTokenizer, WordTokenizer].find(({ layout }) =>
    isSameJson(document.pre_tokenizer, layout.preTokenizer),
  );
  const supported = "what characterTokenizer and wordTokenizer write";
  if (Kind === undefined) throw unsupported("pre_tokenizer", document.pre_tokenizer, supported);
  const expected = { normalizer: Kind.layout.normalizer, decoder: Kind.layout.decoder };
  for (const [part, layout] of Object.entries(expected))
    if (!isSameJson(document[part] ?? null, layout))
      throw unsupported(part, document[part], supported);
  if (!isSameJson(document.added_tokens ?? [], []))
    throw unsupported("added_tokens", document.added_tokens, "none with WordLevel");
  if (model.unk_token !== UNK) throw unsupported("model.unk_token", model.unk_token, UNK);
  const ids = new Map(Object.entries(expectObject(model.vocab, "model.vocab")));
  return new Kind(new Vocabulary(tokensInOrder(ids)));
}

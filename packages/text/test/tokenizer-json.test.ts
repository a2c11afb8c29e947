import {
  bpeTokenizer,
  characterTokenizer,
  TokenizerError,
  tokenizerFromJson,
  wordTokenizer,
} from "@lm/text";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

interface Document {
  [part: string]: unknown;
  model: { vocab: Record<string, number>; merges: string[]; [part: string]: unknown };
}
const json = (tokenizer: object): Document => JSON.parse(JSON.stringify(tokenizer));
const bpe = () => json(bpeTokenizer("the cat the hat", { size: 260 }));
const word = () => json(wordTokenizer("the cat __proto__"));
const character = () => json(characterTokenizer("the cat"));

/** A document like GPT-2's, which has fields that newer ones have not and lacks others. */
function gpt2Like(): Document {
  const document = bpe();
  const { type, byte_fallback, ignore_merges, ...model } = document.model;
  return {
    ...document,
    added_tokens: [{ id: 260, special: true, content: "<|endoftext|>", normalized: true }],
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true },
    post_processor: { type: "ByteLevel", add_prefix_space: true, trim_offsets: false },
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true },
    model: {
      ...model,
      unk_token: "<|endoftext|>",
      continuing_subword_prefix: "",
      end_of_word_suffix: "",
      vocab: { ...model.vocab, "<|endoftext|>": 260 },
    },
  };
}

/** Sets what is at `path`, or takes it away where the value is undefined. */
function change(document: object, path: readonly string[], value: unknown): void {
  let parent: unknown = document;
  for (const key of path.slice(0, -1))
    parent = (parent as Record<string, unknown> | undefined)?.[key];
  const key = path.at(-1);
  if (key === undefined || typeof parent !== "object" || parent === null) return;
  if (value === undefined) delete (parent as Record<string, unknown>)[key];
  else (parent as Record<string, unknown>)[key] = value;
}

describe("tokenizerFromJson", () => {
  it("honours added tokens, which serve as the reserved ones", () => {
    const tokenizer = tokenizerFromJson(gpt2Like());
    const { bos, eos, unk, size } = tokenizer.vocabulary;
    expect([bos, eos, unk, size]).toEqual([260, 260, undefined, 261]);
    const text = "the cat<|endoftext|>the<|endoftext|><|endoftext|> hat";
    const ids = [...tokenizer.encode(text)];
    expect(ids.filter((id) => id === 260)).toHaveLength(3);
    expect(ids.slice(0, ids.indexOf(260))).toEqual([...tokenizer.encode("the cat")]);
    expect(tokenizer.decode(ids)).toBe(text);
    const again = tokenizerFromJson(json(tokenizer));
    expect(again.encode(text)).toEqual(tokenizer.encode(text));
    expect(json(again)).toEqual(json(tokenizer));
    expect(json(again).post_processor).toEqual(gpt2Like().post_processor);
  });

  it("prefers the longer of added tokens that begin alike, and takes their text as it is", () => {
    const document = bpe();
    document.added_tokens = ["<a", "<a>", "é (b)*"].map((content, i) => ({ id: 260 + i, content }));
    const tokenizer = tokenizerFromJson(document);
    expect([...tokenizer.encode("<a><aé (b)*")]).toEqual([261, 260, 262]);
    expect(tokenizer.decode([262, 260])).toBe("é (b)*<a");
    expect(tokenizer.vocabulary.bos).toBeUndefined();
  });

  it("gives a piece that is a token its id where merges are to be ignored", () => {
    const document = bpe();
    document.model.vocab.the_ = 260;
    document.model.vocab.Ġhat = 261;
    const ids = (ignore_merges: boolean) => {
      const { model } = document;
      return tokenizerFromJson({ ...document, model: { ...model, ignore_merges } }).encode(" hat");
    };
    expect([...ids(true)]).toEqual([261]);
    expect(ids(false).length).toBeGreaterThan(1);
  });

  it("reads merges in both notations", () => {
    const document = bpe();
    const pairs = document.model.merges.map((merge: string) => merge.split(" "));
    const tokenizer = tokenizerFromJson({
      ...document,
      model: { ...document.model, merges: pairs },
    });
    expect(json(tokenizer)).toEqual(document);
  });

  it("takes as reserved only what the document calls special", () => {
    const document = gpt2Like();
    document.added_tokens = [{ id: 260, special: false, content: "<|endoftext|>" }];
    const { bos, eos } = tokenizerFromJson(document).vocabulary;
    expect([bos, eos]).toEqual([undefined, undefined]);
  });

  it("does not mind how offsets are trimmed", () => {
    const document = bpe();
    document.pre_tokenizer = { type: "ByteLevel", add_prefix_space: false, trim_offsets: false };
    expect(json(tokenizerFromJson(document))).toEqual(bpe());
  });

  it("takes <unk> wherever it stands", () => {
    const document = character();
    document.model.vocab = { a: 0, "<unk>": 1, c: 2 };
    expect([...tokenizerFromJson(document).encode("abcz🙂")]).toEqual([0, 1, 2, 1, 1]);
  });

  it("keeps words that are names of JavaScript's own", () => {
    expect([...tokenizerFromJson(word()).encode("__proto__ constructor")]).toEqual([5, 0, 2]);
  });

  const set = (make: () => Document, path: string, value: unknown) => {
    const document = make();
    change(document, path.split("/"), value);
    return document;
  };
  const withoutSpace = () => {
    const { Ġ, ...vocab } = bpe().model.vocab;
    return set(bpe, "model/vocab", { ...vocab, ĠĠ: Ġ });
  };
  const lowercase = { type: "Lowercase" };
  it.each<[string, unknown, string]>([
    ["no object", 7, "the document is 7, but must be an object"],
    ["a list", [], "the document is a list"],
    ["no model", {}, "model is undefined"],
    ["another model", set(bpe, "model/type", "Unigram"), 'model "Unigram" is not supported'],
    ["a model without a name", set(word, "model/type", undefined), "model undefined is not"],
    ["another version", set(bpe, "version", "2.0"), 'version "2.0" is not supported'],
    ["a normalizer", set(bpe, "normalizer", lowercase), 'normalizer "Lowercase" is not supported'],
    ["a word normalizer", set(word, "normalizer", lowercase), 'normalizer "Lowercase" is not'],
    ["no word normalizer", set(word, "normalizer", null), "normalizer null is not supported"],
    ["BERT", set(word, "pre_tokenizer", { type: "BertPreTokenizer" }), '"BertPreTokenizer" is not'],
    ["no pre-tokenizer", set(bpe, "pre_tokenizer", null), "pre_tokenizer is null"],
    [
      "a prefix space",
      set(bpe, "pre_tokenizer/add_prefix_space", true),
      "without add_prefix_space",
    ],
    ["another decoder", set(bpe, "decoder/type", "WordPiece"), 'decoder "WordPiece" is not'],
    ["another character decoder", set(character, "decoder", null), "decoder null is not"],
    ["dropout", set(bpe, "model/dropout", 0.1), "model.dropout 0.1 is not supported"],
    ["a suffix", set(bpe, "model/end_of_word_suffix", "</w>"), 'end_of_word_suffix "</w>" is not'],
    ["another unknown token", set(word, "model/unk_token", "[UNK]"), 'unk_token "[UNK]" is not'],
    ["no unknown token", set(character, "model/vocab", { a: 0 }), "a character vocabulary needs"],
    ["no sentences", set(word, "model/vocab", { "<unk>": 0 }), "a word vocabulary needs"],
    ["long characters", set(character, "model/vocab", { "<unk>": 0, ab: 1 }), '"ab" is not one'],
    ["odd added words", set(word, "added_tokens", {}), "added_tokens an object is not supported"],
    ["added words", set(word, "added_tokens", [{}]), "added_tokens a list is not supported"],
    [
      "a stripping token",
      set(gpt2Like, "added_tokens/0/lstrip", true),
      "lstrip is true; only false",
    ],
    ["a nameless token", set(gpt2Like, "added_tokens/0/content", 5), "content is 5, but must be a"],
    ["an empty token", set(gpt2Like, "added_tokens/0/content", ""), 'token "" is empty'],
    [
      "an id that differs",
      set(gpt2Like, "added_tokens/0/id", 3),
      "has the id 260 and, as an added",
    ],
    ["vocab as a list", set(bpe, "model/vocab", ["a"]), "model.vocab is a list"],
    ["a missing byte", withoutSpace(), "no token Ġ for the byte 32"],
    ["a hole", set(word, "model/vocab/the", 17), "is 17, but 6 tokens have the ids 0 to 5"],
    ["a huge id", set(word, "model/vocab/the", 4e9), "is 4000000000, but 6 tokens"],
    ["a negative id", set(word, "model/vocab/the", -1), "is -1, but"],
    ["half an id", set(word, "model/vocab/the", 0.5), "is 0.5, but"],
    ["an id in words", set(word, "model/vocab/the", "3"), 'is "3", but'],
    [
      "two tokens of an id",
      set(word, "model/vocab/the", 4),
      'tokens "the" and "cat" share the id 4',
    ],
    ["half a character", set(word, "model/vocab", { "\ud83d": 0 }), "half of a surrogate pair"],
    ["a missing token", set(bpe, "model/vocab/Ġ", undefined), "the ids 0 to 258"],
    ["no byte", set(bpe, "model/vocab/日", 260), '"日" is not written in GPT-2\'s characters'],
    ["no merges", set(bpe, "model/merges", undefined), "model.merges is undefined"],
    ["a merge of three", set(bpe, "model/merges/0", "a b c"), "model.merges[0] has 3 parts"],
    ["a merge of numbers", set(bpe, "model/merges/0", [1, 2]), "model.merges[0] is 1, but must be"],
    [
      "an unknown part",
      set(bpe, "model/merges/0", "the xyz"),
      'model.merges[0] needs the token "xyz"',
    ],
    ["an unknown whole", set(bpe, "model/merges/0", "q q"), 'model.merges[0] needs the token "qq"'],
  ])("refuses %s in one clear error", (_, document, message) => {
    expect(() => tokenizerFromJson(document)).toThrow(TokenizerError);
    expect(() => tokenizerFromJson(document)).toThrow(message);
  });

  it("refuses or reads whatever it is given, and never anything worse", () => {
    const paths = (at: unknown, path: string[] = []): string[][] =>
      typeof at !== "object" || at === null
        ? [path]
        : [path, ...Object.entries(at).flatMap(([key, part]) => paths(part, [...path, key]))];
    const documents = [bpe, word, character, gpt2Like];
    const mutation = fc
      .constantFrom(...documents)
      .chain((make) =>
        fc.tuple(
          fc.constant(make),
          fc.array(
            fc.tuple(
              fc.constantFrom(...paths(make())),
              fc.oneof(
                fc.constant(undefined),
                fc.anything(),
                fc.constantFrom<unknown>(0, 1, 2 ** 31, 1e300, "", "a", "a b", {}, [], null, true),
              ),
            ),
            { minLength: 1, maxLength: 3 },
          ),
        ),
      );
    const text = "the cat<|endoftext|> \n é🙂";
    const check = (document: unknown) => {
      let tokenizer: ReturnType<typeof tokenizerFromJson>;
      try {
        tokenizer = tokenizerFromJson(document);
      } catch (error) {
        expect(error).toBeInstanceOf(TokenizerError);
        expect((error as Error).message.length).toBeLessThan(400);
        return;
      }
      const ids = tokenizer.encode(text);
      for (const id of ids) expect(tokenizer.vocabulary.tokens[id]).toBeDefined();
      if (tokenizer.vocabulary.unk === undefined) expect(tokenizer.decode(ids)).toBe(text);
    };
    fc.assert(
      fc.property(mutation, ([make, changes]) => {
        const document = make();
        for (const [path, value] of changes) change(document, path, value);
        check(document);
      }),
      { numRuns: 2000 },
    );
    fc.assert(fc.property(fc.anything(), check), { numRuns: 500 });
  });

  it("is not overcome by depth or size", () => {
    let deep: unknown = {};
    for (let i = 0; i < 100_000; i++) deep = { type: "Sequence", pretokenizers: [deep] };
    for (const make of [bpe, word])
      expect(() => tokenizerFromJson({ ...make(), pre_tokenizer: deep })).toThrow(TokenizerError);
    const content = "<".repeat(1e6);
    const document = { ...bpe(), added_tokens: [{ id: -5, content }] };
    expect(() => tokenizerFromJson(document)).toThrow(/^.{0,200}$/);
  });
});

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeShared } from "../../../tools/shared.ts";
import { WordCounter, wordTokenizer } from "./word.ts";

const read = (text: string, tokenizer = wordTokenizer("a b")) => [...tokenizer.encode(text)];

describe("wordTokenizer", () => {
  it("numbers the reserved tokens, then words in order of first occurrence", () => {
    const tokenizer = wordTokenizer("the cat\nsaw the dog");
    expect(tokenizer.vocabulary.tokens).toEqual([
      "<unk>",
      "<s>",
      "</s>",
      "the",
      "cat",
      "saw",
      "dog",
    ]);
    const { bos, eos, unk } = tokenizer.vocabulary;
    expect([unk, bos, eos]).toEqual([0, 1, 2]);
    expect(read("the dog ate\nthe cat\n", tokenizer)).toEqual([3, 6, 0, 2, 3, 4, 2]);
  });

  it.each([
    ["", []],
    ["\n", [2]],
    ["\n\n", [2, 2]],
    [" ", [2]],
    ["a", [3, 2]],
    ["a\n", [3, 2]],
    ["a\nb", [3, 2, 4, 2]],
    ["a\n\nb\n", [3, 2, 2, 4, 2]],
    [" \ta\v\f b\r\n", [3, 4, 2]],
    ["a\u00a0b a\u0085 \u2003 \ufeffa", [0, 0, 0, 0, 2]],
    ["a\0b a\x08 \x0ea \x1fb", [0, 0, 0, 0, 2]],
  ])("splits %j at ASCII white space and ends its lines", (text, ids) => {
    expect(read(text)).toEqual(ids);
  });

  it.each([
    ["a <unk> b", [3, 0, 4, 2]],
    ["<s> a </s>\n<s>\n</s> b", [3, 2, 2, 4, 2]],
    ["</s>", [2]],
    ["a<s> </s>b <s></s>", [0, 0, 0, 2]],
  ])("reads the reserved words in %j as its policy says", (text, ids) => {
    expect(read(text)).toEqual(ids);
  });

  it("gives reserved words that stand in its text no further ids", () => {
    expect(wordTokenizer("</s> a <unk> <s> b").vocabulary.size).toBe(5);
  });

  it("keeps the most frequent words, the earlier of equals, in their old order", () => {
    const words = (options: object) =>
      wordTokenizer("d c b a a b c c\nb", options).vocabulary.tokens.slice(3);
    expect(words({})).toEqual(["d", "c", "b", "a"]);
    expect(words({ minimumCount: 2 })).toEqual(["c", "b", "a"]);
    expect(words({ maximumSize: 6 })).toEqual(["c", "b", "a"]);
    expect(words({ maximumSize: 4 })).toEqual(["c"]);
    expect(words({ maximumSize: 3 })).toEqual([]);
    expect(words({ minimumCount: 3, maximumSize: 100 })).toEqual(["c", "b"]);
  });

  it("reads a lone surrogate as U+FFFD", () => {
    const tokenizer = wordTokenizer("a\ud83d b");
    expect(tokenizer.vocabulary.tokens[3]).toBe("a\ufffd");
    expect(read("a\ude42 a\ufffd", tokenizer)).toEqual([3, 3, 2]);
  });

  it("refuses options that make no sense", () => {
    expect(() => wordTokenizer("a", { minimumCount: 0 })).toThrow("minimumCount is 0");
    expect(() => wordTokenizer("a", { maximumSize: 2 })).toThrow(
      "maximumSize is 2, but <unk>, <s>, </s> alone need 3",
    );
    expect(() => wordTokenizer("a", { maximumSize: Number.NaN })).toThrow("maximumSize is NaN");
  });

  it("writes one space between words and none around a newline", () => {
    const decode = (ids: number[]) => wordTokenizer("a b").decode(ids);
    expect(decode([3, 4, 2, 4, 2, 2, 3])).toBe("a b\nb\n\na");
    expect(decode([2, 3, 0, 1])).toBe("\na <unk> <s>");
    expect(decode([])).toBe("");
    expect(() => decode([5])).toThrow("there is no id 5");
  });

  it("gives a text back that is written that way, and reads any text as it reads itself decoded", () => {
    const line = fc.array(fc.stringMatching(/^[^\s<]{1,4}$/u), { maxLength: 4 });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 4 }), (lines) => {
        const text = lines.map((words) => `${words.join(" ")}\n`).join("");
        const tokenizer = wordTokenizer(text);
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(text.toWellFormed());
      }),
    );
    const messy = fc.string({
      unit: fc.constantFrom("a", "b", "<s>", "</s>", "<unk>", " ", "\n", "\r", "\u00a0", "\ud83d"),
    });
    fc.assert(
      fc.property(messy, messy, (known, text) => {
        const tokenizer = wordTokenizer(known);
        const ids = tokenizer.encode(text);
        expect(tokenizer.encode(tokenizer.decode(ids))).toEqual(ids);
      }),
    );
  });
});

describe("WordCounter", () => {
  it("knows the words of a text in pieces, wherever it is cut", () => {
    const unit = fc.constantFrom("a", "b", "<s>", "</s>", "<unk>", " ", "\n", "\r", "\u00a0", "🙂");
    const options = fc.record({
      minimumCount: fc.integer({ min: 1, max: 3 }),
      maximumSize: fc.integer({ min: 3, max: 6 }),
    });
    fc.assert(
      fc.property(
        fc.string({ unit }),
        fc.integer({ min: 1, max: 9 }),
        options,
        (text, n, options) => {
          const counter = new WordCounter();
          for (let at = 0; at < text.length; at += n) counter.add(text.slice(at, at + n));
          const { tokens } = wordTokenizer(text, options).vocabulary;
          expect(counter.tokenizer(options).vocabulary.tokens).toEqual(tokens);
        },
      ),
    );
  });
});

describeShared(
  "wordTokenizer and KenLM",
  [
    "reference/kenlm/ts1500.train.txt",
    "reference/kenlm/ts100.test.txt",
    "reference/kenlm/ts1500.o2.scores.txt",
  ],
  (train, test, scores) => {
    it("agree on every id", () => {
      const tokenizer = wordTokenizer(readFileSync(train, "utf8"));
      const lines = readFileSync(scores, "utf8")
        .split("\n")
        .filter((line) => /OOV: \d/.test(line));
      const expected = lines.flatMap((line) =>
        line
          .split("\t")
          .slice(0, -1)
          .map((word) => Number(/=(\d+) \d+ \S+$/.exec(word)![1])),
      );
      expect(lines).toHaveLength(100);
      expect(read(readFileSync(test, "utf8"), tokenizer)).toEqual(expected);
    });
  },
);

describeShared("wordTokenizer on WikiText-2", ["data/wikitext-2/train.txt"], (path) => {
  it("counts what Merity et al. (2016, table 1) count, and <s>", () => {
    const text = readFileSync(path, "utf8");
    const tokenizer = wordTokenizer(text);
    expect(tokenizer.vocabulary.size).toBe(33_278 + 1);
    expect(tokenizer.encode(text).length).toBe(2_088_628);
  });
});

import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { Vocabulary } from "@lm/text";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { texts, VOCABULARIES } from "../test/arbitrary-texts.ts";
import { columnsOf } from "../test/columns.ts";
import { ArpaError } from "./arpa-error.ts";
import { readArpa } from "./arpa-reader.ts";
import { writeArpa } from "./arpa-writer.ts";
import type { NgramModel } from "./model.ts";
import { ngram } from "./ngram.ts";

const arpa = (model: NgramModel) => [...writeArpa(model)].join("");

const SMALL = `\\data\\
ngram 1=5
ngram 2=3
ngram 3=1

\\1-grams:
-1.5\t<unk>\t0
-99\t<s>\t-0.25
-0.5\t</s>
-0.75\ta\t-0.5
-1\tb\t-0.125

\\2-grams:
-0.25\t<s> a\t-0.0625
-0.5\ta b\t0
-1e-1\tb </s>

\\3-grams:
-0.375\t<s> a b

\\end\\
`;

describe("readArpa and writeArpa", () => {
  it("read what they write, to the last digit and byte for byte", async () => {
    await fc.assert(
      fc.asyncProperty(texts, fc.integer({ min: 1, max: 4 }), async (text, order) => {
        const { vocabulary, ids } = text;
        const model = ngram({ order }).fitIds(vocabulary, ids);
        const written = arpa(model);
        const read = await readArpa(writeArpa(model));
        expect(arpa(read)).toBe(written);
        expect(read.trie.orders).toEqual(model.trie.orders);
        for (const k of ["bos", "eos", "unk"] as const)
          if (vocabulary[k] !== undefined) expect(read.vocabulary[k]).toBe(vocabulary[k]);
        expect(read.score([ids])).toEqual(model.score([ids]));
      }),
    );
  });

  it("read what a file says", async () => {
    const model = await readArpa(SMALL);
    const { vocabulary } = model;
    expect(vocabulary.tokens).toEqual(["<unk>", "<s>", "</s>", "a", "b"]);
    expect([vocabulary.unk, vocabulary.bos, vocabulary.eos]).toEqual([0, 1, 2]);
    expect([model.order, model.ngramCounts]).toEqual([3, [5, 3, 1]]);
    const log10 = (context: number[], token: number) =>
      model.query(context, token).logProb / Math.LN10;
    expect(log10([1, 3], 4)).toBeCloseTo(-0.375, 12);
    expect(log10([1, 3], 2)).toBeCloseTo(-0.0625 - 0.5 - 0.5, 12);
    expect(log10([4], 3)).toBeCloseTo(-0.125 - 0.75, 12);
    expect(log10([3], 1)).toBe(Number.NEGATIVE_INFINITY);
  });

  it("read any sizes of pieces, line ends of Windows, and sections in any order of lines", async () => {
    const expected = (await readArpa(SMALL)).trie;
    expect((await readArpa([...SMALL])).trie).toEqual(expected);
    expect((await readArpa(SMALL.replaceAll("\n", "\r\n"))).trie).toEqual(expected);
    expect((await readArpa(SMALL.trimEnd())).trie).toEqual(expected);
    const lines = SMALL.split("\n");
    const [first, second] = [lines.indexOf("-0.25\t<s> a\t-0.0625"), lines.indexOf("-0.5\ta b\t0")];
    [lines[first], lines[second]] = [lines[second]!, lines[first]!];
    expect((await readArpa(lines.join("\n"))).trie).toEqual(expected);
  });

  it("reads asynchronous pieces", async () => {
    async function* pieces() {
      yield SMALL.slice(0, 50);
      yield SMALL.slice(50);
    }
    expect((await readArpa(pieces())).trie).toEqual((await readArpa(SMALL)).trie);
  });

  it("looks up n-grams whose shorter form is not listed, as other tools' pruning leaves them", async () => {
    const model = await readArpa(
      SMALL.replace("ngram 2=3", "ngram 2=2").replace("-0.5\ta b\t0\n", ""),
    );
    const { a, b } = { a: 3, b: 4 };
    expect(model.query([1, a], b).logProb / Math.LN10).toBeCloseTo(-0.375, 12);
    // Behind <s> a b only b is listed as a context.
    const [scores] = model.score([Int32Array.of(2, a, b, 2)]);
    expect(scores![2]! / Math.LN10).toBeCloseTo(-0.1, 6);
  });

  it("reads the n-grams of a section in any order", async () => {
    const ids = Int32Array.of(3, 5, 3, 4, 2, 3, 3, 5, 2, 5, 4, 4, 2, 4, 3, 5, 2);
    const model = ngram({ order: 3 }).fitIds(VOCABULARIES.words, ids);
    const [head, unigrams, ...sections] = arpa(model).split("\n\n");
    const reversed = sections.map((section) => {
      const [title, ...lines] = section.split("\n");
      return [title, ...lines.reverse()].join("\n");
    });
    reversed[reversed.length - 1] = sections.at(-1)!;
    const read = await readArpa([head, unigrams, ...reversed].join("\n\n"));
    expect(read.trie.orders).toEqual(model.trie.orders);
  });

  it("keeps to every weight: of contexts that nothing follows, and of 0 where something does", async () => {
    const [a, b] = [3, 4];
    const log10 = (model: NgramModel, context: number[], token: number) =>
      model.query(context, token).logProb / Math.LN10;
    const paid = await readArpa(SMALL.replace("a b\t0", "a b\t-0.25"));
    expect(log10(paid, [a, b], a)).toBeCloseTo(-0.25 - 0.125 - 0.75, 12);
    const free = await readArpa(SMALL.replace("a\t-0.5", "a\t0"));
    expect(log10(free, [a], b)).toBeCloseTo(-0.5, 12);
    expect(free.query([b, a], b).matchedOrder).toBe(2);
  });

  it("never predicts <s>, whatever the file gives it, and knows <UNK> too", async () => {
    const { trie } = await readArpa(SMALL.replace("-99\t<s>", "0\t<s>"));
    expect(trie).toEqual((await readArpa(SMALL)).trie);
    expect((await readArpa(SMALL.replace("<unk>", "<UNK>"))).vocabulary.unk).toBe(0);
    expect((await readArpa(SMALL.replace("<unk>", "c"))).vocabulary.unk).toBeUndefined();
  });

  it.each([
    ["nothing", "", 1, "the file stops here, before \\end\\"],
    ["another file", "PK\u0003\u0004\n", 1, "expected \\data\\"],
    ["no counts", "\\data\\\n\n\\end\\\n", 3, 'expected "ngram 1=…"'],
    ["counts out of order", SMALL.replace("ngram 2=3\n", ""), 3, 'expected "ngram 2=…"'],
    [
      "a count too high",
      SMALL.replace("2=3", "2=4"),
      17,
      "promises 4 2-grams, but the section ends after 3",
    ],
    ["a count too low", SMALL.replace("2=3", "2=2"), 16, "promises 2 2-grams, here is one more"],
    ["no unigrams", "\\data\\\nngram 1=0\n", 2, "at least one unigram"],
    [
      "a missing section",
      SMALL.replace(/\\2-grams:\n(.+\n)+\n/, ""),
      13,
      "expected the section \\2-grams:",
    ],
    [
      "a missing last section",
      SMALL.replace(/\\3-grams:\n(.+\n)+\n/, ""),
      18,
      "expected the section \\3-grams:",
    ],
    [
      "a section too many",
      SMALL.replace("\\end\\", "\\4-grams:"),
      21,
      "expected \\end\\ after 3 sections",
    ],
    [
      "a positive probability",
      SMALL.replace("-0.75\ta", "0.75\ta"),
      10,
      "log probability 0.75 is above 0",
    ],
    ["NaN", SMALL.replace("-0.75\ta", "NaN\ta"), 10, 'log probability "NaN" is no finite number'],
    [
      "a number in hexadecimal",
      SMALL.replace("-0.125", "0x10"),
      11,
      'back-off weight "0x10" is no finite',
    ],
    [
      "an infinite number",
      SMALL.replace("-0.125", "-1e999"),
      11,
      'back-off weight "-1e999" is no finite',
    ],
    [
      "a number beyond float32",
      SMALL.replace("-0.125", "-1e39"),
      11,
      'weight "-1e39" is no finite',
    ],
    [
      "a missing back-off",
      SMALL.replace("a\t-0.5", "a"),
      15,
      'its context "a" has no back-off weight',
    ],
    [
      "a back-off at the highest order",
      SMALL.replace("a b\n\n", "a b\t0\n\n"),
      19,
      "3 is the highest order",
    ],
    [
      "a unigram that stands twice",
      SMALL.replace("-1\tb", "-1\ta"),
      11,
      'unigram "a" stands twice',
    ],
    [
      "an n-gram that stands twice",
      SMALL.replace("b </s>", "<s> a"),
      16,
      "same 2-gram stands in line 14",
    ],
    [
      "an unknown word",
      SMALL.replace("b </s>", "b c"),
      16,
      'the word "c" is not among the 1-grams',
    ],
    [
      "an unknown context",
      SMALL.replace("-0.375\t<s> a b", "-1\tb a b"),
      19,
      'context "b a" is not among the 2-grams',
    ],
    [
      "a word too few",
      SMALL.replace("<s> a b", "<s> a"),
      19,
      "expected a log probability, 3 words",
    ],
    [
      "a word too many",
      SMALL.replace("<s> a b", "<s> a b a b"),
      19,
      "expected a log probability, 3 words",
    ],
    ["a NUL", SMALL.replace("b </s>", "b\0 </s>"), 16, "a control character in"],
    ["a predicted <s>", SMALL.replace("a b\t0", "a <s>\t0"), 15, "<s> is predicted"],
    ["a truncated file", SMALL.slice(0, SMALL.indexOf("\n\\end")), 19, "it is cut off"],
    ["more behind the end", `${SMALL}more\n`, 22, "expected nothing behind \\end\\"],
    [
      "a count beyond counting",
      SMALL.replace("3=1", "3=9999999999"),
      4,
      "9999999999 n-grams are more than",
    ],
    ["a long line", `\\data\\\n${"x".repeat(1_000_001)}`, 2, "longer than 1000000 characters"],
  ])("refuses %s", async (_, text, line, problem) => {
    const error = await readArpa(text).then(
      () => undefined,
      (reason) => reason,
    );
    expect(error).toBeInstanceOf(ArpaError);
    expect(error.line).toBe(line);
    expect(error.message).toContain(problem);
    expect(error.message).toContain(`line ${line}: `);
  });

  it("reads bytes, gzipped or not, in pieces of any size", async () => {
    const expected = (await readArpa(SMALL)).trie;
    const plain = new TextEncoder().encode(SMALL);
    const zipped = new Uint8Array(gzipSync(plain));
    for (const bytes of [plain, zipped])
      for (const size of [1, 2, 7, bytes.length]) {
        const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
          bytes.subarray(i * size, (i + 1) * size),
        );
        expect((await readArpa(pieces)).trie).toEqual(expected);
        expect((await readArpa(Readable.from(pieces))).trie).toEqual(expected);
      }
    expect((await readArpa(zipped)).trie).toEqual(expected);
    const word = SMALL.replaceAll("b", "\u{1F408}");
    const split = [...new TextEncoder().encode(word)].map((byte) => Uint8Array.of(byte));
    expect((await readArpa(split)).vocabulary.tokens).toContain("\u{1F408}");
  });

  it.each([
    ["cut gzip", gzipSync(SMALL).subarray(0, 60), 3, "neither UTF-8 nor gzip, or damaged"],
    ["what only begins like gzip", Uint8Array.of(0x1f, 0x8b, 1, 2, 3), 1, "neither UTF-8 nor"],
    ["other encodings", Buffer.from(SMALL.replaceAll("b", "é"), "latin1"), 1, "neither UTF-8"],
    ["no bytes at all", new Uint8Array(0), 1, "the file stops here"],
    ["one byte of gzip", Uint8Array.of(0x1f), 1, 'expected \\data\\, found "\\u001f"'],
  ])("refuses %s", async (_, bytes, line, problem) => {
    const error = await readArpa(new Uint8Array(bytes)).catch((reason) => reason);
    expect(error).toBeInstanceOf(ArpaError);
    expect([error.line, error.message]).toEqual([line, expect.stringContaining(problem)]);
  });

  it("passes on what the stream itself fails with", async () => {
    async function* failing() {
      yield SMALL.slice(0, 30);
      throw new Error("the disk is gone");
    }
    await expect(readArpa(failing())).rejects.toThrow("the disk is gone");
  });

  it.each([
    ["a count too high", SMALL.replace("2=3", "2=4"), SMALL, [17]],
    ["a count too low", SMALL.replace("2=3", "2=2"), SMALL, [16]],
    ["a missing end", SMALL.slice(0, SMALL.indexOf("\\end")), SMALL, [20]],
    ["more behind the end", `${SMALL}more\n`, SMALL, [22]],
    [
      "a probability above 1",
      SMALL.replace("-0.75\ta", "0.75\ta"),
      SMALL.replace("-0.75\ta", "0\ta"),
      [10],
    ],
    ["a missing back-off", SMALL.replace("a\t-0.5", "a"), SMALL.replace("a\t-0.5", "a\t0"), [15]],
    ["a back-off too many", SMALL.replace("a b\n\n", "a b\t0\n\n"), SMALL, [19]],
    ["-inf", SMALL.replace("-0.75\ta", "-inf\ta"), SMALL.replace("-0.75\ta", "-99\ta"), [10]],
    ["a unigram twice", SMALL.replace("-1\tb\t-0.125", "$&\n-2\tb\t-3"), SMALL, [12]],
    ["a bigram twice", SMALL.replace("-0.5\ta b\t0", "$&\n-2\ta b\t-3"), SMALL, [17, 16]],
    ["an unknown word", SMALL.replace("-0.5\ta b\t0", "$&\n-2\ta c\t-3"), SMALL, [16]],
    ["an unknown context", SMALL.replace("-0.375\t", "-1\tb a b\n$&"), SMALL, [19]],
    ["no n-gram", SMALL.replace("-0.375\t", "what is that\n$&"), SMALL, [19]],
    ["a control character", SMALL.replace("-0.375\t", "-1\ta\vb a\n$&"), SMALL, [19]],
    ["a predicted <s>", SMALL.replace("-0.5\ta b\t0", "$&\n-2\ta <s>\t-3"), SMALL, [16]],
  ])("repairs %s where it may", async (_, text, same, lines) => {
    const told: number[] = [];
    const onRepair = (problem: ArpaError) => told.push(problem.line);
    const model = await readArpa(text, { onRepair });
    expect(model.trie).toEqual((await readArpa(same)).trie);
    expect(told).toEqual(lines);
    await expect(readArpa(text)).rejects.toThrow(ArpaError);
  });

  it("makes a model of a lower order of a file that stops before its last section", async () => {
    const onRepair = () => {};
    const model = await readArpa(SMALL.slice(0, SMALL.indexOf("\\3-grams")), { onRepair });
    expect(model.ngramCounts).toEqual([5, 3]);
    expect((await readArpa(writeArpa(model))).trie).toEqual(model.trie);
    await expect(readArpa("\\data\\\nngram 1=3\n", { onRepair })).rejects.toThrow(
      "no section with n-grams comes before that",
    );
    await expect(readArpa(SMALL.replace("-0.75\ta", "NaN\ta"), { onRepair })).rejects.toThrow(
      "no finite number",
    );
  });

  it("refuses an order above 32", async () => {
    const counts = Array.from({ length: 33 }, (_, i) => `ngram ${i + 1}=1\n`).join("");
    await expect(readArpa(`\\data\\\n${counts}`)).rejects.toThrow("an order above 32");
  });

  it("gives up on a line without end before it has read it all", async () => {
    let pieces = 0;
    function* endless() {
      for (;;) {
        pieces++;
        yield "x".repeat(100_000);
      }
    }
    await expect(readArpa(endless())).rejects.toThrow("longer than");
    expect(pieces).toBeLessThan(20);
  });

  it("reads mutated files as a sound model or not at all", async () => {
    const pieces = [
      "",
      "\n",
      "\t",
      " ",
      "-",
      "9",
      "1e",
      "<s>",
      "\\end\\",
      "\\data\\",
      "a",
      "NaN",
      "\0",
    ];
    const mutations = fc.array(
      fc.record({
        at: fc.nat(SMALL.length),
        removed: fc.nat(12),
        inserted: fc.constantFrom(...pieces),
      }),
      { minLength: 1, maxLength: 3 },
    );
    await fc.assert(
      fc.asyncProperty(mutations, async (changes) => {
        let text = SMALL;
        for (const { at, removed, inserted } of changes)
          text = text.slice(0, at) + inserted + text.slice(at + removed);
        const model = await readArpa(text).catch((error) => {
          if (!(error instanceof ArpaError)) throw error;
        });
        if (!model) return;
        // What was read is written and read as the same model.
        const again = await readArpa(writeArpa(model));
        expect(again.trie.orders).toEqual(model.trie.orders);
      }),
      { numRuns: 10_000 },
    );
  });
});

describe("writeArpa", () => {
  it("refuses words that ARPA cannot hold", () => {
    for (const token of [" ", "", "a b", "\n", "\u0000"]) {
      const model = ngram({ order: 1 }).fitIds(new Vocabulary(["a", token]), Int32Array.of(0));
      expect(() => writeArpa(model)).toThrow(`token 1 is ${JSON.stringify(token)}`);
    }
  });

  it("refuses models that do not back off to shorter contexts", () => {
    const fit = (order: number) =>
      ngram({ order, smoothing: { add: 1 } }).fitIds(VOCABULARIES.words, Int32Array.of(3, 4, 2));
    expect(() => writeArpa(fit(2))).toThrow('this model ({"add":1}) does not do');
    expect(arpa(fit(1))).toContain("ngram 1=7");
  });

  it("gives reserved tokens their usual names, and an <s> to a vocabulary without", async () => {
    const vocabulary = new Vocabulary(["<|end|>", "a"], { eos: "<|end|>" });
    const model = ngram({ order: 2 }).fitIds(vocabulary, Int32Array.of(1, 0));
    const read = await readArpa(writeArpa(model));
    expect(read.vocabulary.tokens).toEqual(["</s>", "a", "<s>"]);
    const text = Int32Array.of(0, 1, 1, 0);
    expect(read.score([text])).toEqual(model.score([text]));
    const both = new Vocabulary(["<|end|>", "</s>"], { eos: "<|end|>" });
    const clash = ngram({ order: 2 }).fitIds(both, Int32Array.of(1, 0));
    expect(() => writeArpa(clash)).toThrow("reserved tokens of other names");
  });

  it("writes the shortest decimals that read back, and −99 for the logarithm of zero", async () => {
    const model = await readArpa(SMALL);
    columnsOf(model)[0]!.logProbs.set([-1e-8, -1, -0.1, -1.2345678, -12.3]);
    const lines = arpa(model).split("\n").slice(6, 11);
    expect(lines.map((line) => line.split("\t")[0])).toEqual([
      "-1e-8",
      "-1",
      "-0.1",
      "-1.2345678",
      "-12.3",
    ]);
    const tiny = fc.float({ min: Math.fround(-1e-4), max: 0, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(tiny, (value) => {
        columnsOf(model)[0]!.logProbs[0] = value + 0;
        const [text] = arpa(model).split("\n")[6]!.split("\t");
        expect(Math.fround(Number(text))).toBe(value + 0);
      }),
    );
    const zero = arpa(await readArpa(SMALL.replace("-0.75\ta", "-99\ta")));
    expect(zero).toContain("-99\ta\t");
    expect(zero).toContain("-99\t<s>\t");
  });
});

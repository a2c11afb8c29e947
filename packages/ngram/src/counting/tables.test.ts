import { Vocabulary, WordTokenizer } from "@lm/text";
import fc from "fast-check";
import { parquetReadObjects } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { countedTexts, plain } from "../../test/counted-texts.ts";
import { countNgrams, type NgramCounts } from "../counts.ts";
import { ngram } from "../ngram.ts";
import { readCountsParquet, writeCountsParquet } from "./parquet.ts";
import { NgramTableError } from "./table-error.ts";
import { readCountsTsv, writeCountsTsv } from "./tsv.ts";

const words = new Vocabulary(["<unk>", "<s>", "</s>", "a", "b", "c"]);
const counts = countNgrams(words, Int32Array.of(3, 4, 2, 3, 3, 2), { order: 2 });
const tsv = [...writeCountsTsv(counts)].join("");
/** The rows of a table of one sentence, "a b". */
const sentence = ["<s>\t1", "a\t1", "b\t1", "</s>\t1", "<s> a\t1", "a b\t1", "b </s>\t1"];

const textsAndOrders = fc
  .tuple(countedTexts, fc.integer({ min: 1, max: 4 }))
  .map(([{ vocabulary, ids }, order]) => countNgrams(vocabulary, ids, { order }))
  // A table says nothing of an order that has no n-grams.
  .filter(({ orders }) => orders.at(-1)!.words.length > 0);

/** `rows` in another order. */
function shuffled<Row>(rows: readonly Row[], keys: readonly number[]): Row[] {
  return rows
    .map((row, i) => ({ row, key: (keys[i % keys.length]! * (i + 1) * 7919) % 104729 }))
    .sort((a, b) => a.key - b.key)
    .map(({ row }) => row);
}

async function failure(reading: Promise<NgramCounts>): Promise<NgramTableError> {
  const error = await reading.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(NgramTableError);
  return error as NgramTableError;
}

describe("a table of counts as TSV", () => {
  it("lists every n-gram with its count", () => {
    expect(tsv).toBe(
      "<s>\t2\n<s> a\t2\n</s>\t2\na\t3\na </s>\t1\na a\t1\na b\t1\nb\t1\nb </s>\t1\n",
    );
  });

  it("gives the counts back, in whatever order its lines stand and wherever it is cut", async () => {
    const keys = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 9 });
    await fc.assert(
      fc.asyncProperty(textsAndOrders, keys, async (counted, keys) => {
        const lines = [...writeCountsTsv(counted)].join("").trimEnd().split("\n");
        const text = shuffled(lines, keys).join(keys.length % 2 ? "\n" : "\r\n");
        const { vocabulary } = counted;
        expect(plain(await readCountsTsv(text, { vocabulary }))).toEqual(plain(counted));
        expect(plain(await readCountsTsv([...text], { vocabulary }))).toEqual(plain(counted));
      }),
    );
  });

  it("makes a vocabulary of its own words, with which the model is that of the text", async () => {
    const { vocabulary, ...read } = await readCountsTsv(
      tsv.split("\n").reverse().join("\n").trim(),
    );
    expect(vocabulary.tokens).toEqual(["<unk>", "<s>", "</s>", "a", "b"]);
    const tokenizer = new WordTokenizer(vocabulary);
    const text = "a b\na a\n";
    const ids = tokenizer.encode(text);
    expect(plain({ vocabulary, ...read })).toEqual(
      plain(countNgrams(vocabulary, ids, { order: 2 })),
    );
    const model = ngram({ order: 2 }).fitCounts({ vocabulary, ...read });
    expect(model.score([ids])).toEqual(ngram({ order: 2 }).fit(tokenizer, text).score([ids]));
    const letters = await readCountsTsv("b\t1\na\t1\nb a\t1");
    expect(letters.vocabulary.tokens).toEqual(["<unk>", "a", "b"]);
    expect(letters.bos).toBeUndefined();
  });

  it("may have a head, no newline at its end, and words with odd characters", async () => {
    const text = 'ngram\tcount\n"\t1\n"\0\t1\n" "\0\t1';
    const read = await readCountsTsv(text);
    expect(read.vocabulary.tokens).toEqual(["<unk>", '"', '"\0']);
    expect([...writeCountsTsv(read)].join("")).toBe('"\t1\n" "\0\t1\n"\0\t1\n');
  });

  it.each<[string, string[], number | undefined, string]>([
    ["no tab", ["a 1"], 1, '"a 1", but a line must be an n-gram, a tab and a whole number'],
    ["a blank line", ["a\t1", "", "b\t1"], 2, '""'],
    ["two tabs", ["a\t1\t2"], 1, "an n-gram, a tab and a whole number"],
    ["no count", ["a\t"], 1, "a whole number"],
    ["a fraction", ["a\t1.5"], 1, "a whole number"],
    ["a negative count", ["a\t-1"], 1, "a whole number"],
    ["a count of 0", ["a\t1", "b\t0"], 2, "the count is 0, but"],
    ["a count that is too large", ["a\t4294967296"], 1, "the count is 4294967296"],
    ["no word", ["\t1"], 1, 'the n-gram is ""'],
    ["two spaces", ["a\t1", "a  a\t1"], 2, 'the n-gram is "a  a", but it must be words with one'],
    ["too many words", [`${"a ".repeat(32)}a\t1`], 1, "an n-gram of 33 words, but there are 32"],
    ["a line twice", [...sentence, "a b\t1"], 8, '"a b" stands here and in line 6'],
    ["no context", ["b\t1", "b b\t1", "a b\t1", "<s>\t1", "</s>\t1"], 3, '"a" was not'],
    ["no word of its own", ["a\t2", "a b\t1"], 2, '"b" was not'],
    [
      "no n-gram of two words",
      ["a\t2", "b\t1", "a b\t1", "a a\t1", "b a\t1", "b b a\t1"],
      6,
      '"b b a" was counted, but "b b" was not',
    ],
    ["a context with too few", ["a\t2", "b\t4", "a b\t3"], 1, '"a" is counted 2 times, but with'],
    ["<s> inside", [...sentence, "a <s>\t1"], 8, '"a <s>" has <s> inside'],
    ["no <s>", ["a\t1", "</s>\t1"], undefined, "there is </s>, but no <s>"],
    ["no </s>", ["a\t1", "<s>\t1"], undefined, "there is <s>, but no </s>"],
    ["nothing", [], undefined, "there are no n-grams in it"],
  ])("is refused with %s", async (_, lines, row, message) => {
    const error = await failure(readCountsTsv(lines.join("\n")));
    expect(error.message).toContain(message);
    expect(error.row).toBe(row);
    if (row !== undefined) expect(error.message).toContain(`n-gram table, line ${row}: `);
  });

  it("is refused with words that the vocabulary does not have", async () => {
    const error = await failure(readCountsTsv("x\t1", { vocabulary: words }));
    expect(error.message).toContain('the word "x" is not in the vocabulary');
  });

  it("is refused without an end to its lines", async () => {
    const error = await failure(readCountsTsv("x".repeat(1_000_001)));
    expect(error.message).toContain("line 1: longer than 1000000 characters");
  });

  it("is refused or read, but never half, whatever it says", async () => {
    const unit = fc.constantFrom("a", "b", " ", "\t", "\n", "1", "2", "<s>", "</s>", "a\t9\n");
    await fc.assert(
      fc.asyncProperty(fc.string({ unit, maxLength: 40 }), async (text) => {
        try {
          const read = await readCountsTsv(text);
          const { vocabulary } = read;
          const again = await readCountsTsv(writeCountsTsv(read), { vocabulary });
          expect(plain(again)).toEqual(plain(read));
        } catch (error) {
          expect(error).toBeInstanceOf(NgramTableError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("is not written of tokens with white space", () => {
    const letters = countNgrams(new Vocabulary(["a", " "]), Int32Array.of(0, 1), { order: 1 });
    expect(() => [...writeCountsTsv(letters)]).toThrow('token 1 is " ", but a table parts words');
  });
});

describe("a table of counts as Parquet", () => {
  it("gives the counts back", async () => {
    await fc.assert(
      fc.asyncProperty(textsAndOrders, async (counted) => {
        const file = await writeCountsParquet(counted);
        const { vocabulary } = counted;
        expect(plain(await readCountsParquet(file, { vocabulary }))).toEqual(plain(counted));
      }),
      { numRuns: 30 },
    );
  });

  it("has the columns that SQL engines give", async () => {
    const bytes = await writeCountsParquet(counts);
    const file = bytes.slice().buffer;
    expect((await parquetReadObjects({ file })).slice(0, 2)).toEqual([
      { ngram: "<s>", count: 2n },
      { ngram: "<s> a", count: 2n },
    ]);
    const slices = { byteLength: file.byteLength, slice: file.slice.bind(file) };
    expect(plain(await readCountsParquet(slices, { vocabulary: words }))).toEqual(plain(counts));
  });

  it("may have 32-bit counts, and more columns", async () => {
    const columnData = [
      { name: "day", data: [1, 1] },
      { name: "count", data: Int32Array.of(2, 1) },
      { name: "ngram", data: ["a", "a a"] },
    ];
    const read = await readCountsParquet(new Uint8Array(parquetWriteBuffer({ columnData })));
    expect([...writeCountsTsv(read)].join("")).toBe("a\t2\na a\t1\n");
  });

  it.each<[string, Parameters<typeof parquetWriteBuffer>[0]["columnData"], string]>([
    [
      "other columns",
      [{ name: "word", data: ["a"] }],
      "the columns are word (BYTE_ARRAY), but there must be ngram, a string, and count",
    ],
    [
      "fractions",
      [
        { name: "ngram", data: ["a"] },
        { name: "count", data: [1.5] },
      ],
      "ngram (BYTE_ARRAY), count (DOUBLE), but",
    ],
    [
      "a row without a count",
      [
        { name: "ngram", data: ["a", "b"] },
        { name: "count", data: [1n, null], type: "INT64" },
      ],
      "line 2: the n-gram is b and the count null",
    ],
    [
      "a negative count",
      [
        { name: "ngram", data: ["a"] },
        { name: "count", data: [-1n] },
      ],
      "line 1: the count is -1, but",
    ],
    [
      "a count beyond all bounds",
      [
        { name: "ngram", data: ["a"] },
        { name: "count", data: [2n ** 62n] },
      ],
      "line 1: the count is 4611686018427387904",
    ],
  ])("is refused with %s", async (_, columnData, message) => {
    const bytes = new Uint8Array(parquetWriteBuffer({ columnData }));
    expect((await failure(readCountsParquet(bytes))).message).toContain(message);
  });

  it("is refused or read, but never half, when it is damaged", async () => {
    const bytes = await writeCountsParquet(counts);
    expect((await failure(readCountsParquet(new Uint8Array()))).message).toContain(
      "this is no Parquet file, or a damaged one",
    );
    const damage = fc.record({
      place: fc.nat(bytes.length - 1),
      value: fc.nat(255),
      length: fc.oneof(fc.constant(bytes.length), fc.nat(bytes.length)),
    });
    await fc.assert(
      fc.asyncProperty(damage, async ({ place, value, length }) => {
        const damaged = bytes.slice(0, length);
        if (place < length) damaged[place] = value;
        try {
          await readCountsParquet(damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(NgramTableError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

import { Vocabulary } from "@lm/text";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { texts, VOCABULARIES } from "../test/arbitrary-texts.ts";
import { columnsOf } from "../test/columns.ts";
import { sign } from "../test/sign.ts";
import { NgramFileError } from "./binary-error.ts";
import { fromBytes, toBytes } from "./binary-file.ts";
import { ngram } from "./ngram.ts";

const ids = Int32Array.of(3, 4, 5, 2, 3, 4, 2, 5, 5, 4, 2);
const model = ngram({ order: 3 }).fitIds(VOCABULARIES.words, ids);

/** A copy of the model's file, changed, with a checksum that fits if the change is to look intended. */
function changed(change: (bytes: Uint8Array<ArrayBuffer>) => void, signed = true): Uint8Array {
  const bytes = toBytes(model);
  change(bytes);
  if (signed) sign(bytes);
  return bytes;
}

function withHeader(change: (header: Record<string, unknown>) => void): Uint8Array {
  const bytes = toBytes(model);
  const length = new Uint32Array(bytes.buffer)[4]!;
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(24, 24 + length)));
  change(header);
  const json = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(json.length / 4) * 4;
  const file = new Uint8Array(24 + padded + bytes.length - 24 - length);
  file.set(bytes.subarray(0, 24));
  file.fill(32, 24, 24 + padded);
  file.set(json, 24);
  file.set(bytes.subarray(24 + length), 24 + padded);
  new Uint32Array(file.buffer)[4] = padded;
  sign(file);
  return file;
}

function errorOf(bytes: Uint8Array): NgramFileError {
  try {
    fromBytes(bytes);
  } catch (error) {
    if (error instanceof NgramFileError) return error;
    throw error;
  }
  throw new Error("the file was opened");
}

describe("toBytes and fromBytes", () => {
  it("bring back the same model", () => {
    const smoothing = fc.constantFrom("mle" as const, { add: 0.5 }, "modified-kneser-ney" as const);
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 4 }), smoothing, (text, order, chosen) => {
        const original = ngram({ order, smoothing: chosen }).fitIds(text.vocabulary, text.ids);
        const opened = fromBytes(toBytes(original));
        expect(opened.trie.orders).toEqual(original.trie.orders);
        expect(opened.vocabulary.tokens).toEqual(original.vocabulary.tokens);
        expect(opened.origin).toEqual(original.origin);
        expect(opened.notes).toEqual(original.notes);
        expect(opened.score([text.ids])).toEqual(original.score([text.ids]));
      }),
    );
  });

  it("keep any token and what the reserved ones are called", () => {
    const tokens = ["</end>", "\u0000", "\n", "\ud800", "é𝄞", ""];
    const vocabulary = new Vocabulary(tokens, { eos: "</end>" });
    const opened = fromBytes(toBytes(ngram({ order: 2 }).fitIds(vocabulary, Int32Array.of(1, 0))));
    expect(opened.vocabulary.tokens).toEqual(tokens);
    expect([opened.vocabulary.eos, opened.vocabulary.bos]).toEqual([0, undefined]);
  });

  it("open without copying, or with one copy where the bytes are not aligned", () => {
    const bytes = toBytes(model);
    expect(columnsOf(fromBytes(bytes))[0]!.logProbs.buffer).toBe(bytes.buffer);
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    const opened = fromBytes(shifted.subarray(1));
    expect(opened.trie.orders).toEqual(model.trie.orders);
  });

  it.each([
    ["no bytes", new Uint8Array(0), 0, 'does not begin with "lm-ngram"'],
    ["another file", new TextEncoder().encode("\\data\\ and so on"), 0, "does not begin with"],
    ["only the beginning", toBytes(model).slice(0, 16), 16, "it is cut off"],
    ["half a file", toBytes(model).slice(0, 200), 16, "a header of"],
    ["all but the end", toBytes(model).slice(0, -4), 20, "the checksum is wrong"],
    [
      "the other byte order",
      changed((bytes) => bytes.subarray(8, 12).reverse()),
      8,
      "the other byte order",
    ],
    [
      "another version",
      changed((bytes) => bytes.set([2], 12)),
      12,
      "version 2, this program reads 1",
    ],
    [
      "a damaged byte",
      changed((bytes) => bytes.set([1], bytes.length - 9), false),
      20,
      "the checksum is wrong",
    ],
    ["a long header", changed((bytes) => bytes.set([255, 255, 255, 252], 16)), 16, "a header of"],
    [
      "a header that is no JSON",
      changed((bytes) => bytes.set([0x2c], 24)),
      24,
      "the header is no JSON",
    ],
    [
      "a header that is no object",
      withHeader((header) => delete header.tokens),
      24,
      "tokens are no list",
    ],
    [
      "tokens that are no strings",
      withHeader((header) => (header.tokens as unknown[]).push(1)),
      24,
      "tokens are",
    ],
    [
      "a token twice",
      withHeader((header) => (header.tokens as unknown[]).fill("a", 5)),
      24,
      "a token stands twice",
    ],
    [
      "an unknown reserved token",
      withHeader((header) => (header.reserved = { eos: "x" })),
      24,
      "reserved names",
    ],
    [
      "an unknown kind of back-off",
      withHeader((header) => (header.backoff = "katz")),
      24,
      "backoff is unknown",
    ],
    [
      "no orders",
      withHeader((header) => (header.ngramCounts = [])),
      24,
      "no list of 1 to 32 sizes",
    ],
    [
      "a negative size",
      withHeader((header) => (header.ngramCounts = [7, -1])),
      24,
      "no list of 1 to 32 sizes",
    ],
    [
      "too few unigrams",
      withHeader((header) => (header.ngramCounts = [6])),
      24,
      "7 tokens, but 6 unigrams",
    ],
    [
      "a malformed origin",
      withHeader((header) => (header.origin = { smoothing: 1 })),
      24,
      "origin is malformed",
    ],
  ])("refuse %s", (_, bytes, offset, problem) => {
    const error = errorOf(bytes);
    expect(error.message).toContain(problem);
    expect(error.message).toContain(`byte ${offset}: `);
    expect(error.offset).toBe(offset);
  });

  it("refuse sizes that the file does not have", () => {
    const [one, two, three] = model.ngramCounts as [number, number, number];
    const more = withHeader((header) => (header.ngramCounts = [one, two, three + 1]));
    expect(errorOf(more).message).toContain("the file stops here, but a column ends at");
    const fewer = withHeader((header) => (header.ngramCounts = [one, two, three - 1]));
    expect(errorOf(fewer).message).toContain("the columns end here, but the file has");
  });

  it("refuse columns that are no trie, whoever signed them", () => {
    const broken = (change: (copy: ReturnType<typeof fromBytes>) => void) =>
      errorOf(changed((bytes) => change(fromBytes(bytes)))).message;
    expect(broken((copy) => columnsOf(copy)[0]!.logProbs.set([Number.NaN], 3))).toContain(
      "order 1: log probability 3 is NaN",
    );
    expect(broken((copy) => columnsOf(copy)[2]!.logProbs.set([0.5], 0))).toContain(
      "order 3: log probability 0 is 0.5",
    );
    expect(broken((copy) => columnsOf(copy)[1]!.backoffs.set([Number.NaN], 0))).toContain(
      "order 2: back-off weight 0 is NaN",
    );
    expect(broken((copy) => columnsOf(copy)[0]!.childStarts.set([1], 0))).toContain(
      "order 1: continuations reach from 1",
    );
    expect(broken((copy) => columnsOf(copy)[0]!.childStarts.set([99], 2))).toContain(
      "order 1: continuations of n-gram 1 end at 99",
    );
    expect(broken((copy) => columnsOf(copy)[1]!.words.set([7], 0))).toContain(
      "order 1: continuation 0 has word 7",
    );
    const wide = ngram({ order: 2 }).fitIds(VOCABULARIES.closed, Int32Array.of(0, 1, 0, 2));
    const bytes = toBytes(wide);
    columnsOf(fromBytes(bytes))[1]!.words.set([2, 1]);
    sign(bytes);
    expect(errorOf(bytes).message).toContain("continuation 1 has word 1 behind word 2");
  });

  it("refuse whatever is not the file that was written", () => {
    const original = toBytes(model);
    const edits = fc.array(
      fc.tuple(fc.nat(original.length - 1), fc.integer({ min: 1, max: 255 })),
      {
        minLength: 1,
        maxLength: 4,
      },
    );
    fc.assert(
      fc.property(edits, fc.nat(original.length), fc.boolean(), (flips, length, isCut) => {
        const bytes = isCut ? original.slice(0, length) : original.slice();
        for (const [at, bits] of flips) if (at < bytes.length) bytes[at]! ^= bits;
        if (bytes.length === original.length && bytes.every((byte, i) => byte === original[i]))
          return;
        expect(() => fromBytes(bytes)).toThrow(NgramFileError);
      }),
      { numRuns: 5000 },
    );
  });

  it("never hang or fail strangely on columns of noise", () => {
    const start = 24 + new Uint32Array(toBytes(model).buffer)[4]!;
    const noise = fc.array(fc.tuple(fc.nat(), fc.integer()), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(noise, (values) => {
        const bytes = changed((file) => {
          const words = new Int32Array(file.buffer, start);
          for (const [at, value] of values) words[at % words.length] = value;
        });
        let opened: ReturnType<typeof fromBytes>;
        try {
          opened = fromBytes(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(NgramFileError);
          return;
        }
        for (const logProb of opened.score([ids])[0]!) expect(logProb).not.toBeNaN();
      }),
      { numRuns: 2000 },
    );
  });
});

import { Vocabulary } from "@lm/text";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countedTexts, plain } from "../../test/counted-texts.ts";
import { countNgrams, type NgramCounts } from "../counts.ts";
import { countsFromBytes, countsToBytes } from "./counts-bytes.ts";
import { CountsFileError } from "./counts-file.ts";

const words = new Vocabulary(["<unk>", "<s>", "</s>", "a", "b", "ç\n"]);
const counts = countNgrams(words, Int32Array.of(3, 4, 2, 3, 3, 5, 2), { order: 3 });

/** Its message is about the file, whatever is wrong. */
function failureOf(bytes: Uint8Array): string {
  try {
    countsFromBytes(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(CountsFileError);
    return (error as CountsFileError).message;
  }
  throw new Error("the file was read");
}

/** The same file with a right checksum, after a change. */
function changed(change: (bytes: Uint8Array) => void): Uint8Array {
  const bytes = countsToBytes(counts);
  change(bytes);
  let sum = 0x811c9dc5;
  for (const byte of bytes.subarray(0, -4)) sum = Math.imul(sum ^ byte, 0x01000193);
  new DataView(bytes.buffer).setUint32(bytes.length - 4, sum >>> 0, true);
  return bytes;
}

const headerLength = new DataView(countsToBytes(counts).buffer).getUint32(12, true);

describe("a file of counts", () => {
  it("gives back what was counted", () => {
    fc.assert(
      fc.property(countedTexts, fc.integer({ min: 1, max: 6 }), ({ vocabulary, ids }, order) => {
        const counted = countNgrams(vocabulary, ids, { order });
        expect(plain(countsFromBytes(countsToBytes(counted)))).toEqual(plain(counted));
      }),
    );
  });

  it("keeps the largest count, and all 32 orders", () => {
    const counted = countNgrams(
      words,
      Int32Array.from({ length: 50 }, () => 3),
      { order: 32 },
    );
    counted.orders[0]!.counts.set([0, 0xffffffff, 128, 127, 16384]);
    expect(plain(countsFromBytes(countsToBytes(counted)))).toEqual(plain(counted));
  });

  it("keeps what the reserved tokens are called", () => {
    const gpt = new Vocabulary(["x", "<|end|>"], { eos: "<|end|>", unk: "x" });
    const counted = countNgrams(gpt, Int32Array.of(1, 1), { order: 2 });
    const read: NgramCounts = countsFromBytes(countsToBytes(counted));
    expect(read.vocabulary.eos).toBe(1);
    expect(read.vocabulary.unk).toBe(0);
    expect(plain(read)).toEqual(plain(counted));
  });

  it("is refused cut off anywhere, and with any byte changed", () => {
    const bytes = countsToBytes(counts);
    for (let length = 0; length < bytes.length; length++) failureOf(bytes.subarray(0, length));
    fc.assert(
      fc.property(
        fc.nat(bytes.length - 1),
        fc.integer({ min: 1, max: 255 }),
        (place, difference) => {
          const damaged = bytes.slice();
          damaged[place]! ^= difference;
          failureOf(damaged);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("is refused or read, but never half, when its checksum was made to fit", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 255 }), (place, difference) => {
        const bytes = changed((all) => {
          all[16 + (place % (all.length - 20))]! ^= difference;
        });
        try {
          const read = countsFromBytes(bytes);
          expect(plain(countsFromBytes(countsToBytes(read)))).toEqual(plain(read));
        } catch (error) {
          expect(error).toBeInstanceOf(CountsFileError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it.each<[string, (bytes: Uint8Array) => void, string]>([
    ["another kind of file", (b) => b.set([1]), 'byte 0: the file does not begin with "lm-count"'],
    [
      "another version",
      (b) => b.set([2], 8),
      "byte 8: the file has version 2, this program reads 1",
    ],
    ["a header that is too long", (b) => b.set([255, 255], 12), "byte 12: a header of 65535 bytes"],
    ["a header that is no JSON", (b) => b.set([0], 16), "byte 16: the header is no JSON"],
    ["an order of 0", (b) => b.set([48], 16 + 9), "the header is malformed: order is 0"],
    [
      "a word outside the vocabulary",
      (b) => b.set([77], 16 + headerLength),
      "the file is damaged: word 76 of 6 in an n-gram of order 1",
    ],
    ["a count of 0", (b) => b.set([0], 17 + headerLength), "a count of 0 at order 1"],
    [
      "a number without end",
      (b) => b.set([128, 128, 128, 128, 128, 1], 16 + headerLength),
      "the file is damaged: a number of more than five digits",
    ],
    [
      "a number too large",
      (b) => b.set([255, 255, 255, 255, 127], 17 + headerLength),
      "the file is damaged: the number 34359738367, which is above 2³² − 1",
    ],
    [
      "too many n-grams",
      (b) => b.set([255, 255], b.length - 16),
      "more than the file has room for",
    ],
    ["one n-gram too few", (b) => b.set([3], b.length - 16), "n-grams, but there are"],
  ])("is refused as %s", (_, change, message) => {
    expect(failureOf(changed(change))).toContain(message);
  });

  it("is refused with something behind the n-grams", () => {
    const bytes = countsToBytes(counts);
    const trailer = bytes.length - 16;
    const longer = new Uint8Array(bytes.length + 1);
    longer.set(bytes.subarray(0, trailer));
    longer.set(bytes.subarray(trailer), trailer + 1);
    expect(failureOf(longer)).toContain("the n-grams end here, but the file goes on");
  });

  it("is refused without the n-grams that its n-grams end in", () => {
    const { orders: whole } = counts;
    // "a b" with no "b" behind it: a trigram whose last two words were never counted.
    const incomplete = { ...counts, orders: [whole[0]!, dropLast(whole[1]!), whole[2]!] };
    expect(failureOf(countsToBytes(incomplete))).toContain("counts are missing: n-gram");
  });
});

/** A column without the n-grams of the last unigram. */
function dropLast(order: NgramCounts["orders"][number]): NgramCounts["orders"][number] {
  const counts = order.counts.slice();
  counts[counts.length - 1] = 0;
  return { ...order, counts };
}

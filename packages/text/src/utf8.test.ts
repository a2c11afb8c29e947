import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TextError } from "./errors.ts";
import { decodeUtf8 } from "./utf8.ts";

describe("decodeUtf8", () => {
  it("reads any well-formed text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const read = decodeUtf8(new TextEncoder().encode(text));
        expect(read).toBe(text.toWellFormed().replace(/^\ufeff/, ""));
      }),
    );
  });

  it("drops a byte order mark at the start only", () => {
    expect(decodeUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61, 0xef, 0xbb, 0xbf))).toBe("a\ufeff");
  });

  it.each([
    ["a byte that only continues", [0x61, 0x80], 1],
    ["Latin-1", [0x63, 0x61, 0x66, 0xe9, 0x20, 0x61], 3],
    ["an overlong form of two bytes", [0xc1, 0xbf], 0],
    ["an overlong form of three bytes", [0x61, 0xe0, 0x9f, 0xbf], 1],
    ["an overlong form of four bytes", [0xf0, 0x8f, 0xbf, 0xbf], 0],
    ["a surrogate", [0xed, 0xa0, 0x80], 0],
    ["more than U+10FFFF", [0x61, 0xf4, 0x90, 0x80, 0x80], 1],
    ["a lead byte that none is", [0xc3, 0xa9, 0xf5, 0x80, 0x80, 0x80], 2],
    ["an end within a character", [0x61, 0xe2, 0x82], 1],
    ["UTF-16", [0xff, 0xfe, 0x61, 0x00], 0],
  ])("names where %s stands", (_, bytes, offset) => {
    const byte = `0x${bytes[offset]!.toString(16)}`;
    const read = () => decodeUtf8(Uint8Array.from(bytes));
    expect(read).toThrow(TextError);
    expect(read).toThrow(`byte ${byte} at offset ${offset} `);
  });

  it("accepts exactly the boundaries of each length", () => {
    for (const codePoint of [0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff])
      expect(decodeUtf8(new TextEncoder().encode(String.fromCodePoint(codePoint)))).toBe(
        String.fromCodePoint(codePoint),
      );
  });

  it("finds the first of any bytes that are not UTF-8", () => {
    const byte = fc.constantFrom(
      ...[0x61, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5],
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 8 }), fc.array(byte), (any, likely) => {
        for (const bytes of [any, Uint8Array.from(likely)]) {
          const decode = (end: number) =>
            new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, end));
          let offset: number | undefined;
          try {
            decodeUtf8(bytes);
          } catch (error) {
            offset = Number(/offset (\d+)/.exec((error as Error).message)![1]);
          }
          if (offset === undefined) decode(bytes.length);
          else {
            decode(offset);
            for (const more of [1, 2, 3, 4])
              expect(() => decode(Math.min(offset + more, bytes.length))).toThrow();
          }
        }
      }),
      { numRuns: 1000 },
    );
  });
});

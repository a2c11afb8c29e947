import { expect, it } from "vitest";
import { BYTE_ALPHABET, BYTE_ORDER, bytesToCharacters, charactersToBytes } from "./byte-level.ts";

it("writes bytes as GPT-2 does", () => {
  expect(bytesToCharacters(Uint8Array.of(0x20, 0x0a, 0x41, 0x00, 0x7f, 0xa0, 0xad, 0xff))).toBe(
    "ĠĊAĀġłŃÿ",
  );
  expect(bytesToCharacters(new TextEncoder().encode("é€"))).toBe("Ã©âĤ¬");
});

it("has GPT-2's order and one printable character for each byte", () => {
  expect(BYTE_ALPHABET.slice(0, 3).join("")).toBe('!"#');
  expect(BYTE_ALPHABET.slice(186, 190).join("")).toBe("þÿĀā");
  expect(BYTE_ALPHABET[255]).toBe("Ń");
  expect([...BYTE_ORDER].sort((a, b) => a - b)).toEqual(Array.from({ length: 256 }, (_, i) => i));
  expect(new Set(BYTE_ALPHABET).size).toBe(256);
  for (const character of BYTE_ALPHABET) expect(character).toMatch(/[^\p{C}\p{Z}]/u);
});

it("reads what it writes and nothing else", () => {
  const bytes = Uint8Array.from(BYTE_ORDER);
  expect(charactersToBytes(bytesToCharacters(bytes))).toEqual(bytes);
  for (const other of [" ", "a b", "\u00ad", "ń", "🙂"])
    expect(charactersToBytes(other)).toBeUndefined();
});

import { TextError } from "./errors.ts";

/**
 * The text of UTF-8 bytes, without the byte order mark if it begins with one.
 * @throws TextError naming the first byte that is not UTF-8, and where it stands.
 */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    const offset = firstInvalidByte(bytes);
    // Then the bytes are too many for one string.
    if (offset === undefined) throw cause;
    const byte = bytes[offset]!.toString(16).padStart(2, "0");
    throw new TextError(
      `decodeUtf8: the byte 0x${byte} at offset ${offset} begins no UTF-8 character; save the text as UTF-8 first`,
      { cause },
    );
  }
}

/** Where the first ill-formed sequence begins (the Unicode standard's table 3-7). */
function firstInvalidByte(bytes: Uint8Array): number | undefined {
  let at = 0;
  while (at < bytes.length) {
    const lead = bytes[at]!;
    const length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (length === 0 || lead > 0xf4) return at;
    // The second byte's range excludes overlong forms, surrogates and what lies beyond U+10FFFF.
    let low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    let high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
    for (let i = 1; i < length; i++) {
      const byte = bytes[at + i];
      if (byte === undefined || byte < low || byte > high) return at;
      [low, high] = [0x80, 0xbf];
    }
    at += length;
  }
  return undefined;
}

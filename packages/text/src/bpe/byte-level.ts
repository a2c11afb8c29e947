/**
 * GPT-2's way to write any byte as one printable character (`bytes_to_unicode` in the encoder of Radford et
 * al. 2019): a byte that prints in Latin-1 stands for itself, the other 68 become U+0100 and on. So a space
 * is written `Ġ`.
 */
const isPrintable = (byte: number) =>
  (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;

const bytes = Array.from({ length: 256 }, (_, byte) => byte);
const printable = bytes.filter(isPrintable);
const others = bytes.filter((byte) => !isPrintable(byte));

/** The bytes in GPT-2's order, the order of their ids. */
export const BYTE_ORDER: readonly number[] = [...printable, ...others];

/** The characters of `BYTE_ORDER`. */
export const BYTE_ALPHABET: readonly string[] = [
  ...printable.map((byte) => String.fromCharCode(byte)),
  ...others.map((_, i) => String.fromCharCode(0x100 + i)),
];

const byteOf = new Map(BYTE_ALPHABET.map((character, i) => [character, BYTE_ORDER[i]!]));
const characterOf = new Map(BYTE_ORDER.map((byte, i) => [byte, BYTE_ALPHABET[i]!]));

/** Bytes so written. */
export function bytesToCharacters(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => characterOf.get(byte)).join("");
}

/** The bytes of what is so written, or undefined where a character stands for no byte. */
export function charactersToBytes(characters: string): Uint8Array | undefined {
  const result = new Uint8Array(characters.length);
  for (let i = 0; i < characters.length; i++) {
    const byte = byteOf.get(characters.charAt(i));
    if (byte === undefined) return undefined;
    result[i] = byte;
  }
  return result;
}

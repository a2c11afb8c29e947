import { constants } from "node:buffer";
import { createReadStream, existsSync, type ReadStream, readFileSync, statSync } from "node:fs";
import { createGunzip } from "node:zlib";
import { decodeUtf8 } from "@lm/text";
import { InputError } from "./failure.ts";

/** A string has no more characters than this, and so a decoded file no more bytes. */
const LARGEST_STRING = constants.MAX_STRING_LENGTH;

/** @throws InputError when there is no such file, or it cannot be read. */
export function readBytes(path: string): Uint8Array {
  checkIsFile(path);
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new InputError(`${path}: cannot be read (${(cause as NodeJS.ErrnoException).code})`, {
      cause,
    });
  }
}

/** The text of a UTF-8 file. @throws InputError when it is missing, empty or not UTF-8. */
export function readText(path: string): string {
  const bytes = readBytes(path);
  let text: string;
  try {
    text = decodeUtf8(bytes);
  } catch (cause) {
    throw new InputError(`${path}: ${(cause as Error).message}`, { cause });
  }
  if (text.length === 0) throw new InputError(`${path}: the file is empty; it needs some text`);
  return text;
}

/** The bytes of a file in pieces. @throws InputError when there is no such file. */
export function openFile(path: string): ReadStream {
  checkIsFile(path);
  return createReadStream(path);
}

/**
 * The text of a UTF-8 file in pieces, unpacked where its name ends in `.gz`; the file may be larger than a string.
 * @throws InputError when it is missing, empty, not UTF-8, or not packed as its name says.
 */
export async function* readTextInPieces(path: string): AsyncGenerator<string> {
  const file = openFile(path);
  const isPacked = path.endsWith(".gz");
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let length = 0;
  try {
    for await (const bytes of isPacked ? file.pipe(createGunzip()) : file) {
      const piece = decoder.decode(bytes as Uint8Array, { stream: true });
      length += piece.length;
      yield piece;
    }
    yield decoder.decode();
  } catch (cause) {
    // Of the file as a whole it can be told where the trouble is.
    if (cause instanceof TypeError && !isPacked && statSync(path).size < LARGEST_STRING)
      readText(path);
    throw new InputError(`${path}: cannot be read as text (${(cause as Error).message})`, {
      cause,
    });
  } finally {
    file.destroy();
  }
  if (length === 0) throw new InputError(`${path}: the file is empty; it needs some text`);
}

/**
 * The text of a file, to be read as often as it takes: a pipe, which can be read once, is kept.
 * @throws InputError as `readTextInPieces` does, here or while reading.
 */
export function textSource(path: string): () => Iterable<string> | AsyncIterable<string> {
  checkIsFile(path);
  if (statSync(path).isFile()) return () => readTextInPieces(path);
  const text = readText(path);
  return () => [text];
}

/** @throws InputError when the file is missing or not JSON. */
export function readJson(path: string): unknown {
  const text = readText(path);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InputError(`${path}: is not valid JSON (${(cause as Error).message})`, { cause });
  }
}

function checkIsFile(path: string): void {
  if (!existsSync(path)) throw new InputError(`${path}: no such file`);
  if (statSync(path).isDirectory()) throw new InputError(`${path}: is a folder; a file is needed`);
}

/** How many Unicode code points a text has. */
export function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

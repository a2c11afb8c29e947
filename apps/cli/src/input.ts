import { createReadStream, existsSync, type ReadStream, readFileSync, statSync } from "node:fs";
import { createGunzip } from "node:zlib";
import { decodeUtf8 } from "@lm/text";
import { InputError } from "./failure.ts";

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
 * @throws InputError when it is missing, not UTF-8, or not packed as its name says.
 */
export async function* readTextInPieces(path: string): AsyncGenerator<string> {
  const file = openFile(path);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    const bytes = path.endsWith(".gz") ? file.pipe(createGunzip()) : file;
    for await (const piece of bytes) yield decoder.decode(piece as Uint8Array, { stream: true });
    yield decoder.decode();
  } catch (cause) {
    const problem = (cause as Error).message;
    throw new InputError(`${path}: cannot be read as text (${problem})`, { cause });
  } finally {
    file.destroy();
  }
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

import { existsSync, readFileSync, statSync } from "node:fs";
import { decodeUtf8 } from "@lm/text";
import { InputError } from "./failure.ts";

/** @throws InputError when there is no such file, or it cannot be read. */
export function readBytes(path: string): Uint8Array {
  if (!existsSync(path)) throw new InputError(`${path}: no such file`);
  if (statSync(path).isDirectory()) throw new InputError(`${path}: is a folder; a file is needed`);
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

/** @throws InputError when the file is missing or not JSON. */
export function readJson(path: string): unknown {
  const text = readText(path);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InputError(`${path}: is not valid JSON (${(cause as Error).message})`, { cause });
  }
}

/** How many Unicode code points a text has. */
export function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

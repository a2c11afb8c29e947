import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";

/** Writes text in pieces, packed where the name ends in `.gz`, so that the file is there in full or not at all. */
export async function writeTextFile(path: string, pieces: Iterable<string>): Promise<void> {
  const aside = `${path}.next`;
  const file = createWriteStream(aside, { flush: true });
  try {
    if (path.endsWith(".gz")) await pipeline(Readable.from(pieces), createGzip(), file);
    else await pipeline(Readable.from(pieces), file);
    await rename(aside, path);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
}

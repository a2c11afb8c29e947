import {
  closeSync,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { ColumnCursor } from "../counting/count-cursor.ts";
import {
  type ByteSource,
  CountsFileError,
  openCountsFile,
  readCountsFile,
  writeCountsFile,
} from "../counting/counts-file.ts";
import { checkMergeable } from "../counting/merge-counts.ts";
import { type CountWriter, mergeCursors } from "../counting/merge-cursors.ts";
import { NgramCounter } from "../counting/ngram-counter.ts";
import type { NgramCounts } from "../counts.ts";

/**
 * Saves counts, so that the file is there in full or not at all. What a counter has counted goes from its runs
 * straight into the file, however much it is; the counter is then finished.
 */
export function saveCounts(path: string, counts: NgramCounts | NgramCounter): void {
  writeFile(path, counts, (writer) => {
    if (counts instanceof NgramCounter) counts.finishTo(writer);
    else mergeCursors([new ColumnCursor(counts.orders)], writer);
  });
}

/**
 * Loads counts into memory.
 * @throws CountsFileError for anything else than a whole, undamaged file of counts.
 */
export function loadCounts(path: string): NgramCounts {
  const file = new OpenFile(path);
  try {
    return readCountsFile(file);
  } finally {
    file.close();
  }
}

/**
 * Merges files of counts into one, `to`, as `mergeCounts` does, but holds none of them in memory.
 * @throws CountsFileError for a file that is no whole, undamaged one of counts.
 * @throws RangeError for counts of different orders or vocabularies, and for a sum above 2³² − 1.
 */
export function mergeCountsFiles(paths: readonly string[], to: string): void {
  const files: OpenFile[] = [];
  try {
    for (const path of paths) files.push(new OpenFile(path));
    const counts = files.map(openCountsFile);
    const [first] = counts;
    if (!first) throw new RangeError("mergeCountsFiles: there are no files to merge");
    for (const other of counts) checkMergeable(first, other);
    writeFile(to, first, (writer) => {
      mergeCursors(
        counts.map(({ cursor }) => cursor),
        writer,
      );
      for (const { check } of counts) check();
    });
  } finally {
    for (const file of files) file.close();
  }
}

/** A file that is read from anywhere. */
class OpenFile implements ByteSource {
  readonly name: string;
  readonly byteLength: number;
  readonly #file: number;

  constructor(path: string) {
    this.name = path;
    this.#file = openSync(path, "r");
    this.byteLength = fstatSync(this.#file).size;
  }

  read(start: number, end: number): Uint8Array {
    const bytes = new Uint8Array(end - start);
    for (let at = 0; at < bytes.length; ) {
      const length = readSync(this.#file, bytes, at, bytes.length - at, start + at);
      if (length === 0)
        throw new CountsFileError(this, start + at, "the file was cut off just now");
      at += length;
    }
    return bytes;
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** Writes aside and renames, so that a file is there in full or not at all. */
function writeFile(
  path: string,
  counts: Pick<NgramCounts, "vocabulary" | "order">,
  writeNgrams: (writer: CountWriter) => void,
): void {
  const aside = `${path}.next`;
  const file = openSync(aside, "w");
  try {
    try {
      writeCountsFile(
        counts,
        (bytes) => {
          for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
        },
        writeNgrams,
      );
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(aside, path);
  } catch (error) {
    rmSync(aside, { force: true });
    throw error;
  }
}

import type { NgramCounts } from "../counts.ts";
import { ColumnCursor } from "./count-cursor.ts";
import { readCountsFile, writeCountsFile } from "./counts-file.ts";
import { mergeCursors } from "./merge-cursors.ts";

/** Counts as the bytes of a file, which `countsFromBytes` reads. */
export function countsToBytes(counts: NgramCounts): Uint8Array<ArrayBuffer> {
  const blocks: Uint8Array<ArrayBuffer>[] = [];
  const cursor = new ColumnCursor(counts.orders);
  writeCountsFile(
    counts,
    (bytes) => blocks.push(bytes),
    (writer) => mergeCursors([cursor], writer),
  );
  const bytes = new Uint8Array(blocks.reduce((sum, block) => sum + block.length, 0));
  let length = 0;
  for (const block of blocks) {
    bytes.set(block, length);
    length += block.length;
  }
  return bytes;
}

/**
 * Reads a file of counts.
 * @throws CountsFileError for anything else than a whole, undamaged file of counts.
 */
export function countsFromBytes(bytes: Uint8Array): NgramCounts {
  return readCountsFile({
    name: "n-gram counts",
    byteLength: bytes.length,
    read: (start, end) => bytes.subarray(start, end),
  });
}

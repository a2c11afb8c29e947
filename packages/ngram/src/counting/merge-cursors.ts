import type { CountCursor } from "./count-cursor.ts";

const HIGHEST_COUNT = 0xffffffff;

/** Takes n-grams in the order of a `CountCursor`. */
export interface CountWriter {
  write(order: number, word: number, count: number): void;
}

/**
 * Merges sorted n-grams: those that several cursors have are written once, with the sum of their counts. Only
 * the n-grams at hand are held, however many there are.
 * @throws RangeError for a sum above 2³² − 1.
 */
export function mergeCursors(cursors: readonly CountCursor[], writer: CountWriter): void {
  // For each order the cursors that stand at the same n-gram; lists are made once, as there are so many n-grams.
  const same: CountCursor[][] = [];
  mergeList(1, cursors, cursors.length, same, writer);
}

/** Merges the lists of an order that the first `length` cursors stand in, or those of them that have one. */
function mergeList(
  order: number,
  cursors: readonly CountCursor[],
  length: number,
  sames: CountCursor[][],
  writer: CountWriter,
): void {
  const same = sames[order] ?? [];
  sames[order] = same;
  for (;;) {
    let word = Number.POSITIVE_INFINITY;
    let size = 0;
    for (let i = 0; i < length; i++) {
      const cursor = cursors[i]!;
      if (cursor.order !== order || cursor.word > word) continue;
      if (cursor.word < word) size = 0;
      word = cursor.word;
      same[size++] = cursor;
    }
    if (size === 0) return;
    if (size === 1) copy(same[0]!, writer);
    else {
      writer.write(order, word, sum(order, same, size));
      for (let i = 0; i < size; i++) same[i]!.advance();
      mergeList(order + 1, same, size, sames, writer);
    }
  }
}

function sum(order: number, cursors: readonly CountCursor[], length: number): number {
  let count = 0;
  for (let i = 0; i < length; i++) count += cursors[i]!.count;
  if (count > HIGHEST_COUNT)
    throw new RangeError(
      `ngram: an n-gram of order ${order} was counted ${count} times, but a count is at most ` +
        `${HIGHEST_COUNT}; count less text`,
    );
  return count;
}

/** Copies an n-gram and all that go on from it. */
function copy(cursor: CountCursor, writer: CountWriter): void {
  const { order } = cursor;
  do {
    writer.write(cursor.order, cursor.word, cursor.count);
    cursor.advance();
  } while (cursor.order > order);
}

/**
 * The sizes of blocks: multiples of 64 bytes up to 1 KiB, then eight to a doubling. So at most an eighth of a large block
 * is waste, and every block holds whole vectors and whole cache lines.
 */

const SMALLEST = 64;
const SMALL_CLASSES = 17;
const LARGEST_SMALL = 1024;

/** How many classes cover 32-bit sizes. */
export const CLASSES = SMALL_CLASSES + 22 * 8;

/** The class of the smallest blocks that hold so many bytes. */
export function classOf(bytes: number): number {
  if (bytes <= LARGEST_SMALL) return Math.max(1, Math.ceil(bytes / SMALLEST));
  const doubling = 31 - Math.clz32(bytes - 1);
  const eighth = 2 ** (doubling - 3);
  return SMALL_CLASSES + (doubling - 10) * 8 + Math.ceil(bytes / eighth) - 9;
}

/** The size of the blocks of a class. */
export function bytesOfClass(index: number): number {
  if (index < SMALL_CLASSES) return index * SMALLEST;
  const step = index - SMALL_CLASSES;
  return 2 ** (7 + Math.floor(step / 8)) * (9 + (step % 8));
}

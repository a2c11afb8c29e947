import { NgramFileError } from "./binary-error.ts";
import type { BinaryHeader } from "./binary-header.ts";
import { FloatOrder } from "./float-order.ts";
import { BLOCK_BITS, QuantizedOrder } from "./quantized-order.ts";
import { WORDS_IN_TWO_BYTES } from "./trie.ts";

/** The bytes that a column takes in a file. */
export function paddedLength(byteLength: number): number {
  return Math.ceil(byteLength / 4) * 4;
}

/**
 * Views of the columns of a file, from byte `start` to its end.
 * @throws NgramFileError where they do not end there.
 */
export function readColumns(
  file: Uint8Array,
  start: number,
  header: BinaryHeader,
): (FloatOrder | QuantizedOrder)[] {
  const columns = new Columns(file, start);
  const { ngramCounts, quantized, tokens } = header;
  const orders = ngramCounts.map((size, i) => {
    const isHighest = i + 1 === ngramCounts.length;
    const words = i === 0 ? 0 : size;
    const contexts = isHighest ? 0 : size;
    const children = isHighest ? 0 : size + 1;
    const sizes = quantized?.[i - 1];
    if (!sizes)
      return new FloatOrder({
        words: columns.int32(words),
        logProbs: columns.float32(size),
        backoffs: columns.float32(contexts),
        childStarts: columns.int32(children),
      });
    const isNarrow = tokens.length < WORDS_IN_TWO_BYTES;
    const { logProbTable, backoffTable, hasChildOffsets } = sizes;
    return new QuantizedOrder({
      words: isNarrow ? columns.uint16(words) : columns.int32(words),
      logProbTable: columns.float32(logProbTable),
      logProbs: columns.uint8(size),
      backoffTable: columns.float32(backoffTable),
      backoffs: columns.uint8(contexts),
      childBases: columns.int32(hasChildOffsets ? (size >> BLOCK_BITS) + 1 : children),
      childOffsets: columns.uint16(hasChildOffsets ? children : 0),
    });
  });
  columns.end();
  return orders;
}

/** A file from its first column on. */
class Columns {
  readonly #file: Uint8Array;
  #offset: number;

  constructor(file: Uint8Array, start: number) {
    this.#file = file;
    this.#offset = start;
  }

  int32(length: number): Int32Array {
    return new Int32Array(this.#file.buffer, this.#take(4 * length), length);
  }

  float32(length: number): Float32Array {
    return new Float32Array(this.#file.buffer, this.#take(4 * length), length);
  }

  uint16(length: number): Uint16Array {
    return new Uint16Array(this.#file.buffer, this.#take(2 * length), length);
  }

  uint8(length: number): Uint8Array {
    return new Uint8Array(this.#file.buffer, this.#take(length), length);
  }

  end(): void {
    const { length } = this.#file;
    if (this.#offset !== length)
      throw new NgramFileError(
        this.#offset,
        `the columns end here, but the file has ${length} bytes`,
      );
  }

  /** Steps over a column and gives its place in the buffer. */
  #take(byteLength: number): number {
    const { byteOffset, length } = this.#file;
    const place = byteOffset + this.#offset;
    this.#offset += paddedLength(byteLength);
    if (this.#offset > length)
      throw new NgramFileError(length, `the file stops here, but a column ends at ${this.#offset}`);
    return place;
  }
}

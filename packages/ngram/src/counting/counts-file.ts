import { Vocabulary } from "@lm/text";
import type { NgramCounts } from "../counts.ts";
import { SentenceCutter } from "../training-sequence.ts";
import { collectColumns } from "./collect-columns.ts";
import { CountDecoder } from "./count-decoder.ts";
import { type ByteSink, CountEncoder } from "./count-encoder.ts";
import { type CountsHeader, headerOf, problemOfCountsHeader } from "./counts-header.ts";
import { linkSuffixes, MissingSuffix } from "./link-suffixes.ts";
import type { CountWriter } from "./merge-cursors.ts";

/*
 * The file, version 1, the same on every machine. Numbers are little-endian.
 *
 *      0   "lm-count"
 *      8   uint32: version
 *     12   uint32: n, the bytes of the header
 *     16   the header: JSON in UTF-8
 *  16 + n  the n-grams, as CountEncoder writes them
 *  −4k − 4 uint32 for each of the k orders: how many n-grams it has (with a count above 0)
 *     −4   uint32: checksum (FNV-1a) of all before it
 *
 * It is written from front to back, without knowing how much there will be, and read in the same order; only the
 * numbers at the end are looked at first.
 */
const MAGIC = "lm-count";
const VERSION = 1;
const HEADER_OFFSET = 16;
/** An n-gram takes two bytes at least. */
const SHORTEST_ENTRY = 2;
const BLOCK = 1 << 16;

/** Bytes that are no file of counts of this version, or a damaged one. */
export class CountsFileError extends Error {
  override readonly name = "CountsFileError";
  /** Where in the file the trouble is, in bytes. */
  readonly offset: number;

  constructor(file: Pick<ByteSource, "name">, offset: number, problem: string) {
    super(`${file.name}, byte ${offset}: ${problem}`);
    this.offset = offset;
  }
}

/** Bytes that can be read from anywhere. */
export interface ByteSource {
  /** What the file is called in errors. */
  readonly name: string;
  readonly byteLength: number;
  /** The bytes from `start` to before `end`. */
  read(start: number, end: number): Uint8Array;
}

/** Writes a file of counts: everything that `writeNgrams` writes, in the order of a `CountCursor`. */
export function writeCountsFile(
  { vocabulary, order }: Pick<NgramCounts, "vocabulary" | "order">,
  sink: ByteSink,
  writeNgrams: (writer: CountWriter) => void,
): void {
  const checksum = new Checksum();
  const write: ByteSink = (bytes) => {
    checksum.add(bytes);
    sink(bytes);
  };
  const json = new TextEncoder().encode(JSON.stringify(headerOf(vocabulary, order)));
  const preamble = new Uint8Array(HEADER_OFFSET + json.length);
  preamble.set(new TextEncoder().encode(MAGIC));
  setUint32(preamble, 8, VERSION);
  setUint32(preamble, 12, json.length);
  preamble.set(json, HEADER_OFFSET);
  write(preamble);
  const encoder = new CountEncoder(order, write);
  writeNgrams(encoder);
  encoder.end();
  const sizes = new Uint8Array(4 * order);
  for (const [i, size] of encoder.sizes.entries()) setUint32(sizes, 4 * i, size);
  write(sizes);
  const sum = new Uint8Array(4);
  setUint32(sum, 0, checksum.value);
  sink(sum);
}

/** A file of counts whose n-grams are still to be read. */
export interface OpenCounts {
  readonly vocabulary: Vocabulary;
  readonly order: number;
  /** How many n-grams of each order there are. */
  readonly sizes: readonly number[];
  readonly symbolCount: number;
  /** The n-grams. Whoever has come to their end calls `check`. */
  readonly cursor: CountDecoder;
  /** @throws CountsFileError unless the n-grams ended where they should and nothing was damaged. */
  readonly check: () => void;
}

/** @throws CountsFileError unless the file begins and ends like one of counts. */
export function openCountsFile(file: ByteSource): OpenCounts {
  const header = readHeader(file);
  const { order } = header;
  const start = HEADER_OFFSET + header.byteLength;
  const end = file.byteLength - 4 * order - 4;
  if (end <= start)
    throw new CountsFileError(file, file.byteLength, "the file stops here; it is cut off");
  const trailer = file.read(end, file.byteLength);
  const sizes = Array.from({ length: order }, (_, i) => getUint32(trailer, 4 * i));
  if (SHORTEST_ENTRY * sizes.reduce((sum, size) => sum + size, 0) > end - start)
    throw new CountsFileError(
      file,
      end,
      `there are to be ${sizes.join(", ")} n-grams, more than the file has room for; it is damaged or cut off`,
    );
  const checksum = new Checksum();
  checksum.add(file.read(0, start));
  function* blocks(): Generator<Uint8Array> {
    for (let at = start; at < end; at += BLOCK) {
      const block = file.read(at, Math.min(at + BLOCK, end));
      checksum.add(block);
      yield block;
    }
  }
  const vocabulary = new Vocabulary(header.tokens, header.reserved);
  const { symbolCount } = new SentenceCutter(vocabulary);
  const cursor = new CountDecoder(
    blocks(),
    order,
    symbolCount,
    (offset, problem) =>
      new CountsFileError(file, start + offset, `the file is damaged: ${problem}`),
  );
  const check = () => {
    if (cursor.offset !== end - start)
      throw new CountsFileError(
        file,
        start + cursor.offset,
        "the n-grams end here, but the file goes on",
      );
    if (sizes.some((size, i) => size !== cursor.sizes[i]))
      throw new CountsFileError(
        file,
        end,
        `there are to be ${sizes.join(", ")} n-grams, but there are ${cursor.sizes.join(", ")}`,
      );
    checksum.add(trailer.subarray(0, 4 * order));
    if (checksum.value !== getUint32(trailer, 4 * order))
      throw new CountsFileError(
        file,
        file.byteLength - 4,
        "the checksum is wrong; the file is damaged",
      );
  };
  return { vocabulary, order, sizes, symbolCount, cursor, check };
}

/**
 * Reads all counts of a file.
 * @throws CountsFileError for anything else than a whole, undamaged file of counts.
 */
export function readCountsFile(file: ByteSource): NgramCounts {
  const { vocabulary, order, sizes, symbolCount, cursor, check } = openCountsFile(file);
  const columns = collectColumns(cursor, sizes, symbolCount);
  check();
  const { bos } = new SentenceCutter(vocabulary);
  try {
    return { vocabulary, order, bos, orders: linkSuffixes(columns) };
  } catch (error) {
    if (!(error instanceof MissingSuffix)) throw error;
    throw new CountsFileError(file, file.byteLength, `counts are missing: ${error.message}`);
  }
}

function readHeader(file: ByteSource): CountsHeader & { readonly byteLength: number } {
  const preamble = file.read(0, Math.min(HEADER_OFFSET, file.byteLength));
  if (new TextDecoder().decode(preamble.subarray(0, MAGIC.length)) !== MAGIC)
    throw new CountsFileError(
      file,
      0,
      `the file does not begin with "${MAGIC}", so it holds no n-gram counts`,
    );
  if (preamble.length < HEADER_OFFSET)
    throw new CountsFileError(file, file.byteLength, "the file stops here; it is cut off");
  const version = getUint32(preamble, 8);
  if (version !== VERSION)
    throw new CountsFileError(
      file,
      8,
      `the file has version ${version}, this program reads ${VERSION}`,
    );
  const byteLength = getUint32(preamble, 12);
  if (byteLength > file.byteLength - HEADER_OFFSET)
    throw new CountsFileError(
      file,
      12,
      `a header of ${byteLength} bytes in a file of ${file.byteLength}; it is cut off or damaged`,
    );
  let header: unknown;
  try {
    const json = file.read(HEADER_OFFSET, HEADER_OFFSET + byteLength);
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(json));
  } catch (cause) {
    throw new CountsFileError(file, HEADER_OFFSET, `the header is no JSON: ${cause}`);
  }
  const problem = problemOfCountsHeader(header);
  if (problem)
    throw new CountsFileError(file, HEADER_OFFSET, `the header is malformed: ${problem}`);
  return { ...(header as CountsHeader), byteLength };
}

/** FNV-1a over bytes, so that damage shows. It is no protection against intent. */
class Checksum {
  #value = 0x811c9dc5;

  get value(): number {
    return this.#value >>> 0;
  }

  add(bytes: Uint8Array): void {
    let value = this.#value;
    for (let i = 0; i < bytes.length; i++) value = Math.imul(value ^ bytes[i]!, 0x01000193);
    this.#value = value;
  }
}

function setUint32(bytes: Uint8Array, offset: number, value: number): void {
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(offset, value, true);
}

function getUint32(bytes: Uint8Array, offset: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(offset, true);
}

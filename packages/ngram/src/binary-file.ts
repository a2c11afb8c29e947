import { Vocabulary } from "@lm/text";
import { paddedLength, readColumns } from "./binary-columns.ts";
import { NgramFileError } from "./binary-error.ts";
import { type BinaryHeader, problemOfHeader, type QuantizedSizes } from "./binary-header.ts";
import { problemOf } from "./check-trie.ts";
import { NgramModel } from "./model.ts";
import type { QuantizedOrder } from "./quantized-order.ts";
import type { Trie } from "./trie.ts";

/*
 * The file, version 1. Numbers have the byte order of the machine that wrote it.
 *
 *      0   "lm-ngram"
 *      8   uint32: 0x01020304, by which the byte order is known
 *     12   uint32: version
 *     16   uint32: n, the bytes of the header
 *     20   uint32: checksum of all that follows, see `checksum`
 *     24   the header: JSON in UTF-8, filled up with spaces to a multiple of 4 bytes
 *  24 + n  the trie's columns as they are in memory, order by order, each filled up to a multiple of 4 bytes
 *
 * Every column begins at a multiple of 4, so a file is opened by making views of its bytes.
 */
const MAGIC = "lm-ngram";
const BYTE_ORDER = 0x01020304;
const VERSION = 1;
const HEADER_OFFSET = 24;

/** The model as the bytes of a file, which `fromBytes` opens. */
export function toBytes(model: NgramModel): Uint8Array<ArrayBuffer> {
  const { trie, origin } = model;
  const { tokens, bos, eos, unk } = trie.vocabulary;
  const reserved = Object.entries({ bos, eos, unk }).flatMap(([name, id]) =>
    id === undefined ? [] : [[name, tokens[id]!] as const],
  );
  const header: BinaryHeader = {
    tokens,
    reserved: Object.fromEntries(reserved),
    backoff: trie.backoff,
    unlistedBackoff: trie.unlistedBackoff,
    isOpen: trie.isOpen,
    ngramCounts: model.ngramCounts,
    ...(model.isQuantized && { quantized: quantizedSizes(trie) }),
    ...(origin && { origin }),
  };
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerLength = paddedLength(json.length);
  const columns = trie.orders.flatMap((order) => order.columns);
  const length = columns.reduce((sum, { byteLength }) => sum + paddedLength(byteLength), 0);
  const bytes = new Uint8Array(HEADER_OFFSET + headerLength + length);
  bytes.set(new TextEncoder().encode(MAGIC));
  bytes.fill(0x20, HEADER_OFFSET + json.length, HEADER_OFFSET + headerLength);
  bytes.set(json, HEADER_OFFSET);
  let offset = HEADER_OFFSET + headerLength;
  for (const { buffer, byteOffset, byteLength } of columns) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), offset);
    offset += paddedLength(byteLength);
  }
  new Uint32Array(bytes.buffer, MAGIC.length, 4).set([
    BYTE_ORDER,
    VERSION,
    headerLength,
    checksum(bytes),
  ]);
  return bytes;
}

function quantizedSizes({ orders }: Trie): QuantizedSizes[] {
  const longer = orders.slice(1) as QuantizedOrder[];
  return longer.map(({ logProbTable, backoffTable, childOffsets }) => ({
    logProbTable: logProbTable.length,
    backoffTable: backoffTable.length,
    hasChildOffsets: childOffsets.length > 0,
  }));
}

/**
 * Opens a model file. The model reads from `bytes` (they must not change), unless they do not begin at a multiple
 * of 4 in their buffer; then they are copied once.
 * @throws NgramFileError for anything else than a whole, undamaged file of this version and byte order.
 */
export function fromBytes(bytes: Uint8Array): NgramModel {
  const file = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  const headerLength = checkPreamble(file);
  const header = readHeader(file.subarray(HEADER_OFFSET, HEADER_OFFSET + headerLength));
  const orders = readColumns(file, HEADER_OFFSET + headerLength, header);
  const trie: Trie = {
    vocabulary: new Vocabulary(header.tokens, header.reserved),
    isOpen: header.isOpen,
    orders,
    backoff: header.backoff,
    unlistedBackoff: header.unlistedBackoff,
  };
  const problem = problemOf(orders, trie.vocabulary.size);
  if (problem) throw new NgramFileError(HEADER_OFFSET + headerLength, problem);
  return new NgramModel(trie, header.origin);
}

/** The length of the header, after everything before it and the checksum have been found right. */
function checkPreamble(file: Uint8Array): number {
  if (new TextDecoder().decode(file.subarray(0, MAGIC.length)) !== MAGIC)
    throw new NgramFileError(0, `the file does not begin with "${MAGIC}", so it is no model file`);
  if (file.length < HEADER_OFFSET || file.length % 4 > 0)
    throw new NgramFileError(file.length, "the file stops here; it is cut off");
  const [byteOrder, version, headerLength, sum] = new Uint32Array(
    file.buffer,
    file.byteOffset + 8,
    4,
  );
  if (byteOrder !== BYTE_ORDER)
    throw new NgramFileError(8, "the file was written on a machine of the other byte order");
  if (version !== VERSION)
    throw new NgramFileError(12, `the file has version ${version}, this program reads ${VERSION}`);
  if (headerLength! % 4 > 0 || headerLength! > file.length - HEADER_OFFSET)
    throw new NgramFileError(16, `a header of ${headerLength} bytes in a file of ${file.length}`);
  if (checksum(file) !== sum)
    throw new NgramFileError(20, "the checksum is wrong; the file is damaged or cut off");
  return headerLength!;
}

function readHeader(bytes: Uint8Array): BinaryHeader {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new NgramFileError(HEADER_OFFSET, `the header is no JSON: ${cause}`);
  }
  const problem = problemOfHeader(header);
  if (problem) throw new NgramFileError(HEADER_OFFSET, `the header is malformed: ${problem}`);
  return header as BinaryHeader;
}

/**
 * Mixes all 32-bit words behind the checksum, so that damage shows. It is no protection against intent. Four sums
 * take every fourth word each, because a processor adds to four at once.
 */
function checksum(file: Uint8Array): number {
  const words = new Uint32Array(
    file.buffer,
    file.byteOffset + HEADER_OFFSET,
    (file.length - HEADER_OFFSET) >> 2,
  );
  let [a, b, c, d] = [0, 1, 2, 3];
  let i = 0;
  for (; i + 3 < words.length; i += 4) {
    a = mixed(a, words[i]!);
    b = mixed(b, words[i + 1]!);
    c = mixed(c, words[i + 2]!);
    d = mixed(d, words[i + 3]!);
  }
  for (; i < words.length; i++) a = mixed(a, words[i]!);
  return mixed(mixed(mixed(a, b), c), d) >>> 0;
}

function mixed(sum: number, word: number): number {
  const product = Math.imul(sum ^ word, 0x9e3779b1);
  return (product << 15) | (product >>> 17);
}

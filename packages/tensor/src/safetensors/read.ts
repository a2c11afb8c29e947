import { type Shape, sizeOf } from "@lm/backend";
import { DTYPE_BYTES, type Dtype, MAXIMUM_HEADER, SafetensorsError } from "./format.ts";

/** One tensor of a file. `bytes` is a view into the file, not a copy. */
export interface SafetensorsEntry {
  readonly dtype: Dtype;
  readonly shape: Shape;
  readonly bytes: Uint8Array;
}

export interface SafetensorsFile {
  readonly tensors: ReadonlyMap<string, SafetensorsEntry>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads the header of a safetensors file and checks all of it against the file's length; the data stay where they are.
 * @throws SafetensorsError for anything but a valid file, naming the tensor and what is wrong with it.
 */
export function readSafetensors(file: Uint8Array): SafetensorsFile {
  const { header, data } = split(file);
  const tensors = new Map<string, SafetensorsEntry>();
  let metadata: Record<string, string> = {};
  for (const [name, entry] of Object.entries(header))
    if (name === "__metadata__") metadata = readMetadata(entry);
    else tensors.set(name, readEntry(name, entry, data));
  checkCoverage(tensors, data);
  return { tensors, metadata };
}

/** The values as float32, of any floating-point dtype of two bytes or more. @throws SafetensorsError for another. */
export function float32Values(
  name: string,
  { dtype, shape, bytes }: SafetensorsEntry,
): Float32Array {
  const values = new Float32Array(sizeOf(shape));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (dtype) {
    case "F32":
      for (let i = 0; i < values.length; i++) values[i] = view.getFloat32(4 * i, true);
      return values;
    case "F64":
      for (let i = 0; i < values.length; i++) values[i] = view.getFloat64(8 * i, true);
      return values;
    case "BF16": {
      const bits = new Uint32Array(values.buffer);
      for (let i = 0; i < values.length; i++) bits[i] = view.getUint16(2 * i, true) << 16;
      return values;
    }
    case "F16":
      for (let i = 0; i < values.length; i++) values[i] = halfToNumber(view.getUint16(2 * i, true));
      return values;
    default:
      throw new SafetensorsError(
        `${name}: dtype ${dtype} cannot be read as float32; expected F32, F64, F16 or BF16`,
      );
  }
}

/** IEEE 754 binary16. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function split(file: Uint8Array): { header: object; data: Uint8Array } {
  if (file.length < 8)
    throw new SafetensorsError(
      `the file has ${file.length} bytes, too few for the 8 that give the header's length`,
    );
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const length = view.getBigUint64(0, true);
  if (length > MAXIMUM_HEADER || 8n + length > BigInt(file.length))
    throw new SafetensorsError(
      `the header should take ${length} bytes, but the file has ${file.length - 8} after the length (cut off, or not safetensors)`,
    );
  const end = 8 + Number(length);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(file.subarray(8, end)));
  } catch (cause) {
    throw new SafetensorsError("the header is not valid JSON in UTF-8", { cause });
  }
  if (!isObject(header)) throw new SafetensorsError("the header is not a JSON object");
  return { header, data: file.subarray(end) };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const areSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((d) => Number.isSafeInteger(d) && d >= 0);

function readMetadata(entry: unknown): Record<string, string> {
  if (!isObject(entry) || Object.values(entry).some((value) => typeof value !== "string"))
    throw new SafetensorsError("__metadata__ is not an object of strings");
  return entry as Record<string, string>;
}

function readEntry(name: string, entry: unknown, data: Uint8Array): SafetensorsEntry {
  const fail = (reason: string): never => {
    throw new SafetensorsError(`tensor ${JSON.stringify(name)}: ${reason}`);
  };
  if (!isObject(entry)) return fail("its entry is not an object");
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== "string" || !Object.hasOwn(DTYPE_BYTES, dtype))
    return fail(`unknown dtype ${JSON.stringify(dtype)}`);
  if (!areSizes(shape)) return fail(`its shape ${JSON.stringify(shape)} is not a list of sizes`);
  if (!areSizes(offsets) || offsets.length !== 2)
    return fail(`its data_offsets ${JSON.stringify(offsets)} are not two offsets`);
  const [start, end] = offsets as [number, number];
  if (start > end || end > data.length)
    return fail(
      `its data_offsets ${start} … ${end} are not a range of the ${data.length} bytes of data`,
    );
  const needed = sizeOf(shape) * DTYPE_BYTES[dtype as Dtype];
  if (needed !== end - start)
    return fail(
      `shape [${shape}] of ${dtype} takes ${needed} bytes, but data_offsets give it ${end - start}`,
    );
  return { dtype: dtype as Dtype, shape, bytes: data.subarray(start, end) };
}

/** Every byte of the data belongs to exactly one tensor. */
function checkCoverage(tensors: ReadonlyMap<string, SafetensorsEntry>, data: Uint8Array): void {
  const ordered = [...tensors].sort(
    ([, a], [, b]) => a.bytes.byteOffset - b.bytes.byteOffset || a.bytes.length - b.bytes.length,
  );
  let covered = 0;
  for (const [name, { bytes }] of ordered) {
    const start = bytes.byteOffset - data.byteOffset;
    if (start !== covered)
      throw new SafetensorsError(
        `tensor ${JSON.stringify(name)}: its data start at ${start}, ${start < covered ? "inside those of another tensor" : "after a gap"}; expected ${covered}`,
      );
    covered += bytes.length;
  }
  if (covered !== data.length)
    throw new SafetensorsError(
      `${data.length - covered} bytes at the end of the data belong to no tensor`,
    );
}

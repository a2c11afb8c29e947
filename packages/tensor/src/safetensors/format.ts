/**
 * The safetensors format: eight bytes that hold the length of the header (unsigned, little-endian), the header, a
 * JSON object from tensor names to `{ dtype, shape, data_offsets }`, and the data, without gaps or overlaps.
 */

/** Bytes of one element of each dtype of the format that is made of whole bytes. */
export const DTYPE_BYTES = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  F64: 8,
  I64: 8,
  U64: 8,
} as const;

export type Dtype = keyof typeof DTYPE_BYTES;

/** The length of a header that readers accept at most, in bytes. */
export const MAXIMUM_HEADER = 100_000_000;

/** A file that is not valid safetensors, or holds something that cannot be used as asked. */
export class SafetensorsError extends Error {
  override readonly name = "SafetensorsError";
}

import { type Shape, sizeOf } from "@lm/backend";
import { SafetensorsError } from "./format.ts";

/** Values to be written as F32. */
export interface SafetensorsValues {
  readonly shape: Shape;
  readonly data: ArrayLike<number>;
}

/**
 * The bytes of a safetensors file with these tensors, in this order, as F32.
 * @throws SafetensorsError when a shape does not match its values.
 */
export function writeSafetensors(
  tensors: Readonly<Record<string, SafetensorsValues>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header: Record<string, unknown> = {};
  if (Object.keys(metadata).length > 0) header.__metadata__ = metadata;
  let offset = 0;
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    if (sizeOf(shape) !== data.length)
      throw new SafetensorsError(
        `tensor ${JSON.stringify(name)}: ${data.length} values for shape [${shape}]`,
      );
    header[name] = { dtype: "F32", shape, data_offsets: [offset, offset + 4 * data.length] };
    offset += 4 * data.length;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // Spaces fill the header up, so that the data start at a multiple of 8.
  const start = 8 + Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(start + offset).fill(0x20, 8, start);
  const view = new DataView(file.buffer);
  view.setBigUint64(0, BigInt(start - 8), true);
  file.set(json, 8);
  let position = start;
  for (const { data } of Object.values(tensors))
    for (let i = 0; i < data.length; i++, position += 4) view.setFloat32(position, data[i]!, true);
  return file;
}

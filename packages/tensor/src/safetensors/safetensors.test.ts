import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeShared } from "../../../../tools/shared.ts";
import { SafetensorsError } from "./format.ts";
import { float32Values, readSafetensors } from "./read.ts";
import { writeSafetensors } from "./write.ts";

/** A file from a header (an object, or raw text) and data. */
function file(header: unknown, data = new Uint8Array(), length?: bigint): Uint8Array {
  const json = new TextEncoder().encode(
    typeof header === "string" ? header : JSON.stringify(header),
  );
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}
const f32 = (shape: number[], start: number, end: number, dtype = "F32") => ({
  dtype,
  shape,
  data_offsets: [start, end],
});
const eight = new Uint8Array(8);

describe("reading and writing", () => {
  it("round-trips values, shapes, order and metadata", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.string({ minLength: 1 }), fc.array(fc.float())), {
          selector: ([name]) => name,
        }),
        fc.dictionary(
          fc.string().filter((key) => key !== "__proto__"),
          fc.string(),
        ),
        (entries, metadata) => {
          const named = entries.filter(([name]) => !["__metadata__", "__proto__"].includes(name));
          const tensors = Object.fromEntries(
            named.map(([name, values]) => [name, { shape: [values.length], data: values }]),
          );
          const read = readSafetensors(writeSafetensors(tensors, metadata));
          expect([...read.tensors.keys()]).toEqual(Object.keys(tensors));
          for (const [name, values] of named)
            expect([...float32Values(name, read.tensors.get(name)!)]).toEqual(values);
          expect({ ...read.metadata }).toEqual({ ...metadata });
        },
      ),
    );
  });

  it("starts the data at a multiple of 8", () => {
    const bytes = writeSafetensors({ w: { shape: [1], data: [1] } });
    expect(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8).toBe(0);
  });

  it("converts F64, F16 and BF16", () => {
    const data = new Uint8Array(8 + 12 + 4);
    const view = new DataView(data.buffer);
    view.setFloat64(0, -2.5, true);
    // 1, −2, the smallest subnormal, −0, infinity, NaN
    [0x3c00, 0xc000, 0x0001, 0x8000, 0x7c00, 0x7e00].forEach((bits, i) => {
      view.setUint16(8 + 2 * i, bits, true);
    });
    [0x3f80, 0xc040].forEach((bits, i) => {
      view.setUint16(20 + 2 * i, bits, true);
    });
    const { tensors } = readSafetensors(
      file(
        { d: f32([1], 0, 8, "F64"), h: f32([2, 3], 8, 20, "F16"), b: f32([2], 20, 24, "BF16") },
        data,
      ),
    );
    const values = (name: string) => [...float32Values(name, tensors.get(name)!)];
    expect(values("d")).toEqual([-2.5]);
    expect(values("h")).toEqual([1, -2, 2 ** -24, -0, Number.POSITIVE_INFINITY, Number.NaN]);
    expect(values("b")).toEqual([1, -3]);
  });

  it("refuses to read integers as floats", () => {
    const { tensors } = readSafetensors(file({ ids: f32([1], 0, 8, "I64") }, eight));
    expect(() => float32Values("ids", tensors.get("ids")!)).toThrow(
      "dtype I64 cannot be read as float32",
    );
  });

  it("refuses to write a shape that does not match", () => {
    expect(() => writeSafetensors({ w: { shape: [3], data: [1] } })).toThrow(
      "1 values for shape [3]",
    );
  });
});

describe("a hostile file is one clear error", () => {
  it.each([
    ["cut off before the length", new Uint8Array(5), "too few for the 8"],
    ["a header longer than the file", file({}, eight, 1000n), "1000 bytes, but the file has 10"],
    ["a header of 2^63 bytes", file({}, eight, 2n ** 63n), "cut off, or not safetensors"],
    ["no JSON", file("{nope"), "not valid JSON"],
    ["no UTF-8", file(""), "not valid JSON"],
    ["an array for a header", file([]), "not a JSON object"],
    ["metadata that are no strings", file({ __metadata__: { a: 1 } }), "not an object of strings"],
    ["an entry that is no object", file({ w: 3 }), "its entry is not an object"],
    ["an unknown dtype", file({ w: f32([2], 0, 8, "F31") }, eight), 'unknown dtype "F31"'],
    [
      "a dtype named like an object's method",
      file({ w: f32([2], 0, 8, "toString") }, eight),
      "unknown dtype",
    ],
    ["a negative size", file({ w: f32([-2], 0, 8) }, eight), "not a list of sizes"],
    ["a size that is not whole", file({ w: f32([0.5], 0, 2) }, eight), "not a list of sizes"],
    ["a shape that overflows", file({ w: f32([2 ** 40, 2 ** 40], 0, 8) }, eight), "takes"],
    [
      "a shape that does not match its bytes",
      file({ w: f32([3], 0, 8) }, eight),
      "takes 12 bytes, but data_offsets give it 8",
    ],
    ["offsets out of range", file({ w: f32([4], 0, 16) }, eight), "not a range of the 8 bytes"],
    ["offsets in reverse", file({ w: f32([2], 8, 0) }, eight), "not a range"],
    [
      "three offsets",
      file({ w: { dtype: "F32", shape: [2], data_offsets: [0, 4, 8] } }, eight),
      "not two offsets",
    ],
    [
      "overlapping tensors",
      file({ a: f32([2], 0, 8), b: f32([1], 4, 8) }, eight),
      "inside those of another",
    ],
    ["a gap", file({ a: f32([1], 0, 4), b: f32([1], 8, 12) }, new Uint8Array(12)), "after a gap"],
    ["bytes that belong to no tensor", file({ a: f32([1], 0, 4) }, eight), "4 bytes at the end"],
  ])("%s", (_, bytes, message) => {
    expect(() => readSafetensors(bytes)).toThrow(SafetensorsError);
    expect(() => readSafetensors(bytes)).toThrow(message);
  });

  it("whatever bytes are changed or cut off", () => {
    const valid = writeSafetensors({
      a: { shape: [2, 2], data: [1, 2, 3, 4] },
      b: { shape: [], data: [5] },
    });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 4 }),
        fc.nat(valid.length),
        (changes, length) => {
          const bytes = valid.slice(0, length);
          for (const [at, value] of changes) if (at < length) bytes[at] = value;
          try {
            readSafetensors(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(SafetensorsError);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describeShared(
  "a file written by PyTorch",
  ["reference/pytorch/gpt2-tiny/model.safetensors"],
  (path) => {
    it("is read", () => {
      const { tensors } = readSafetensors(readFileSync(path));
      const wte = tensors.get("transformer.wte.weight") ?? tensors.get("wte.weight");
      expect(wte?.shape[0]).toBe(61);
      expect(float32Values("wte", wte!).every(Number.isFinite)).toBe(true);
    });
  },
);

import { type CpuBackend, cpu, type MatmulEngine } from "@lm/backend-cpu";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { openEngine } from "../../backend-cpu/src/cpu.ts";
import { loadBlas } from "../src/blas.ts";
import { gemm } from "../src/gemm.ts";
import { native } from "../src/index.ts";
import { openNative } from "../src/native.ts";

const all = { side: 1, volume: 1 };
const own = await cpu({ threads: 1 });
const blas = await openNative({ threads: 2, least: all });
afterAll(() => {
  for (const engine of [own, blas]) engine.close();
});

/** Values that need no rounding: sums of products of small integers are exact in any order. */
const integers = (size: number, seed: number) =>
  Float32Array.from({ length: size }, (_, i) => ((i * 7 + seed * 13 + (i >> 3)) % 17) - 8);

/** Numbers whose sums have to be rounded. */
const values = (size: number, seed: number) =>
  Float32Array.from({ length: size }, (_, i) => Math.sin(i * 12.9898 + seed));

describe("products by the library", () => {
  it("are those of the engine, for any layout of the operands", async () => {
    const size = fc.integer({ min: 1, max: 12 });
    const layout = fc.constantFrom("whole", "slice", "flipped", "row repeated", "column repeated");
    await fc.assert(
      fc.asyncProperty(
        fc.record({ outer: size, inner: size, m: size, k: size, n: size }),
        fc.tuple(layout, layout),
        fc.tuple(fc.boolean(), fc.boolean()),
        async ({ outer, inner, m, k, n }, layouts, [transposeA, transposeB]) => {
          const run = async (b: CpuBackend) => {
            const left = operand(b, [outer, inner, m, k], transposeA, layouts[0], 1);
            const right = operand(b, [inner, k, n], transposeB, layouts[1], 2);
            const c = b.matmul(left, right, { transposeA, transposeB });
            const result = await b.read(c);
            for (const x of [left, right, c]) b.dispose(x);
            return result;
          };
          expect(await run(blas)).toEqual(await run(own));
        },
      ),
      { numRuns: 300 },
    );
    expect(blas.memory().tensors).toBe(0);
  });

  /** A tensor whose last two axes, transposed if asked for, are those of `shape`. */
  function operand(
    b: CpuBackend,
    shape: readonly number[],
    isTransposed: boolean,
    layout: string,
    seed: number,
  ) {
    const batch = shape.slice(0, -2);
    const [x, y] = shape.slice(-2) as [number, number];
    const [rows, columns] = isTransposed ? [y, x] : [x, y];
    const make = (made: readonly number[]) => {
      const total = made.reduce((product, d) => product * d, 1);
      return b.fromArray(integers(total, seed), [...made]);
    };
    const viewed = (made: readonly number[], view: (of: ReturnType<typeof make>) => typeof of) => {
      const whole = make(made);
      const part = view(whole);
      b.dispose(whole);
      return part;
    };
    const axes = [...shape.keys()];
    const last = axes.length - 1;
    const swapped = [...axes.slice(0, -2), last, last - 1];
    const wanted = [...batch, rows, columns];
    switch (layout) {
      case "slice":
        return viewed([...batch, rows, columns + 3], (t) => b.slice(t, last, 1, 1 + columns));
      case "flipped":
        return viewed([...batch, columns, rows], (t) => b.permute(t, swapped));
      case "row repeated":
        return viewed([...batch, 1, columns], (t) => b.expand(t, wanted));
      case "column repeated":
        return viewed([...batch, rows, 1], (t) => b.expand(t, wanted));
      default:
        return make(wanted);
    }
  }

  it("follow a memory that has moved by growing", async () => {
    // Where it can, the system lets a memory grow in its place; so the moving is made up.
    const memory = { buffer: Float32Array.of(1, 2, 3, 4, 0, 0, 0, 0).buffer };
    const library = await loadBlas();
    const matmul = () => expect.unreachable();
    const multiply = gemm(
      { matmul, memory: memory as WebAssembly.Memory, threads: 1 },
      library,
      all,
    );
    const square = () => {
      multiply(2, 2, 2, 0, 2, 1, 0, 2, 1, 16, 1, 1, 0, 0, 0, 0);
      return [...new Float32Array(memory.buffer, 16)];
    };
    expect(square()).toEqual([7, 10, 15, 22]);
    memory.buffer = Float32Array.of(5, 0, 0, 5, 0, 0, 0, 0).buffer;
    expect(square()).toEqual([25, 0, 0, 25]);
  });

  it("are right where addresses would be negative as signed numbers", async () => {
    const library = await loadBlas();
    const matmul = (engine: MatmulEngine) => gemm(engine, library, all);
    const high = await openEngine({ threads: 1, gap: 3.5 * 2 ** 30, matmul });
    const run = (b: CpuBackend) => {
      const x = b.fromArray(integers(20 * 30, 1), [20, 30]);
      return b.read(b.matmul(x, b.permute(x, [1, 0])));
    };
    expect(await run(high)).toEqual(await run(own));
  });

  it("reach the library, and small and thin ones do not", async () => {
    const library = await loadBlas();
    const sizes: string[] = [];
    const counted = await cpu({
      threads: 1,
      matmul: (engine) =>
        gemm(
          engine,
          {
            ...library,
            sgemm(...args) {
              sizes.push(args.slice(2, 5).join());
              library.sgemm(...args);
            },
          },
          { side: 16, volume: 10_000 },
        ),
    });
    const zeros = (...shape: number[]) =>
      counted.fromArray(new Float32Array(shape.reduce((x, y) => x * y, 1)), shape);
    counted.matmul(zeros(16, 100), zeros(100, 20));
    counted.matmul(zeros(15, 100), zeros(100, 20));
    counted.matmul(zeros(20, 100), zeros(100, 15));
    counted.matmul(zeros(20, 20), zeros(20, 20));
    counted.matmul(zeros(3, 20, 40), zeros(3, 40, 20));
    expect(sizes).toEqual(["16,20,100", "20,20,40", "20,20,40", "20,20,40"]);
  });
});

describe("a step", () => {
  it("has the same bits whenever it is run with the same number of threads", async () => {
    for (const threads of [1, 2]) {
      const runs: Float32Array[] = [];
      for (let run = 0; run < 2; run++) {
        const engine = await native({ threads });
        const x = engine.fromArray(values(300 * 200, 1), [300, 200]);
        const y = engine.fromArray(values(200 * 400, 2), [200, 400]);
        for (let i = 0; i < 20; i++) {
          const product = engine.matmul(x, y);
          runs.push((await engine.read(product)) as Float32Array);
          engine.dispose(product);
        }
        engine.close();
      }
      const [first, ...others] = runs.map((each) => Buffer.from(each.buffer));
      expect(others.every((other) => other.equals(first!))).toBe(true);
    }
  });
});

import type { CpuBackend } from "../src/cpu.ts";
import type { CpuTensor } from "../src/cpu-tensor.ts";

/** The accuracy of the elementary functions against float64, in ulp: spacings of float32 at the true value. */

interface Subject {
  readonly run: (b: CpuBackend, x: CpuTensor) => CpuTensor;
  readonly exact: (x: number) => number;
  /** Only where the true value is at least so large is its own ulp the measure; below, the ulp of this number is. */
  readonly smallest: number;
}

const SMALLEST_SUBNORMAL = 2 ** -149;

/** Error function: its series where it converges fast, the continued fraction of erfc beyond. */
function erf(x: number): number {
  if (Number.isNaN(x)) return x;
  const a = Math.abs(x);
  let magnitude = 1;
  if (a < 2) {
    let term = a;
    magnitude = a;
    for (let n = 1; term > magnitude * 1e-18; n++) {
      term *= (2 * a * a) / (2 * n + 1);
      magnitude += term;
    }
    magnitude *= (2 / Math.sqrt(Math.PI)) * Math.exp(-a * a);
  } else if (a < 6) {
    let fraction = 0;
    for (let k = 60; k >= 1; k--) fraction = k / 2 / (a + fraction);
    magnitude = 1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction);
  }
  return x < 0 ? -magnitude : magnitude;
}

const elementary = (
  op: "exp" | "log" | "sqrt" | "reciprocal" | "tanh" | "sigmoid" | "erf",
  exact: (x: number) => number,
): Subject => ({ run: (b, x) => b.unary(op, x), exact, smallest: SMALLEST_SUBNORMAL });

export const subjects = {
  exp: elementary("exp", Math.exp),
  log: elementary("log", Math.log),
  sqrt: elementary("sqrt", Math.sqrt),
  reciprocal: elementary("reciprocal", (x) => 1 / x),
  tanh: elementary("tanh", Math.tanh),
  sigmoid: elementary("sigmoid", (x) => 1 / (1 + Math.exp(-x))),
  erf: elementary("erf", erf),
  silu: {
    run: (b, x) => b.fused!.silu!({ x }, {}).y,
    exact: (x) => x / (1 + Math.exp(-x)),
    // e^x loses digits where it is subnormal itself.
    smallest: 2 ** -118,
  },
  gelu: {
    run: (b, x) => b.fused!.gelu!({ x }, {}).y,
    exact: (x) => x / (1 + Math.exp(-2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
    // An error of the exponent −2u is a relative error of the result, which is tiny where the exponent is large.
    smallest: 2 ** -11,
  },
} satisfies Record<string, Subject>;

export interface Worst {
  readonly ulp: number;
  readonly x: number;
}

/** The largest error of a function over the float32 numbers whose bits are `start`, `start` + `stride`, … */
export async function worstError(
  b: CpuBackend,
  { run, exact, smallest }: Subject,
  { start = 0, stride, count }: { start?: number; stride: number; count: number },
): Promise<Worst> {
  const bits = new Uint32Array(count);
  for (let i = 0; i < count; i++) bits[i] = start + i * stride;
  const xs = new Float32Array(bits.buffer);
  const input = b.fromArray(xs, [count]);
  const output = run(b, input);
  const ys = await b.read(output);
  b.dispose(input);
  b.dispose(output);
  let worst: Worst = { ulp: 0, x: 0 };
  for (let i = 0; i < count; i++) {
    const x = xs[i]!;
    const ulp = errorInUlp(ys[i]!, exact(x), smallest);
    if (ulp > worst.ulp) worst = { ulp, x };
  }
  return worst;
}

/** Infinite for a NaN or an infinity that should not be, or is not where it should be. */
function errorInUlp(got: number, exact: number, smallest: number): number {
  if (Number.isNaN(exact)) return Number.isNaN(got) ? 0 : Number.POSITIVE_INFINITY;
  const rounded = Math.fround(exact);
  if (got === rounded) return 0;
  if (!Number.isFinite(got) || !Number.isFinite(rounded)) {
    // Around the largest number an ulp more or less decides between it and infinity.
    const isAtTheEdge = Math.abs(exact) > 3.4028e38 && Math.abs(got) > 3.4028e38;
    return isAtTheEdge ? 1 : Number.POSITIVE_INFINITY;
  }
  return Math.abs(got - exact) / ulpOf(Math.max(Math.abs(exact), smallest));
}

function ulpOf(magnitude: number): number {
  return Math.max(2 ** (Math.floor(Math.log2(magnitude)) - 23), SMALLEST_SUBNORMAL);
}

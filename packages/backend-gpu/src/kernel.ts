/** What a kernel is given. */
export type Parameter =
  /** A tensor, read as `x[z][y][x]`. */
  "tensor" | "integer" | "float";

export type Parameters = Readonly<Record<string, Parameter>>;

/**
 * A kernel: JavaScript that gpu.js translates for the device, run once for each element (or each four) of its output.
 * The README says what may stand in a source; a test holds every source to it.
 */
export interface Kernel {
  /** The op, and its step or variant: `softmax.backward`. No two kernels have the same. */
  readonly name: string;
  readonly parameters: Parameters;
  readonly source: string;
  /** How many numbers a thread computes; they stand next to each other. */
  readonly width: 1 | 4;
  /** Whether only `this.thread.x` counts the threads, of which there may then be any number. */
  readonly isFlat: boolean;
}

export const X = "this.thread.x";
export const Y = "this.thread.y";
export const Z = "this.thread.z";

/** Shading languages have no literals for these: a kernel that needs one names it among its parameters (`float`). */
export const SPECIAL: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  infinity: Number.POSITIVE_INFINITY,
};

interface KernelOptions {
  readonly width?: 1 | 4;
}

/** A kernel over three axes of threads, the innermost first. */
export function kernel(
  name: string,
  parameters: Parameters,
  body: string,
  { width = 1 }: KernelOptions = {},
): Kernel {
  return { name, parameters, source: sourceOf(parameters, body), width, isFlat: false };
}

/** A kernel over one axis of threads. */
export function flatKernel(name: string, parameters: Parameters, body: string): Kernel {
  return { name, parameters, source: sourceOf(parameters, body), width: 1, isFlat: true };
}

function sourceOf(parameters: Parameters, body: string): string {
  return `function (${Object.keys(parameters).join(", ")}) {\n${body.trim()}\n}`;
}

import { flatKernel, type Kernel, kernel, type Parameter, X, Y, Z } from "../kernel.ts";
import type { PointFunction } from "./functions.ts";

/** An operand of a function: a tensor, or one number for all places. */
export type OperandKind = "tensor" | "float";

/** The operands as parameters, and as the numbers that functions compute with. */
const OPERANDS = [
  { name: "a", value: "u" },
  { name: "b", value: "v" },
  { name: "c", value: "w" },
] as const;

const specialsIn = (body: string): Record<string, Parameter> =>
  Object.fromEntries(
    ["nan", "infinity"].filter((name) => body.includes(name)).map((name) => [name, "float"]),
  );

/** A function of tensors that all have the shape of the output, in one piece, or of numbers. */
export function flatPointwise(
  name: string,
  { body }: PointFunction,
  kinds: readonly OperandKind[],
): Kernel {
  const parameters = Object.fromEntries(kinds.map((kind, i) => [OPERANDS[i]!.name, kind]));
  const reads = kinds.map((kind, i) => {
    const { name, value } = OPERANDS[i]!;
    return `const ${value} = ${name}${kind === "tensor" ? `[0][0][${X}]` : ""};`;
  });
  return flatKernel(name, { ...parameters, ...specialsIn(body) }, [...reads, body].join("\n"));
}

/** What tells a strided kernel where an operand is: its offset, and its strides along x, y, z and beyond. */
const STRIDES = ["Offset", "X", "Y", "Z", "W"] as const;

/**
 * A function of tensors as they lie, over up to four axes. The two outermost share `this.thread.z`, and `depth` is the size of
 * the inner one of them. The stride beyond, `W`, is what a step of the outermost adds to `depth` steps of the inner.
 *
 * The quotient of z is exact: half a step away from any whole number there is no rounding that matters.
 */
export function stridedPointwise(
  name: string,
  { body }: PointFunction,
  kinds: readonly OperandKind[],
): Kernel {
  const parameters: Record<string, Parameter> = { depth: "float" };
  const reads = kinds.map((kind, i) => {
    const { name: a, value } = OPERANDS[i]!;
    parameters[a] = kind;
    if (kind === "float") return `const ${value} = ${a};`;
    for (const stride of STRIDES) parameters[a + stride] = "integer";
    const beyond = `~~Math.floor((${Z} + 0.5) / depth) * ${a}W`;
    const index = `${a}Offset + ${X} * ${a}X + ${Y} * ${a}Y + ${Z} * ${a}Z + ${beyond}`;
    return `const ${value} = ${a}[0][0][${index}];`;
  });
  return kernel(name, { ...parameters, ...specialsIn(body) }, [...reads, body].join("\n"));
}

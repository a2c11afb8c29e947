import { flatKernel, type Kernel, kernel, type Parameter, X, Y } from "../kernel.ts";

/** So many tensors can a kernel be given on every device: WebGPU's guaranteed eight, less one for the output. */
export const MAX_PARTS = 7;

/** Rows, each of one row of every part after the other; of flat tensors there is one row. */
export function joinKernel(name: string, parts: number, isFlat: boolean): Kernel {
  const parameters: Record<string, Parameter> = {};
  const statements: string[] = [];
  const row = isFlat ? "0" : Y;
  for (let part = 0; part < parts; part++) {
    parameters[`part${part}`] = "tensor";
    const column = part === 0 ? X : `${X} - end${part - 1}`;
    const read = `return part${part}[0][${row}][${column}];`;
    statements.push(part === parts - 1 ? read : `if (${X} < end${part}) { ${read} }`);
  }
  for (let part = 0; part < parts - 1; part++) parameters[`end${part}`] = "integer";
  return (isFlat ? flatKernel : kernel)(name, parameters, statements.join("\n"));
}

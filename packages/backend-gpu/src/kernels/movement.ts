import { flatKernel, kernel, X, Y } from "../kernel.ts";

/** Rows of `width` numbers, with zeros before and after each. */
export const padRows = kernel(
  "pad",
  { x: "tensor", before: "integer", width: "integer" },
  `if (${X} >= before) {
    if (${X} < before + width) { return x[0][${Y}][${X} - before]; }
  }
  return 0.0;`,
);

/** The same for one row, which may be of any length. */
export const padFlat = flatKernel(
  "pad.flat",
  { x: "tensor", before: "integer", width: "integer" },
  `if (${X} >= before) {
    if (${X} < before + width) { return x[0][0][${X} - before]; }
  }
  return 0.0;`,
);

/** One number everywhere. */
export const fillFlat = flatKernel("fill", { value: "float" }, "return value;");

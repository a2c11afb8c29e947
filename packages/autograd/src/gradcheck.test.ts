import { reference } from "@lm/backend-reference";
import { tensor } from "@lm/tensor";
import { describe, expect, it } from "vitest";
import { customOp } from "./custom-op.ts";
import { GradcheckError, gradcheck } from "./gradcheck.ts";

const backend = reference();

describe("gradcheck", () => {
  it("passes a right derivative and frees what it made", async () => {
    const x = tensor(
      [
        [0.1, -0.4],
        [2, 1],
      ],
      { backend },
    );
    const w = tensor(
      [
        [1, -1],
        [0.5, 3],
      ],
      { backend },
    );
    const before = backend.memory().tensors;
    await gradcheck((x, w) => x.matmul(w).tanh().softmax(), [x, w]);
    expect(backend.memory().tensors).toBe(before);
  });

  it("fails a wrong one, naming input and element", async () => {
    const wrong = customOp({
      forward: (x, y) => x.multiply(y),
      vjp: (g, { inputs: [x, y] }) => [g.multiply(y!), g.multiply(x!).multiply(1.001)],
    });
    const inputs = [tensor([1, 2], { backend }), tensor([3, 4], { backend })];
    await expect(gradcheck(wrong, inputs)).rejects.toThrow(GradcheckError);
    await expect(gradcheck(wrong, inputs)).rejects.toThrow("input 1 [2], element 0");
  });
});

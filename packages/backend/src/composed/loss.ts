import type { Backend, Handle } from "../backend.ts";
import type { Fused } from "../fused.ts";
import { activation } from "./activation.ts";

export const loss = <T extends Handle>(b: Backend<T>): Pick<Fused<T>, "crossEntropy"> => ({
  crossEntropy({ logits, targets }) {
    const [rows, classes] = logits.shape as [number, number];
    const { y: logProbs } = activation(b).logSoftmax({ x: logits }, {});
    const column = b.reshape(targets, [rows, 1]);
    const ids = b.fromArray(
      Float32Array.from({ length: classes }, (_, id) => id),
      [classes],
    );
    // `where` and not a product: a class of probability 0 must not turn the others into NaN.
    const chosen = b.where(b.compare("equal", column, ids), logProbs, 0);
    const picked = b.reshape(b.reduce("sum", chosen, 1), [rows]);
    // A target that no class has is a mistake and must be loud; a negative one is meant to be left out.
    const known = b.where(
      b.compare("less", targets, classes),
      b.unary("negate", picked),
      Number.NaN,
    );
    return { loss: b.where(b.compare("less", targets, 0), 0, known) };
  },
});

import { fused, type Tensor, tensor } from "@lm/tensor";

/** −log p of each target, in nats: `logits […, V]` and as many `targets` → `[N]`; 0 where a target is negative. */
export function tokenLosses(logits: Tensor, targets: Int32Array): Tensor {
  const rows = logits.reshape([-1, logits.shape.at(-1)!]);
  const ids = tensor(targets, { backend: logits.backend, shape: [targets.length] });
  return fused("crossEntropy", { logits: rows, targets: ids }, {}).loss;
}

/** Mean cross-entropy, in nats, over the targets that are not negative: `logits […, V]` → `[]`. */
export function crossEntropy(logits: Tensor, targets: Int32Array): Tensor {
  let counted = 0;
  for (const target of targets) if (target >= 0) counted += 1;
  return tokenLosses(logits, targets).sum().divide(counted);
}

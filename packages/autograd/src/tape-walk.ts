import { type Backend, type Handle, type Shape, sizeOf } from "@lm/backend";
import type { TapeNode, Tracked } from "./tracked.ts";

/** The gradients of `loss`, of one element, with respect to each of `sources`. */
export function gradientsOf<T extends Handle>(
  b: Backend<T>,
  loss: Tracked<T>,
  sources: readonly Tracked<T>[],
): T[] {
  const gradients = new Gradients(b);
  const seed = b.fromArray(new Float32Array(sizeOf(loss.shape)).fill(1), loss.shape);
  gradients.add(loss, seed);
  const wanted = new Set(sources.map((source) => source.node));
  for (const node of tapeBehind(loss.node)) {
    const ofOutputs = gradients.of(node);
    const ofParents = node.vjp(ofOutputs);
    node.parents.forEach((parent, i) => {
      const gradient = ofParents[i];
      if (parent.node && gradient) gradients.add(parent, gradient);
    });
    if (!wanted.has(node)) gradients.forget(node);
  }
  return sources.map(
    (source) =>
      (source.node && gradients.of(source.node)[source.output]) ??
      b.fromArray(new Float32Array(sizeOf(source.shape)), source.shape),
  );
}

/** The nodes that `root` was made from, itself first, each after all that used it. No recursion: tapes are deep. */
function tapeBehind<T extends Handle>(root: TapeNode<T> | null): TapeNode<T>[] {
  const seen = new Set<TapeNode<T>>();
  const stack = root ? [root] : [];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    for (const { node: parent } of node.parents)
      if (parent && !seen.has(parent)) stack.push(parent);
  }
  return [...seen].sort((x, y) => y.id - x.id);
}

/** The gradients known so far, by op and output. */
class Gradients<T extends Handle> {
  readonly #backend: Backend<T>;
  readonly #known = new Map<TapeNode<T>, (T | undefined)[]>();

  constructor(backend: Backend<T>) {
    this.#backend = backend;
  }

  of(node: TapeNode<T>): readonly (T | undefined)[] {
    return this.#known.get(node) ?? [];
  }

  add({ node, output, shape }: Tracked<T>, gradient: T): void {
    if (!node) return;
    const outputs = this.#known.get(node) ?? [];
    this.#known.set(node, outputs);
    const g = sumTo(this.#backend, gradient, shape);
    const before = outputs[output];
    outputs[output] = before ? this.#backend.binary("add", before, g) : g;
  }

  forget(node: TapeNode<T>): void {
    this.#known.delete(node);
  }
}

/** Undoes broadcasting, once, so that no rule has to think about it. */
function sumTo<T extends Handle>(b: Backend<T>, gradient: T, shape: Shape): T {
  let g = gradient;
  const extra = g.shape.length - shape.length;
  for (let axis = 0; axis < g.shape.length; axis++)
    if (axis < extra || (shape[axis - extra] === 1 && g.shape[axis] !== 1))
      g = b.reduce("sum", g, axis);
  return extra > 0 ? b.reshape(g, shape) : g;
}

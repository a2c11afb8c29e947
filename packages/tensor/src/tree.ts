import { Tensor } from "./tensor.ts";

/**
 * Trees: arrays and plain objects, nested at will, with tensors at the leaves (a model's parameters, a carried
 * state). Whatever else hangs in them (numbers, strings, undefined) is left as it is.
 */
const isBranch = (node: unknown): node is Record<string, unknown> =>
  typeof node === "object" &&
  node !== null &&
  (Array.isArray(node) || Object.getPrototypeOf(node) === Object.prototype);

/** The same tree with each tensor replaced by `change` of it and of its dotted path (`h.0.attn.c_attn.weight`). */
export function mapTensors<T>(tree: T, change: (tensor: Tensor, path: string) => Tensor): T {
  const walk = (node: unknown, path: string): unknown => {
    if (node instanceof Tensor) return change(node, path);
    if (!isBranch(node)) return node;
    const entries = Object.entries(node).map(
      ([key, child]) => [key, walk(child, path === "" ? key : `${path}.${key}`)] as const,
    );
    return Array.isArray(node) ? entries.map(([, child]) => child) : Object.fromEntries(entries);
  };
  return walk(tree, "") as T;
}

/** Every tensor of a tree by its dotted path, in order. */
export function flattenTensors(tree: unknown): Record<string, Tensor> {
  const flat: Record<string, Tensor> = {};
  mapTensors(tree, (tensor, path) => {
    flat[path] = tensor;
    return tensor;
  });
  return flat;
}

/** Every tensor of a tree, in order. Training steps ask for them several times, so no paths are made. */
export function tensorsOf(tree: unknown, found: Tensor[] = []): Tensor[] {
  if (tree instanceof Tensor) found.push(tree);
  else if (isBranch(tree)) for (const child of Object.values(tree)) tensorsOf(child, found);
  return found;
}

/** Disposes of every tensor of a tree, each once. */
export function disposeTensors(tree: unknown): void {
  for (const tensor of new Set(tensorsOf(tree))) tensor.dispose();
}

import type { Backend } from "@lm/backend";
import { meet } from "./meet.ts";
import { ScopedBackend } from "./scoped-backend.ts";
import { Tensor } from "./tensor.ts";
import { mapTensors, tensorsOf } from "./tree.ts";

/**
 * Ends `scope`: the tensors of `result` that belong to it live on outside, everything else it made is freed.
 */
export function endScope<T>(scope: ScopedBackend, result: T): T {
  const ofScope = tensorsOf(result).filter((x) => x.backend === scope);
  const survivors = [...new Set(ofScope)];
  const handles = scope.close(survivors.map((x) => x.handle));
  const outside = new Map(survivors.map((x, i) => [x, new Tensor(scope.inner, handles[i]!)]));
  return mapTensors(result, (x) => outside.get(x) ?? x);
}

/**
 * Runs `run` with a backend whose tensors die when it returns (or, if it returns a promise, when that settles):
 * what it computes is freed, what it returns (a tensor, or a tree of them) lives. Tensors from outside may be used
 * inside; an op on one of them and a tensor of the scope belongs to the scope.
 *
 * There is no global stack of scopes: two loops may interleave at their awaits, and each frees its own.
 */
export function scope<R>(backend: Backend, run: (scoped: Backend) => R): R {
  const scoped = new ScopedBackend(backend, "scope");
  let result: R;
  try {
    result = run(scoped);
  } catch (error) {
    scoped.close();
    throw error;
  }
  if (!(result instanceof Promise)) return endScope(scoped, result);
  return result.then(
    (value) => endScope(scoped, value),
    (error: unknown) => {
      scoped.close();
      throw error;
    },
  ) as R;
}

/** `scope` for the tensors of a tree: `run` gets them as constants of the scope, so that all it computes dies with it. */
export function scopeOf<Tree, R>(tree: Tree, run: (tree: Tree, scoped: Backend) => R): R {
  const [first, ...others] = tensorsOf(tree);
  if (!first) throw new TypeError("scopeOf: the tree holds no tensor; use scope(backend, …)");
  const backend = others.reduce((deepest, x) => meet("scopeOf", deepest, x.backend), first.backend);
  return scope(backend, (scoped) =>
    run(
      mapTensors(tree, (x) => x.on(scoped)),
      scoped,
    ),
  );
}

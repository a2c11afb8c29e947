import { type Backend, type Handle, isDecorator } from "@lm/backend";

/** Whether `backend` is `other` or stands, through its decorators, on it. */
function standsOn(backend: Backend, other: Backend): boolean {
  let level = backend;
  while (level !== other) {
    if (!isDecorator(level)) return false;
    level = level.inner;
  }
  return true;
}

/**
 * Where tensors of different depth (plain, scoped, tracked) meet: on the deepest of their backends.
 * @throws Error when they belong to different engines, or to scopes beside each other.
 */
export function meet(operation: string, a: Backend, b: Backend): Backend {
  if (a === b || standsOn(a, b)) return a;
  if (standsOn(b, a)) return b;
  throw new Error(
    `${operation}: the tensors live apart, on "${a.name}" and "${b.name}"; make both on one backend, or return one from its scope first`,
  );
}

/** The handle of a tensor of `from` as `to`, which stands on it, knows it. */
export function lift(handle: Handle, from: Backend, to: Backend): Handle {
  if (from === to || !isDecorator(to)) return handle;
  return to.lift(lift(handle, from, to.inner));
}

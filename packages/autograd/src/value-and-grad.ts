import { type Backend, type Handle, ShapeError } from "@lm/backend";
import { endScope, mapTensors, meet, ScopedBackend, Tensor, tensorsOf } from "@lm/tensor";
import { type GradBackend, withGrad } from "./grad-backend.ts";
import type { Tracked } from "./tracked.ts";

/** A loss, and whatever else of the computation is to live on (a carried state, attention maps to draw). */
export interface LossAnd<Aux> {
  readonly loss: Tensor;
  readonly aux: Aux;
}

export interface ValueAndGradients<Parameters, Aux> {
  /** The loss, a tensor of one element. */
  readonly value: Tensor;
  /** One gradient for each parameter, in a tree of the same form. */
  readonly gradients: Parameters;
  readonly aux: Aux;
}

/**
 * The value of `compute` at `parameters` (a tree of tensors) and its gradients with respect to them, by reverse-mode
 * differentiation (Linnainmaa 1970; Rumelhart et al. 1986). Tensors captured from outside are constants.
 *
 * The call is a scope: all it computes is freed at its end but the value, the gradients and `aux`.
 * @throws ShapeError when the loss has more than one element.
 * @throws TypeError when `compute` is asynchronous.
 */
export function valueAndGrad<Parameters>(
  parameters: Parameters,
  compute: (parameters: Parameters) => Tensor,
): ValueAndGradients<Parameters, undefined>;
export function valueAndGrad<Parameters, Aux>(
  parameters: Parameters,
  compute: (parameters: Parameters) => LossAnd<Aux>,
): ValueAndGradients<Parameters, Aux>;
export function valueAndGrad<Parameters, Aux>(
  parameters: Parameters,
  compute: (parameters: Parameters) => Tensor | LossAnd<Aux>,
): ValueAndGradients<Parameters, Aux | undefined> {
  const scope = new ScopedBackend(backendOf(parameters), "valueAndGrad");
  try {
    const grad = withGrad(scope);
    const sources: Tracked<Handle>[] = [];
    const tracked = mapTensors(parameters, (parameter) => {
      const source = grad.parameter(parameter.on(scope).handle);
      sources.push(source);
      return new Tensor(grad, source);
    });
    const result = compute(tracked);
    if (result instanceof Promise)
      throw new TypeError(
        "valueAndGrad: the function returned a promise; it must be synchronous, so read tensors outside of it",
      );
    const { loss, aux } = result instanceof Tensor ? { loss: result, aux: undefined } : result;
    if (loss.size !== 1)
      throw new ShapeError(
        "valueAndGrad",
        [loss.shape],
        "the loss must have one element; sum or average it",
      );
    const ofSources = grad.gradients(loss.on(grad).handle as Tracked<Handle>, sources);
    let next = 0;
    const gradients = mapTensors(parameters, () => new Tensor(scope, ofSources[next++]!));
    return endScope(scope, {
      value: lower(loss, grad),
      gradients,
      aux: mapTensors(aux, (x) => lower(x, grad)),
    });
  } catch (error) {
    scope.close();
    throw error;
  }
}

/** The values of a tensor without its place on the tape. */
function lower(x: Tensor, grad: GradBackend): Tensor {
  const { handle } = x.on(grad);
  return new Tensor(grad.inner, grad.lower(handle as Tracked<Handle>));
}

function backendOf(parameters: unknown): Backend {
  const [first, ...others] = tensorsOf(parameters);
  if (!first)
    throw new TypeError(
      "valueAndGrad: the parameters hold no tensor; give a tensor or a tree of them",
    );
  return others.reduce((deepest, x) => meet("valueAndGrad", deepest, x.backend), first.backend);
}

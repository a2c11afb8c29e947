import type { LanguageModel } from "../language-model.ts";

/**
 * The model with its states counted: `live()` says how many have been made and not released. Using a released
 * state is an error. For tests that whoever drives a model gives everything back.
 */
export function countStates<State>(model: LanguageModel<State>): {
  readonly model: LanguageModel<{ readonly inner: State }>;
  readonly live: () => number;
} {
  const states = new Set<object>();
  const own = (inner: State) => {
    const state = { inner };
    states.add(state);
    return state;
  };
  const use = (state: { readonly inner: State }, operation: string) => {
    if (!states.has(state)) throw new Error(`${operation}: the state has been released`);
    return state.inner;
  };
  return {
    live: () => states.size,
    model: {
      vocabulary: model.vocabulary,
      contextLength: model.contextLength,
      ...(model.maximumLength !== undefined && { maximumLength: model.maximumLength }),
      ...(model.score && { score: (sequences) => model.score!(sequences) }),
      start: (batch) => own(model.start(batch)),
      async advance(state, tokens) {
        const next = await model.advance(use(state, "advance"), tokens);
        return { ...next, state: own(next.state) };
      },
      select: (state, rows) => own(model.select(use(state, "select"), rows)),
      release(state) {
        const inner = use(state, "release");
        states.delete(state);
        model.release?.(inner);
      },
    },
  };
}

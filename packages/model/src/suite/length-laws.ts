import type { Law } from "./law.ts";
import { stack } from "./probe.ts";

/** What `contextLength` and `maximumLength` promise. */
export const lengthLaws: readonly Law[] = [
  {
    name: "contextLength and maximumLength are lengths",
    async check({ model: { contextLength, maximumLength } }) {
      const isUnlimited = contextLength === Number.POSITIVE_INFINITY;
      if (!(isUnlimited || (Number.isInteger(contextLength) && contextLength >= 0)))
        throw new Error(`contextLength is ${contextLength}; expected 0, 1, 2 … or Infinity`);
      if (maximumLength !== undefined && !(Number.isInteger(maximumLength) && maximumLength >= 1))
        throw new Error(
          `maximumLength is ${maximumLength}; expected 1, 2, 3 … or no such property`,
        );
    },
  },
  {
    name: "nothing before the last contextLength tokens matters",
    appliesTo: ({ contextLength }) => contextLength < Number.POSITIVE_INFINITY,
    async check(probe) {
      const { contextLength, maximumLength = Number.POSITIVE_INFINITY } = probe.model;
      const [context, ...pasts] = await probe.texts(Math.max(contextLength, 1), 2, 2, 1);
      // Where not all of it can be read in one piece, what is forgotten may depend on how much was read.
      const lengths = contextLength + 2 <= maximumLength ? [1, 2] : [2];
      const after = (past: Int32Array) =>
        probe.restart(Int32Array.of(...past, ...(contextLength > 0 ? context! : [])));
      const expected = await after(pasts[0]!);
      for (const past of pasts.slice(1).filter(({ length }) => lengths.includes(length)))
        probe.expectSame(
          await after(past),
          expected,
          `[${context!.slice(0, contextLength)}] after [${past}] rather than [${pasts[0]!}]`,
        );
    },
  },
  {
    name: "a text longer than maximumLength can be read on",
    appliesTo: ({ maximumLength }) => maximumLength !== undefined,
    async check(probe) {
      const maximumLength = probe.model.maximumLength!;
      const text = await probe.text(maximumLength);
      const more = await probe.text(3);
      const single = Array.from(await probe.text(3), (token) => Int32Array.of(token));
      for (const pieces of [[stack([text, more])], [text, more]])
        await probe.withStates(async (own) => {
          let state = own(probe.model.start());
          let read = 0;
          for (const piece of [...pieces, ...single]) {
            const next = await probe.model.advance(state, piece);
            state = own(next.state);
            read += piece.length;
            probe.expectDistributions(next.logProbs, 1, `after ${read} tokens`);
          }
        });
    },
  },
];

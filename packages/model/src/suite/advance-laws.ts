import type { Law } from "./law.ts";
import { LONGEST } from "./probe.ts";

/** What reading tokens means. */
export const advanceLaws: readonly Law[] = [
  {
    name: "every distribution sums to one",
    async check(probe) {
      const text = await probe.text(LONGEST);
      await probe.withStates(async (own) => {
        let state = own(probe.model.start());
        for (let i = 0; i < text.length; i++) {
          const next = await probe.model.advance(state, text.slice(i, i + 1));
          state = own(next.state);
          probe.expectDistributions(next.logProbs, 1, `after [${text.slice(0, i + 1)}]`);
        }
      });
    },
  },
  {
    name: "one token at a time equals many at once",
    async check(probe) {
      const text = await probe.text(LONGEST);
      const cut = 1 + probe.generator.integer(LONGEST - 1);
      const single = Array.from(text, (token) => Int32Array.of(token));
      for (const pieces of [single, [text.slice(0, cut), text.slice(cut)]])
        await probe.withStates(async (own) => {
          let state = own(probe.model.start());
          let read: number[] = [];
          for (const piece of pieces) {
            const next = await probe.model.advance(state, piece);
            state = own(next.state);
            read = [...read, ...piece];
            probe.expectSame(
              next.logProbs,
              await probe.restart(Int32Array.from(read)),
              `[${read}] read in pieces of ${pieces.map(({ length }) => length)}`,
            );
          }
        });
    },
  },
  {
    name: "a state advanced twice gives the same answer",
    async check(probe) {
      const text = await probe.text(LONGEST);
      const [before, token] = [text.slice(0, -2), text.slice(-2, -1)];
      await probe.withStates(async (own) => {
        const { state } = await probe.model.advance(own(probe.model.start()), before);
        own(state);
        const once = await probe.model.advance(state, token);
        own(once.state);
        const kept = Float32Array.from(once.logProbs);
        const twice = await probe.model.advance(state, token);
        own(twice.state);
        const where = `the state after [${before}]`;
        probe.expectSame(twice.logProbs, kept, `${where}, advanced by [${token}] again`);
        // Other tokens on the same state must not get in the way of those read first.
        own((await probe.model.advance(state, Int32Array.of(probe.token(), probe.token()))).state);
        const further = await probe.model.advance(once.state, text.slice(-1));
        own(further.state);
        probe.expectSame(
          further.logProbs,
          await probe.restart(text),
          `${where}, advanced by [${text.slice(-2)}] with other advances between`,
        );
        probe.expectSame(once.logProbs, kept, `${where}: an answer was written over later`);
      });
    },
  },
  {
    name: "the tokens read may be written over",
    async check(probe) {
      const text = await probe.text(LONGEST);
      const tokens = text.slice(0, -1);
      await probe.withStates(async (own) => {
        const { state } = await probe.model.advance(own(probe.model.start()), tokens);
        own(state);
        if (`${tokens}` !== `${text.slice(0, -1)}`)
          throw new Error(`advance made [${tokens}] of the tokens [${text.slice(0, -1)}]`);
        tokens.fill(probe.token());
        const next = await probe.model.advance(state, text.slice(-1));
        own(next.state);
        probe.expectSame(
          next.logProbs,
          await probe.restart(text),
          `the state after [${text.slice(0, -1)}], its array now [${tokens}]`,
        );
      });
    },
  },
];

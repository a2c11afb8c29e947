import type { Law } from "./law.ts";
import { LONGEST, rowOf } from "./probe.ts";

/** What `release` takes away, and what not. */
export const releaseLaws: readonly Law[] = [
  {
    name: "releasing a state leaves those that came from it",
    appliesTo: ({ release }) => release !== undefined,
    async check(probe) {
      const { model } = probe;
      const text = await probe.text(LONGEST);
      await probe.withStates(async (own, release) => {
        const start = own(model.start());
        const parent = own((await model.advance(start, text.slice(0, -2))).state);
        const child = own((await model.advance(parent, text.slice(-2, -1))).state);
        const copies = own(model.select(child, [0, 0]));
        for (const state of [start, parent, child]) release(state);
        const next = await model.advance(copies, Int32Array.of(text.at(-1)!, text.at(-1)!));
        own(next.state);
        const expected = await probe.restart(text);
        for (const row of [0, 1])
          probe.expectSame(
            rowOf(next.logProbs, row, 2),
            expected,
            `[${text}], the states before released: row ${row}`,
          );
      });
    },
  },
  {
    name: "releasing a state leaves those it came from",
    appliesTo: ({ release }) => release !== undefined,
    async check(probe) {
      const { model } = probe;
      const text = await probe.text(LONGEST);
      await probe.withStates(async (own, release) => {
        const parent = own((await model.advance(own(model.start()), text.slice(0, -1))).state);
        const child = own((await model.advance(parent, text.slice(-1))).state);
        const copies = own(model.select(parent, [0, 0]));
        for (const state of [child, copies]) release(state);
        const next = await model.advance(parent, text.slice(-1));
        own(next.state);
        probe.expectSame(
          next.logProbs,
          await probe.restart(text),
          `[${text}], other states after [${text.slice(0, -1)}] released`,
        );
      });
    },
  },
];

/** That released states, and scores, leave nothing behind. */
export function memoryLaw(memory: () => number): Law {
  return {
    name: "release gives all memory back",
    async check(probe) {
      const { model } = probe;
      const texts = await probe.texts(LONGEST, LONGEST);
      const before = memory();
      await probe.withStates(async (own) => {
        const { state } = await model.advance(own(model.start()), texts[0]!);
        const selected = own(model.select(own(state), [0, 0, 0]));
        own((await model.advance(selected, Int32Array.of(0, 0, 0))).state);
        await model.score?.(texts);
      });
      const after = memory();
      if (after !== before)
        throw new Error(
          `${before} live tensors before start, advance, select and score, ${after} after all states were released`,
        );
    },
  };
}

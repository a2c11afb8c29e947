import type { PreparedCase } from "./bench-case.ts";

/** The shortest sample: clocks and the turn of an event loop must not show in it. */
const SAMPLE_SECONDS = 0.005;
const MINIMUM_SAMPLES = 5;
/** A part of the time goes by before anything counts: compilers and caches warm up. */
const WARM_UP = 0.3;

/**
 * Runs a case for about `seconds`, and longer where a few samples take longer: seconds of one run in each sample.
 * A sample ends when `settle` does: when the engine has really finished.
 */
export async function measure(
  { run }: PreparedCase,
  seconds: number,
  settle: () => Promise<void>,
): Promise<number[]> {
  const elapsed = async (times: number) => {
    const begin = performance.now();
    await run(times);
    await settle();
    return (performance.now() - begin) / 1000;
  };
  let times = 1;
  let spent = 0;
  for (let last = 0; spent < WARM_UP * seconds || last < SAMPLE_SECONDS; ) {
    if (last > 0 && last < SAMPLE_SECONDS)
      times = Math.ceil(times * Math.min(10, (1.5 * SAMPLE_SECONDS) / last));
    last = await elapsed(times);
    spent += last;
  }
  const samples: number[] = [];
  for (let total = 0; total < seconds || samples.length < MINIMUM_SAMPLES; ) {
    const sample = await elapsed(times);
    total += sample;
    samples.push(sample / times);
  }
  return samples;
}

import { cpus } from "node:os";

/** More work of other programs than so much of a processor spoils a figure. Their clocks tick every 10 ms, so not less. */
export const QUIET = 0.15;

/** Seconds that all the machine's processors have worked since it started, for whatever program. */
export function busySeconds(): number {
  const all = cpus().map(({ times }) => times.user + times.nice + times.sys + times.irq);
  return all.reduce((total, milliseconds) => total + milliseconds, 0) / 1000;
}

/** Begins to watch; the function tells how many processors other programs have kept busy since, in the mean. */
export function watchOthers(): () => number {
  const begin = performance.now();
  const busy = busySeconds();
  const own = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(own);
    const others = busySeconds() - busy - (user + system) / 1e6;
    return Math.max(0, others / ((performance.now() - begin) / 1000));
  };
}

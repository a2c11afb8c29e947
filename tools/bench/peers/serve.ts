import { createInterface } from "node:readline";

/** What a peer says of itself when it is ready. */
export interface Introduction {
  readonly name: string;
  readonly version: string;
  /** What it computes with. */
  readonly detail: string;
}

/** One step of the task; a number that depends on all of it: the loss, or an element of the product. */
export type Step = () => number | Promise<number>;

/** Does as many steps as each line of standard input says, and answers with their times, their losses, and the processor time of all. */
export async function serve(introduction: Introduction, step: Step): Promise<void> {
  console.log(JSON.stringify(introduction));
  for await (const line of createInterface({ input: process.stdin })) {
    const { steps } = JSON.parse(line) as { readonly steps: number };
    const seconds: number[] = [];
    const losses: number[] = [];
    const before = process.cpuUsage();
    for (let i = 0; i < steps; i++) {
      const begin = performance.now();
      losses.push(await step());
      seconds.push((performance.now() - begin) / 1000);
    }
    const { user, system } = process.cpuUsage(before);
    console.log(JSON.stringify({ seconds, losses, processor: (user + system) / 1e6 }));
  }
}

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { busySeconds } from "../../apps/cli/src/bench/disturbance.ts";
import type { Introduction } from "./peers/serve.ts";

/** What a peer answers, and what happened beside it. */
export interface Turn {
  /** Of each step. */
  readonly seconds: readonly number[];
  readonly losses: readonly number[];
  /** Processor time of the peer, seconds. */
  readonly processor: number;
  /** How many processors other programs kept busy meanwhile. */
  readonly disturbance: number;
}

/** A peer that cannot be compared with: it is not installed, or no fair baseline. The message says which. */
export class PeerError extends Error {
  override readonly name = "PeerError";
}

/** A peer in a process of its own, which computes when it is told to and waits in between. */
export class PeerProcess {
  readonly introduction: Introduction;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #complaints: () => string;

  private constructor(
    introduction: Introduction,
    child: ChildProcessWithoutNullStreams,
    lines: AsyncIterator<string>,
    complaints: () => string,
  ) {
    this.introduction = introduction;
    this.#child = child;
    this.#lines = lines;
    this.#complaints = complaints;
  }

  /** @throws PeerError with what the process complained of when it ends before it is ready. */
  static async start(
    [program, ...args]: readonly [string, ...string[]],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<PeerProcess> {
    const child = spawn(program, args, { env: { ...process.env, ...environment } });
    let text = "";
    child.stderr.setEncoding("utf8").on("data", (more) => {
      text += more;
    });
    child.stdin.on("error", () => {}); // It has ended, which the missing answer tells.
    const failure = once(child, "error").then(([error]) => {
      text += (error as Error).message;
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const first = await lines.next();
    const complaints = () => reasonIn(text) || `${program} ended without a word`;
    if (first.done) {
      await Promise.race([failure, child.exitCode === null ? once(child, "exit") : undefined]);
      throw new PeerError(complaints());
    }
    return new PeerProcess(JSON.parse(first.value) as Introduction, child, lines, complaints);
  }

  async take(steps: number): Promise<Turn> {
    const begin = performance.now();
    const before = busySeconds();
    this.#child.stdin.write(`${JSON.stringify({ steps })}\n`);
    const answer = await this.#lines.next();
    if (answer.done) throw new PeerError(this.#complaints());
    const elapsed = (performance.now() - begin) / 1000;
    const turn = JSON.parse(answer.value) as Omit<Turn, "disturbance">;
    const others = busySeconds() - before - turn.processor;
    return { ...turn, disturbance: Math.max(0, others / elapsed) };
  }

  /** Its process ends with its input. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const exit = once(this.#child, "exit");
    this.#child.stdin.end();
    await exit;
  }
}

/** The line of what a program wrote that names its error: Node's stands before a stack, Python's is the last. */
function reasonIn(text: string): string {
  const lines = text.trim().split("\n");
  return lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.at(-1) ?? "";
}

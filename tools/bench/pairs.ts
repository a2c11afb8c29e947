import { QUIET } from "../../apps/cli/src/bench/disturbance.ts";
import { type Quartiles, quartiles } from "../../apps/cli/src/bench/quartiles.ts";
import { PeerError, type PeerProcess, type Turn } from "./peer-process.ts";

/** Turns that two peers took one after the other: seconds of a step, the median of each turn. */
export interface Pair {
  readonly ours: number;
  readonly theirs: number;
  /** How many processors other programs kept busy in the worse of the two turns. */
  readonly disturbance: number;
}

export interface Comparison {
  /** Seconds of a step. */
  readonly ours: Quartiles;
  readonly theirs: Quartiles;
  /** How many times faster lm is, pair by pair. */
  readonly ratio: Quartiles;
  /** What the quartiles are of: the quiet pairs, or all where these are too few. */
  readonly pairs: readonly Pair[];
  /** Whether other programs left too few pairs in peace for the figures to be trusted. */
  readonly isDisturbed: boolean;
}

export interface PairOptions {
  /** How many are wanted. */
  readonly pairs: number;
  /** Seconds that a turn takes, at least one step. */
  readonly turnSeconds: number;
}

/** The first steps, whose losses must agree: later ones multiply what rounding made of them. */
const CHECKED_STEPS = 5;
const TOLERANCE = 1e-5;
/** A pair of slow turns is repeated less often: all of them take about so many seconds. */
const PATIENCE = 10;

/**
 * Lets both take turns, a different one first each time, so that what slows the machine down for a while meets both. Pairs in
 * which other programs worked are taken again, up to twice as many as are wanted.
 * @throws PeerError when the losses of the first steps differ: then the two do not compute the same.
 */
export async function takePairs(
  ours: PeerProcess,
  theirs: PeerProcess,
  { pairs: wanted, turnSeconds }: PairOptions,
): Promise<Pair[]> {
  const [own, other] = [await warmUp(ours, turnSeconds), await warmUp(theirs, turnSeconds)];
  checkLosses(own.losses, other.losses, theirs.introduction.name);
  const stepsOf = (seconds: number) => Math.max(1, Math.ceil(turnSeconds / seconds));
  const turns = [
    () => ours.take(stepsOf(own.seconds)),
    () => theirs.take(stepsOf(other.seconds)),
  ] as const;
  const pairSeconds = stepsOf(own.seconds) * own.seconds + stepsOf(other.seconds) * other.seconds;
  const enough = Math.max(1, Math.min(wanted, Math.floor(PATIENCE / pairSeconds)));
  const pairs: Pair[] = [];
  while (pairs.length < 2 * enough && pairs.filter(isQuiet).length < enough) {
    const isOursFirst = pairs.length % 2 === 0;
    const first = await turns[isOursFirst ? 0 : 1]();
    const second = await turns[isOursFirst ? 1 : 0]();
    const [mine, its] = isOursFirst ? [first, second] : [second, first];
    const disturbance = Math.max(first.disturbance, second.disturbance);
    pairs.push({ ours: median(mine), theirs: median(its), disturbance });
  }
  return pairs;
}

/** What all the pairs tell, those in which other programs worked left out, unless these are most. */
export function summarize(all: readonly Pair[]): Comparison {
  const quiet = all.filter(isQuiet);
  const isDisturbed = quiet.length < all.length / 3;
  const pairs = isDisturbed ? all : quiet;
  return {
    ours: quartiles(pairs.map(({ ours }) => ours)),
    theirs: quartiles(pairs.map(({ theirs }) => theirs)),
    ratio: quartiles(pairs.map(({ ours, theirs }) => theirs / ours)),
    pairs,
    isDisturbed,
  };
}

const isQuiet = ({ disturbance }: Pair) => disturbance <= QUIET;
const median = ({ seconds }: Turn) => quartiles(seconds).median;
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** Steps until compilers are done, for two turns' time: how long one takes then, and the first losses. */
async function warmUp(
  peer: PeerProcess,
  turnSeconds: number,
): Promise<{ readonly seconds: number; readonly losses: readonly number[] }> {
  const first = await peer.take(1); // It may compile the whole step.
  let turn = await peer.take(1);
  const losses = [...first.losses, ...turn.losses];
  // A peer that takes minutes a step is checked by two.
  if (sum(turn.seconds) < PATIENCE / 5) {
    turn = await peer.take(CHECKED_STEPS - 2);
    losses.push(...turn.losses);
  }
  for (let spent = sum(turn.seconds); spent < 2 * turnSeconds; spent += sum(turn.seconds))
    turn = await peer.take(Math.max(1, Math.ceil(turnSeconds / 2 / median(turn))));
  return { seconds: median(turn), losses };
}

function checkLosses(ours: readonly number[], theirs: readonly number[], name: string): void {
  for (const [i, other] of theirs.entries()) {
    const loss = ours[i];
    if (loss !== undefined && !(Math.abs(loss - other) <= TOLERANCE * Math.max(1, Math.abs(loss))))
      throw new PeerError(
        `${name} does not compute the same: in step ${i + 1} its loss is ${other}, lm's is ${loss}`,
      );
  }
}

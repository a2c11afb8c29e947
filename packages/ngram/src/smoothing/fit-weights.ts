import { type InterpolationEvents, UNSEEN } from "./interpolation-events.ts";

/** No more improvement than this, in nats an event, is none. */
const TOLERANCE = 1e-9;
const MOST_ITERATIONS = 200;
/** A weight of 0 or 1 would make what the events happen not to show impossible. */
const SMALLEST = 1e-6;

/**
 * The weights λ under which the events are most probable, found by expectation maximisation (Jelinek & Mercer
 * 1980). `weights[k − 1][b]` is that of bucket b of order k; a bucket without events takes that of the bucket
 * below it (0.5 where there is none).
 *
 * A word comes about by walking down from its longest context: at each order h it is drawn from the relative
 * frequencies with λ(h), or the walk goes on. With q_k the probability of the word from order k down, the walk
 * stopped at order k, once there, with the posterior λ(h_k) f_k(w) / q_k(w). A new λ is the expected number of
 * stops among the expected number of visits.
 */
export function fitWeights(events: InterpolationEvents): number[][] {
  const { order, buckets } = events;
  const bucketCount = 1 + buckets.reduce((max, b) => (b === UNSEEN ? max : Math.max(max, b)), 0);
  const weights = new Float64Array(order * bucketCount).fill(0.5);
  const stops = new Float64Array(weights.length);
  const visits = new Float64Array(weights.length);
  let before = Number.NEGATIVE_INFINITY;
  for (let iteration = 0; iteration < MOST_ITERATIONS; iteration++) {
    stops.fill(0);
    visits.fill(0);
    const likelihood = expectation(events, bucketCount, weights, stops, visits);
    for (let i = 0; i < weights.length; i++)
      if (visits[i]! > 0)
        weights[i] = Math.min(Math.max(stops[i]! / visits[i]!, SMALLEST), 1 - SMALLEST);
    if (likelihood - before < TOLERANCE) break;
    before = likelihood;
  }
  return Array.from({ length: order }, (_, k) => {
    let last = 0.5;
    return Array.from({ length: bucketCount }, (_, bucket) => {
      if (visits[k * bucketCount + bucket]! > 0) last = weights[k * bucketCount + bucket]!;
      return last;
    });
  });
}

/** Adds up expected stops and visits of every weight; gives the mean log-likelihood of the events. */
function expectation(
  { order, uniform, occurrences, frequencies, buckets }: InterpolationEvents,
  bucketCount: number,
  weights: Float64Array,
  stops: Float64Array,
  visits: Float64Array,
): number {
  const q = new Float64Array(order + 1);
  q[0] = uniform;
  let logLikelihood = 0;
  let total = 0;
  for (let event = 0; event < occurrences.length; event++) {
    const row = event * order;
    for (let k = 0; k < order; k++) {
      const bucket = buckets[row + k]!;
      const lambda = bucket === UNSEEN ? 0 : weights[k * bucketCount + bucket]!;
      q[k + 1] = lambda * frequencies[row + k]! + (1 - lambda) * q[k]!;
    }
    const times = occurrences[event]!;
    let reached = times;
    for (let k = order - 1; k >= 0; k--) {
      const bucket = buckets[row + k]!;
      if (bucket === UNSEEN) continue;
      const weight = k * bucketCount + bucket;
      const stopped = (reached * weights[weight]! * frequencies[row + k]!) / q[k + 1]!;
      visits[weight]! += reached;
      stops[weight]! += stopped;
      reached -= stopped;
    }
    logLikelihood += times * Math.log(q[order]!);
    total += times;
  }
  return logLikelihood / total;
}

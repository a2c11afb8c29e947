import { multiplyAdd } from "./lanes";
import { parallel } from "./pool";

/** One step of an optimizer over flat tensors; the outputs are whole blocks, so the last vector may go past the end. */

@unmanaged
class Job {
  parameter: usize = 0;
  gradient: usize = 0;
  /** The factor of the gradient. */
  scale: f32 = 0;
  /** The velocity of SGD; the mean and the variance of Adam. */
  first: usize = 0;
  second: usize = 0;
  newParameter: usize = 0;
  newFirst: usize = 0;
  newSecond: usize = 0;
  /** The parameter's own factor, and its share in the gradient. */
  decay: f32 = 0;
  weightDecay: f32 = 0;
  learningRate: f32 = 0;
  momentum: f32 = 0;
  isNesterov: bool = false;
  beta1: f32 = 0;
  rest1: f32 = 0;
  beta2: f32 = 0;
  rest2: f32 = 0;
  /** 1 / (1 − βᵗ) for both. */
  correction1: f32 = 0;
  correction2: f32 = 0;
  epsilon: f32 = 0;
}
const job = changetype<Job>(memory.data(offsetof<Job>()));

export function sgd(
  parameter: usize,
  gradient: usize,
  scale: usize,
  newParameter: usize,
  size: i32,
  learningRate: f32,
  weightDecay: f32,
): void {
  job.parameter = parameter;
  job.gradient = gradient;
  job.scale = load<f32>(scale);
  job.newParameter = newParameter;
  job.learningRate = learningRate;
  job.weightDecay = weightDecay;
  parallel(sgdVectors, (size + 3) >> 2, 1.2);
}

function sgdVectors(begin: i32, end: i32): void {
  const scale = f32x4.splat(job.scale);
  const minusRate = f32x4.splat(-job.learningRate);
  const weightDecay = f32x4.splat(job.weightDecay);
  const last = (<usize>end) << 4;
  for (let at = (<usize>begin) << 4; at < last; at += 16) {
    const p = v128.load(job.parameter + at);
    const scaled = f32x4.mul(scale, v128.load(job.gradient + at));
    const g = multiplyAdd(weightDecay, p, scaled);
    v128.store(job.newParameter + at, multiplyAdd(minusRate, g, p));
  }
}

export function sgdMomentum(
  parameter: usize,
  gradient: usize,
  scale: usize,
  velocity: usize,
  newParameter: usize,
  newVelocity: usize,
  size: i32,
  learningRate: f32,
  momentum: f32,
  isNesterov: bool,
  weightDecay: f32,
): void {
  job.parameter = parameter;
  job.gradient = gradient;
  job.scale = load<f32>(scale);
  job.first = velocity;
  job.newParameter = newParameter;
  job.newFirst = newVelocity;
  job.learningRate = learningRate;
  job.momentum = momentum;
  job.isNesterov = isNesterov;
  job.weightDecay = weightDecay;
  parallel(momentumVectors, (size + 3) >> 2, 1.6);
}

function momentumVectors(begin: i32, end: i32): void {
  const scale = f32x4.splat(job.scale);
  const minusRate = f32x4.splat(-job.learningRate);
  const momentum = f32x4.splat(job.momentum);
  const weightDecay = f32x4.splat(job.weightDecay);
  const isNesterov = job.isNesterov;
  const last = (<usize>end) << 4;
  for (let at = (<usize>begin) << 4; at < last; at += 16) {
    const p = v128.load(job.parameter + at);
    const scaled = f32x4.mul(scale, v128.load(job.gradient + at));
    const g = multiplyAdd(weightDecay, p, scaled);
    const v = multiplyAdd(momentum, v128.load(job.first + at), g);
    const direction = isNesterov ? multiplyAdd(momentum, v, g) : v;
    v128.store(job.newFirst + at, v);
    v128.store(job.newParameter + at, multiplyAdd(minusRate, direction, p));
  }
}

export function adam(
  parameter: usize,
  gradient: usize,
  scale: usize,
  mean: usize,
  variance: usize,
  newParameter: usize,
  newMean: usize,
  newVariance: usize,
  size: i32,
  learningRate: f32,
  beta1: f32,
  rest1: f32,
  correction1: f32,
  beta2: f32,
  rest2: f32,
  correction2: f32,
  epsilon: f32,
  decay: f32,
  weightDecay: f32,
): void {
  job.parameter = parameter;
  job.gradient = gradient;
  job.scale = load<f32>(scale);
  job.first = mean;
  job.second = variance;
  job.newParameter = newParameter;
  job.newFirst = newMean;
  job.newSecond = newVariance;
  job.learningRate = learningRate;
  job.beta1 = beta1;
  job.rest1 = rest1;
  job.correction1 = correction1;
  job.beta2 = beta2;
  job.rest2 = rest2;
  job.correction2 = correction2;
  job.epsilon = epsilon;
  job.decay = decay;
  job.weightDecay = weightDecay;
  parallel(adamVectors, (size + 3) >> 2, 2.4);
}

function adamVectors(begin: i32, end: i32): void {
  const scale = f32x4.splat(job.scale);
  const minusRate = f32x4.splat(-job.learningRate * job.correction1);
  const beta1 = f32x4.splat(job.beta1);
  const rest1 = f32x4.splat(job.rest1);
  const beta2 = f32x4.splat(job.beta2);
  const rest2 = f32x4.splat(job.rest2);
  const correction2 = f32x4.splat(job.correction2);
  const epsilon = f32x4.splat(job.epsilon);
  const decay = f32x4.splat(job.decay);
  const weightDecay = f32x4.splat(job.weightDecay);
  const last = (<usize>end) << 4;
  for (let at = (<usize>begin) << 4; at < last; at += 16) {
    const p = v128.load(job.parameter + at);
    const scaled = f32x4.mul(scale, v128.load(job.gradient + at));
    const g = multiplyAdd(weightDecay, p, scaled);
    const m = multiplyAdd(beta1, v128.load(job.first + at), f32x4.mul(rest1, g));
    const v = multiplyAdd(beta2, v128.load(job.second + at), f32x4.mul(rest2, f32x4.mul(g, g)));
    const deviation = f32x4.sqrt(f32x4.mul(v, correction2));
    const direction = f32x4.div(m, f32x4.add(deviation, epsilon));
    v128.store(job.newFirst + at, m);
    v128.store(job.newSecond + at, v);
    v128.store(job.newParameter + at, multiplyAdd(minusRate, direction, f32x4.mul(decay, p)));
  }
}

import { constant, multiplyAdd } from "./lanes";

/**
 * Elementary functions of four floats. Each reduces its argument to a short interval and evaluates a polynomial there:
 * a minimax fit whose coefficients were rounded to float32 one after another, each fitted to those before it. The
 * accuracy tests measure all of them over the whole range of float32.
 */

const ONE = memory.data<f32>([1]);
const TWO = memory.data<f32>([2]);
const HALF = memory.data<f32>([0.5]);
const MAGNITUDE_BITS = memory.data<u32>([0x7fffffff]);
const SIGN_BIT = memory.data<u32>([0x80000000]);

/** The number at `index` of a static table, in all four lanes. */
// @inline
function entry(table: usize, index: i32): v128 {
  return v128.load32_splat(table + ((<usize>index) << 2));
}

// @inline
export function abs(x: v128): v128 {
  return v128.and(x, constant(MAGNITUDE_BITS));
}

/** The magnitude of one with the sign of the other. */
// @inline
function withSign(magnitude: v128, sign: v128): v128 {
  return v128.bitselect(magnitude, sign, constant(MAGNITUDE_BITS));
}

/** Above, e^x overflows; below, it rounds to 0. */
const EXP_RANGE = memory.data<f32>([89, -104]);
const LOG2E = memory.data<f32>([1.4426950408889634]);
/** Adding 1.5·2²³ leaves the nearest whole number in the low bits of the sum. */
const ROUNDER = memory.data<f32>([12582912]);
/** −ln 2 in two parts, the first so short that whole multiples of it are exact. */
const MINUS_LN2 = memory.data<f32>([-0.693359375, 0.00021219444]);
const EXP = memory.data<f32>([
  0.4999999403953552, 0.1666652113199234, 0.04166826233267784, 0.00836867094039917,
  0.0013820999301970005,
]);
const EXPONENT_BIAS = memory.data<i32>([127]);

/** x held within the range where e^x is neither 0 nor infinite; NaN stays. */
// @inline
function inExpRange(x: v128): v128 {
  return f32x4.pmax(f32x4.pmin(x, entry(EXP_RANGE, 0)), entry(EXP_RANGE, 1));
}

/** x / ln 2, rounded, as the low bits of a float. */
// @inline
function roundedExponent(x: v128): v128 {
  return multiplyAdd(x, constant(LOG2E), constant(ROUNDER));
}

/** x − n·ln 2 for that rounded n. */
// @inline
function expRemainder(x: v128, rounded: v128): v128 {
  const n = f32x4.sub(rounded, constant(ROUNDER));
  return multiplyAdd(n, entry(MINUS_LN2, 1), multiplyAdd(n, entry(MINUS_LN2, 0), x));
}

/** 2ⁿ·e^r, |r| ≤ ln 2 / 2 */
// @inline
function expOfParts(rounded: v128, r: v128): v128 {
  let p = entry(EXP, 4);
  p = multiplyAdd(p, r, entry(EXP, 3));
  p = multiplyAdd(p, r, entry(EXP, 2));
  p = multiplyAdd(p, r, entry(EXP, 1));
  p = multiplyAdd(p, r, entry(EXP, 0));
  const y = f32x4.add(constant(ONE), multiplyAdd(f32x4.mul(p, r), r, r));
  // 2ⁿ as a product of two powers that are normal numbers, so that the result underflows gradually.
  const exponent = i32x4.sub(rounded, constant(ROUNDER));
  const half = i32x4.shr_s(exponent, 1);
  const bias = constant(EXPONENT_BIAS);
  const first = i32x4.shl(i32x4.add(half, bias), 23);
  const second = i32x4.shl(i32x4.add(i32x4.sub(exponent, half), bias), 23);
  return f32x4.mul(f32x4.mul(y, first), second);
}

// @inline
export function exp(x: v128): v128 {
  const inRange = inExpRange(x);
  const rounded = roundedExponent(inRange);
  return expOfParts(rounded, expRemainder(inRange, rounded));
}

const SMALLEST_NORMAL = memory.data<f32>([1.1754943508222875e-38]);
const TWO_TO_23 = memory.data<f32>([8388608]);
const SQRT_HALF_BITS = memory.data<i32>([0x3f3504f3]);
const LOG = memory.data<f32>([
  0.3333333134651184, -0.250008225440979, 0.20001249015331268, -0.16623324155807495,
  0.14201374351978302, -0.13160178065299988, 0.1276368498802185, -0.07636667042970657,
]);
/** ln 2 in two parts. */
const LN2 = memory.data<f32>([0.693359375, -0.00021219444]);
const MINUS_23 = memory.data<f32>([-23]);
const INFINITIES = memory.data<f32>([Infinity, -Infinity, NaN]);

/** ln x = e·ln 2 + ln(1 + f) for x = 2ᵉ·(1 + f) with 1 + f in [√½, √2). */
// @inline
export function log(x: v128): v128 {
  const isSubnormal = f32x4.lt(x, constant(SMALLEST_NORMAL));
  const bits = v128.bitselect(f32x4.mul(x, constant(TWO_TO_23)), x, isSubnormal);
  const exponent = i32x4.shr_s(i32x4.sub(bits, constant(SQRT_HALF_BITS)), 23);
  const f = f32x4.sub(i32x4.sub(bits, i32x4.shl(exponent, 23)), constant(ONE));
  const e = f32x4.add(f32x4.convert_i32x4_s(exponent), v128.and(isSubnormal, constant(MINUS_23)));
  let p = entry(LOG, 7);
  p = multiplyAdd(p, f, entry(LOG, 6));
  p = multiplyAdd(p, f, entry(LOG, 5));
  p = multiplyAdd(p, f, entry(LOG, 4));
  p = multiplyAdd(p, f, entry(LOG, 3));
  p = multiplyAdd(p, f, entry(LOG, 2));
  p = multiplyAdd(p, f, entry(LOG, 1));
  p = multiplyAdd(p, f, entry(LOG, 0));
  const square = f32x4.mul(f, f);
  const rest = multiplyAdd(f32x4.mul(p, f), square, f32x4.mul(e, entry(LN2, 1)));
  const mantissa = f32x4.add(f, f32x4.sub(rest, f32x4.mul(square, constant(HALF))));
  const y = multiplyAdd(e, entry(LN2, 0), mantissa);
  // Not a positive finite number: −∞ of 0, NaN of a negative one, and infinity and NaN of themselves.
  const ofNegative = v128.bitselect(entry(INFINITIES, 2), x, f32x4.lt(x, f32x4.splat(0)));
  const special = v128.bitselect(entry(INFINITIES, 1), ofNegative, f32x4.eq(x, f32x4.splat(0)));
  const isOrdinary = v128.and(f32x4.gt(x, f32x4.splat(0)), f32x4.lt(x, entry(INFINITIES, 0)));
  return v128.bitselect(y, special, isOrdinary);
}

/** 1 / (1 + e⁻ˣ), by e^(−|x|), which does not overflow. */
// @inline
export function sigmoid(x: v128): v128 {
  const e = exp(v128.or(x, constant(SIGN_BIT)));
  const numerator = v128.bitselect(e, constant(ONE), f32x4.lt(x, f32x4.splat(0)));
  return f32x4.div(numerator, f32x4.add(constant(ONE), e));
}

const TANH_SMALL = memory.data<f32>([0.625]);
const TANH = memory.data<f32>([
  -0.3333328068256378, 0.1333140879869461, -0.05373706296086311, 0.020630905404686928,
  -0.005696344189345837,
]);

/** 1 − 2 / (e^2|x| + 1), and near 0, where that cancels, x + x³·P(x²). */
// @inline
export function tanh(x: v128): v128 {
  const magnitude = abs(x);
  const e = exp(f32x4.add(magnitude, magnitude));
  const large = f32x4.sub(constant(ONE), f32x4.div(constant(TWO), f32x4.add(e, constant(ONE))));
  const square = f32x4.mul(x, x);
  let p = entry(TANH, 4);
  p = multiplyAdd(p, square, entry(TANH, 3));
  p = multiplyAdd(p, square, entry(TANH, 2));
  p = multiplyAdd(p, square, entry(TANH, 1));
  p = multiplyAdd(p, square, entry(TANH, 0));
  const small = multiplyAdd(f32x4.mul(p, square), magnitude, magnitude);
  return withSign(v128.bitselect(small, large, f32x4.lt(magnitude, constant(TANH_SMALL))), x);
}

const ERF_SMALL = memory.data<f32>([0.95]);
const ERF_ONE = memory.data<f32>([4]);
const ERF = memory.data<f32>([
  0.12837916612625122, -0.3761262893676758, 0.11283625662326813, -0.026855740696191788,
  0.0051924604922533035, -0.0008050804026424885, 0.00008002774848137051,
]);
const MINUS_LOG_ERFC = memory.data<f32>([
  1.1286656856536865, 0.6350820660591125, 0.10635051131248474, -0.023859228938817978,
  0.0036880902480334044, -0.00033395664650015533, 0.00001233918283105595,
]);

/** x + x·P(x²) near 0; beyond, 1 − e^(−Q(|x|)), where Q fits −ln erfc; from 4 on it rounds to 1. */
// @inline
export function erf(x: v128): v128 {
  const magnitude = f32x4.pmin(abs(x), constant(ERF_ONE));
  const square = f32x4.mul(magnitude, magnitude);
  let p = entry(ERF, 6);
  p = multiplyAdd(p, square, entry(ERF, 5));
  p = multiplyAdd(p, square, entry(ERF, 4));
  p = multiplyAdd(p, square, entry(ERF, 3));
  p = multiplyAdd(p, square, entry(ERF, 2));
  p = multiplyAdd(p, square, entry(ERF, 1));
  p = multiplyAdd(p, square, entry(ERF, 0));
  const small = multiplyAdd(p, magnitude, magnitude);
  let q = entry(MINUS_LOG_ERFC, 6);
  q = multiplyAdd(q, magnitude, entry(MINUS_LOG_ERFC, 5));
  q = multiplyAdd(q, magnitude, entry(MINUS_LOG_ERFC, 4));
  q = multiplyAdd(q, magnitude, entry(MINUS_LOG_ERFC, 3));
  q = multiplyAdd(q, magnitude, entry(MINUS_LOG_ERFC, 2));
  q = multiplyAdd(q, magnitude, entry(MINUS_LOG_ERFC, 1));
  q = multiplyAdd(q, magnitude, entry(MINUS_LOG_ERFC, 0));
  const large = f32x4.sub(constant(ONE), exp(f32x4.neg(f32x4.mul(q, magnitude))));
  return withSign(v128.bitselect(small, large, f32x4.lt(magnitude, constant(ERF_SMALL))), x);
}

// @inline
export function silu(x: v128): v128 {
  return f32x4.mul(x, sigmoid(x));
}

/** The derivative of silu: σ·(1 + x·(1 − σ)). */
// @inline
export function siluDerivative(x: v128): v128 {
  const s = sigmoid(x);
  const rest = f32x4.mul(x, f32x4.sub(constant(ONE), s));
  return multiplyAdd(s, rest, s);
}

/** GELU's tanh form is x·σ(w) with w = x·(α + β·x²), α = 2·√(2/π), β = 0.044715·α; both in two parts. */
const ALPHA = memory.data<f32>([1.5957691669464111, -4.534068e-8]);
const BETA = memory.data<f32>([0.07135481387376785, 2.3988325e-9]);
const THREE_BETA = memory.data<f32>([0.2140644488178027]);
const UPPER_HALF_BITS = memory.data<u32>([0xfffff000]);
/** Below −11 the result rounds to 0, above 11 to x. */
const GELU_RANGE = memory.data<f32>([-11, 11]);

/**
 * x·σ(w). Where x is negative the result is about x·e^w, and an error of w is a relative one of the result: w is
 * therefore computed in two parts, from products of halves that are exact.
 */
// @inline
export function gelu(x: v128): v128 {
  const factor = f32x4.pmax(x, entry(GELU_RANGE, 0));
  const inRange = f32x4.pmin(factor, entry(GELU_RANGE, 1));
  const xUpper = v128.and(inRange, constant(UPPER_HALF_BITS));
  const xLower = f32x4.sub(inRange, xUpper);
  const square = f32x4.mul(xUpper, xUpper);
  const squareLow = f32x4.mul(f32x4.add(inRange, xUpper), xLower);
  const t = f32x4.mul(entry(BETA, 0), square);
  const tLow = multiplyAdd(entry(BETA, 0), squareLow, f32x4.mul(entry(BETA, 1), square));
  const q = f32x4.add(entry(ALPHA, 0), t);
  const lost = f32x4.sub(t, f32x4.sub(q, entry(ALPHA, 0)));
  const qLow = f32x4.add(lost, f32x4.add(entry(ALPHA, 1), tLow));
  const qUpper = v128.and(q, constant(UPPER_HALF_BITS));
  const qRest = f32x4.add(f32x4.sub(q, qUpper), qLow);
  const w = f32x4.mul(xUpper, qUpper);
  const wLow = multiplyAdd(xLower, f32x4.add(qUpper, qRest), f32x4.mul(xUpper, qRest));
  // As in sigmoid, by e^(−|w|): where w is positive both of its parts change sign.
  const flip = v128.andnot(constant(SIGN_BIT), w);
  const upper = inExpRange(v128.xor(w, flip));
  const rounded = roundedExponent(upper);
  const e = expOfParts(rounded, f32x4.add(expRemainder(upper, rounded), v128.xor(wLow, flip)));
  const numerator = v128.bitselect(e, constant(ONE), f32x4.lt(w, f32x4.splat(0)));
  return f32x4.div(f32x4.mul(factor, numerator), f32x4.add(constant(ONE), e));
}

/** The derivative of gelu: σ + x·σ·(1 − σ)·w′. */
// @inline
export function geluDerivative(x: v128): v128 {
  const lower = f32x4.pmax(x, entry(GELU_RANGE, 0));
  const inRange = f32x4.pmin(lower, entry(GELU_RANGE, 1));
  const square = f32x4.mul(inRange, inRange);
  const s = sigmoid(f32x4.mul(inRange, multiplyAdd(square, entry(BETA, 0), entry(ALPHA, 0))));
  const slope = multiplyAdd(square, constant(THREE_BETA), entry(ALPHA, 0));
  const rest = f32x4.mul(f32x4.mul(inRange, slope), f32x4.sub(constant(ONE), s));
  return multiplyAdd(s, rest, s);
}

import type { Kernel } from "../src/kernel.ts";

const FORBIDDEN =
  /\b(while|continue|Infinity|NaN|true|false|undefined|var|expm1|log1p|cbrt|imul)\b|%|=>|\$/g;
const MAX_TENSORS = 7;

/** The rules of the README's guide that a kernel breaks. */
export function rulesBroken({ source, parameters }: Kernel): string[] {
  const body = source.slice(source.indexOf("{"));
  const named = (kind: string) =>
    Object.keys(parameters).filter((name) => parameters[name] === kind);
  const counters = [...body.matchAll(/for \(let (\w+)/g)].map((match) => match[1]!);
  const integers = [
    "this.thread.x",
    "this.thread.y",
    "this.thread.z",
    ...named("integer"),
    ...counters,
  ];
  return [
    ...(body.match(FORBIDDEN) ?? []),
    ...(named("tensor").length > MAX_TENSORS ? [`more than ${MAX_TENSORS} tensors`] : []),
    ...named("tensor")
      .filter((name) => readsOf(body, name).some((indices) => indices !== 3))
      .map((name) => `${name} is not read by three indices`),
    ...integerLocals(body, integers).map((name) => `${name} is an integer in a local variable`),
    ...[...body.matchAll(/([\w.]+)\s*\//g)]
      .filter((match) => integers.includes(match[1]!))
      .map((match) => `${match[1]} is divided`),
    ...[...body.matchAll(/\(([^()]*)\)\s*\//g)]
      .filter((match) => isInteger(match[1]!, integers))
      .map((match) => `${match[1]} is divided`),
    ...[...body.matchAll(/\/\s*([\w.]+)/g)]
      .filter((match) => integers.includes(match[1]!))
      .map((match) => `divided by ${match[1]}`),
    ...[...body.matchAll(/\bfor \(([^)]*)\)/g)]
      .filter((match) => !isCountingUp(match[1]!, named("integer")))
      .map(() => "a loop does not count up from a literal"),
    ...counters
      .filter((name, i) => counters.indexOf(name) !== i)
      .map((name) => `two loops count with ${name}`),
    ...[...body.matchAll(/\b(\w+) [!=]=+ (\w+)\b/g)]
      .filter((match) => match[1] === match[2])
      .map((match) => `${match[1]} is compared with itself`),
  ];
}

function isCountingUp(head: string, integers: readonly string[]): boolean {
  const match = /^let (\w+) = \d+; (\w+) < (\w+); (\w+)\+\+$/.exec(head);
  if (!match) return false;
  const [, counter, compared, bound, counted] = match;
  const isBound = /^\d+$/.test(bound!) || integers.includes(bound!);
  return counter === compared && counter === counted && isBound;
}

/** How many indices follow each use of a tensor. */
function readsOf(body: string, name: string): number[] {
  return [...body.matchAll(new RegExp(`(?<![\\w.])${name}\\b`, "g"))].map((match) => {
    let indices = 0;
    let depth = 0;
    for (let i = match.index + name.length; i < body.length; i++) {
      if (body[i] === "[") {
        if (depth === 0) indices += 1;
        depth += 1;
      } else if (body[i] === "]") depth -= 1;
      else if (depth === 0) break;
    }
    return indices;
  });
}

/** Local variables, loop counters aside, that are set to nothing but integers. */
function integerLocals(body: string, integers: readonly string[]): string[] {
  const withoutLoops = body.replaceAll(/for \([^)]*\)/g, "");
  return [...withoutLoops.matchAll(/\b(?:const|let) (\w+) = ([^;]*);/g)]
    .filter(([, , value]) => isInteger(value!, integers))
    .map((match) => match[1]!);
}

/** Whether an expression is made of nothing but integers. */
const isInteger = (expression: string, integers: readonly string[]) =>
  expression
    .split(/[\s+\-*()~]+/)
    .filter((token) => token !== "")
    .every((token) => /^\d+$/.test(token) || integers.includes(token));

import type { Smoothing } from "../src/index.ts";

const forms = ["interpolated", "backoff"] as const;

/** Every way to estimate probabilities. Stupid back-off, which gives none, is not among them. */
export const SMOOTHINGS: readonly Smoothing[] = [
  "mle",
  { add: 0.3 },
  ...forms.map((form) => ({ absolute: { form } })),
  "katz",
  { katz: { maximumCount: 2, discounts: { fallback: [0.5, 0.9] } } },
  ...(["order", "context-count"] as const).map((tying) => ({ interpolation: { tying } })),
  ...forms.map((form) => ({ "witten-bell": { form } })),
  ...forms.map((form) => ({ "kneser-ney": { form } })),
  ...forms.map((form) => ({ "modified-kneser-ney": { form } })),
  { "kneser-ney": { discounts: { fallback: "simpler" } } },
  { "modified-kneser-ney": { discounts: { fallback: "simpler" } } },
];

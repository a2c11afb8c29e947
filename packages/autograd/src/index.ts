export { type CustomOpContext, type CustomOpDefinition, customOp } from "./custom-op.ts";
export { GradBackend, withGrad } from "./grad-backend.ts";
export { GradcheckError, type GradcheckOptions, gradcheck } from "./gradcheck.ts";
export type { TapeNode, Tracked, Vjp } from "./tracked.ts";
export { type LossAnd, type ValueAndGradients, valueAndGrad } from "./value-and-grad.ts";

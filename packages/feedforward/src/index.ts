export { defaultFeedforwardConfig, type FeedforwardConfig } from "./config.ts";
export { Feedforward, type FeedforwardState, feedforward } from "./feedforward.ts";
export type { FeedforwardParameters } from "./parameters.ts";

/** The shape of a fixed-window model. */
export interface FeedforwardConfig {
  /** How many preceding tokens it sees, Bengio's n − 1. */
  readonly window: number;
  /** Size of a token's vector, m. */
  readonly embedding: number;
  /** Size of the hidden layer, h. */
  readonly hidden: number;
  readonly dropout: number;
}

export const defaultFeedforwardConfig: FeedforwardConfig = {
  window: 8,
  embedding: 32,
  hidden: 256,
  dropout: 0,
};

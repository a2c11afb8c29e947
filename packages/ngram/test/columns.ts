import { FloatOrder } from "../src/float-order.ts";
import type { NgramModel } from "../src/index.ts";

/** The columns of a model that is not quantised. */
export function columnsOf({ trie }: NgramModel): FloatOrder[] {
  return trie.orders.map((order) => {
    if (!(order instanceof FloatOrder)) throw new Error("the model is quantised");
    return order;
  });
}

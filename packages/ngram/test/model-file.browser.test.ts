import { describe, expect, inject, it } from "vitest";
import { fromBytes, type NgramModel, readArpa, toBytes } from "../src/index.ts";
import type { ModelInNode } from "./models-in-node.ts";

function expectSame(model: NgramModel, { ids, scores, distribution }: ModelInNode): void {
  const tokens = Int32Array.from(ids);
  expect([...model.score([tokens])[0]!]).toEqual(scores);
  expect(Array.from(model.distribution(tokens), String)).toEqual(distribution);
}

describe.each(inject("models"))("in a browser, a model $name", (inNode) => {
  it("opens from the file that Node wrote, and scores the same to the last bit", () => {
    const file = Uint8Array.from(inNode.file);
    const model = fromBytes(file);
    expectSame(model, inNode);
    expect(toBytes(model)).toEqual(file);
  });

  it("is read from a gzipped ARPA file, fetched as a stream", async () => {
    const url = URL.createObjectURL(new Blob([Uint8Array.from(inNode.arpa)]));
    const { body } = await fetch(url);
    expectSame(await readArpa(body!), inNode);
    URL.revokeObjectURL(url);
  });
});

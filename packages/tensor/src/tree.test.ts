import { reference } from "@lm/backend-reference";
import { expect, it } from "vitest";
import { ones } from "./create.ts";
import { disposeTensors, flattenTensors, mapTensors } from "./tree.ts";

const backend = reference();
const tree = () => ({
  wte: ones([1], { backend }),
  h: [{ attn: { bias: ones([2], { backend }) } }],
  epsilon: 1e-5,
});

it("names tensors by their dotted paths", () => {
  expect(Object.keys(flattenTensors(tree()))).toEqual(["wte", "h.0.attn.bias"]);
  expect(Object.keys(flattenTensors(ones([1], { backend })))).toEqual([""]);
});

it("maps tensors and leaves everything else as it is", () => {
  const original = tree();
  const paths: string[] = [];
  const mapped = mapTensors(original, (x, path) => {
    paths.push(path);
    return x.reshape([x.size, 1]);
  });
  expect(paths).toEqual(["wte", "h.0.attn.bias"]);
  expect(mapped.h[0]!.attn.bias.shape).toEqual([2, 1]);
  expect(mapped.epsilon).toBe(1e-5);
  expect(original.wte.shape).toEqual([1]);
});

it("disposes of a tensor that stands twice once", () => {
  const before = backend.memory().tensors;
  const shared = ones([1], { backend });
  disposeTensors([shared, { again: shared }]);
  expect(backend.memory().tensors).toBe(before);
});

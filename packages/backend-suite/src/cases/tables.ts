import { type ConformanceCase, given, random } from "../conformance-case.ts";

export const tables: readonly ConformanceCase[] = [
  {
    name: "gather with repeated indices",
    inputs: [random(5, 3), given([4], [4, 0, 4, 1])],
    run: (b, _, [table, ids]) => b.gather(table!, ids!),
  },
  {
    name: "gather at indices of several axes",
    inputs: [random(7, 9), given([2, 3], [6, 0, 1, 1, 5, 2])],
    run: (b, _, [table, ids]) => b.gather(table!, ids!),
  },
  {
    name: "gather nothing",
    inputs: [random(5, 3), given([0], [])],
    run: (b, _, [table, ids]) => b.gather(table!, ids!),
  },
  {
    name: "gather outside the table gives NaN",
    inputs: [random(3, 2), given([6], [0, -1, 3, 2, 1e9, Number.NaN])],
    run: (b, _, [table, ids]) => b.gather(table!, ids!),
    gradient: false,
  },
  {
    name: "scatterAdd with repeated indices",
    inputs: [given([4], [2, 0, 2, 2]), random(4, 5)],
    run: (b, _, [ids, source]) => b.scatterAdd(ids!, source!, 4),
  },
  {
    name: "scatterAdd at indices of several axes",
    inputs: [given([2, 3], [6, 0, 1, 1, 5, 1]), random(2, 3, 9)],
    run: (b, _, [ids, source]) => b.scatterAdd(ids!, source!, 7),
  },
  {
    name: "scatterAdd of nothing",
    inputs: [given([0], []), random(0, 2)],
    run: (b, _, [ids, source]) => b.scatterAdd(ids!, source!, 3),
  },
  {
    name: "scatterAdd outside the table goes nowhere",
    inputs: [given([5], [0, -1, 3, 2, Number.NaN]), random(5, 2)],
    run: (b, _, [ids, source]) => b.scatterAdd(ids!, source!, 3),
    gradient: false,
  },
];

import { type ConformanceCase, given, random } from "../conformance-case.ts";

export const movement: readonly ConformanceCase[] = [
  {
    name: "reshape",
    inputs: [random(2, 3, 4)],
    run: (b, _, [x]) => b.reshape(x!, [4, 6]),
  },
  {
    name: "reshape to a scalar and back",
    inputs: [random(1, 1)],
    run: (b, _, [x]) => b.reshape(b.reshape(x!, []), [1]),
  },
  ...[
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [2, 0, 1],
    [2, 1, 0],
  ].map(
    (order): ConformanceCase => ({
      name: `permute ${order}`,
      inputs: [random(3, 4, 5)],
      run: (b, _, [x]) => b.permute(x!, order),
    }),
  ),
  {
    name: "permute of four axes, as attention splits its heads",
    inputs: [random(2, 3, 2, 5)],
    run: (b, _, [x]) => b.permute(x!, [0, 2, 1, 3]),
  },
  {
    name: "permute, then reshape",
    inputs: [random(2, 3, 4)],
    run: (b, _, [x]) => b.reshape(b.permute(x!, [2, 0, 1]), [8, 3]),
  },
  {
    name: "expand",
    inputs: [random(3, 1)],
    run: (b, _, [x]) => b.expand(x!, [2, 3, 4]),
  },
  {
    name: "expand, then add, reduce and multiply",
    inputs: [random(1, 3), random(4, 3)],
    run: (b, _, [x, y]) => {
      const wide = b.expand(x!, [4, 3]);
      return b.matmul(b.binary("add", wide, y!), b.reduce("sum", wide, 0), { transposeB: true });
    },
  },
  ...[0, 1, 2].flatMap((axis): ConformanceCase[] => [
    {
      name: `slice along axis ${axis}`,
      inputs: [random(5, 6, 7)],
      run: (b, _, [x]) => b.slice(x!, axis, 1, 4),
    },
    {
      name: `slice of nothing along axis ${axis}`,
      inputs: [random(5, 6, 7)],
      run: (b, _, [x]) => b.slice(x!, axis, 2, 2),
    },
    {
      name: `pad along axis ${axis}`,
      inputs: [random(2, 3, 4)],
      run: (b, _, [x]) => b.pad(x!, axis, 1, 2),
    },
    {
      name: `concat along axis ${axis}`,
      inputs: [random(2, 3, 4), random(2, 3, 4), random(2, 3, 4)],
      run: (b, _, [x, y, z]) => b.concat([x!, b.slice(y!, axis, 0, 1), z!], axis),
    },
  ]),
  {
    name: "concat with an empty part and a repeated one",
    inputs: [random(2, 3), random(2, 0)],
    run: (b, _, [x, empty]) => b.concat([x!, empty!, x!], 1),
  },
  {
    name: "concat of one part",
    inputs: [random(2, 3)],
    run: (b, _, [x]) => b.concat([x!], 0),
  },
  {
    name: "pad keeps NaN and infinity where they are",
    inputs: [given([2], [Number.NaN, Number.POSITIVE_INFINITY])],
    run: (b, _, [x]) => b.pad(x!, 0, 1, 1),
    gradient: false,
  },
];

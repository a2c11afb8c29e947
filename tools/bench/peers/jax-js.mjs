import { defaultDevice, init, jit, nn, numpy as np, tree, valueAndGrad } from "@jax-js/jax";
import manifest from "../package.json" with { type: "json" };
import { serve } from "./serve.ts";
import { operands, readBatches, readTask, readWeights } from "./task.mjs";

/**
 * The task of a folder in jax-js on its WebAssembly backend: `node jax-js.mjs FOLDER`. A call consumes its arguments; `.ref` keeps
 * what is needed once more. The whole step is one compiled function.
 */
const [folder] = process.argv.slice(2);
await init("wasm");
defaultDevice("wasm");
const task = readTask(folder);

/** Rows of a table: its compiler knows no gradient of a gather. */
const rowsOf = (table, ids) => np.dot(nn.oneHot(ids, table.shape[0]), table);

/** −log p of the targets, in the mean. */
function crossEntropy(logits, targets) {
  const [count, vocabulary] = logits.shape;
  const chosen = nn.logSoftmax(logits).mul(nn.oneHot(targets, vocabulary));
  return chosen.sum().mul(-1 / count);
}

function gpt({ model: { layers, heads, width: C }, batchSize: B, context: T }) {
  return (w, inputs, targets) => {
    const linear = (x, name) => np.dot(x, w[`${name}.weight`]).add(w[`${name}.bias`]);
    const norm = (x, name) => nn.standardize(x, -1).mul(w[`${name}.weight`]).add(w[`${name}.bias`]);
    const byHead = (x) => x.reshape([B, T, heads, C / heads]);
    const wte = w["transformer.wte.weight"];
    const tokens = rowsOf(wte.ref, inputs).reshape([B, T, C]);
    let x = tokens.add(w["transformer.wpe.weight"]).reshape([B * T, C]);
    for (let layer = 0; layer < layers; layer++) {
      const name = `transformer.h.${layer}`;
      const qkv = linear(norm(x.ref, `${name}.ln_1`), `${name}.attn.c_attn`);
      const [q, k, v] = np.split(qkv, 3, 1).map(byHead);
      const attended = nn.dotProductAttention(q, k, v, { isCausal: true }).reshape([B * T, C]);
      x = x.add(linear(attended, `${name}.attn.c_proj`));
      const wide = nn.gelu(linear(norm(x.ref, `${name}.ln_2`), `${name}.mlp.c_fc`));
      x = x.add(linear(wide, `${name}.mlp.c_proj`));
    }
    const logits = np.dot(norm(x, "transformer.ln_f"), wte.transpose());
    return { loss: crossEntropy(logits, targets), state: [] };
  };
}

/** One step of a cell: from the projected input, the projected hidden vector and the memory to the next memory. */
const cells = {
  rnn: (x, hidden, { h }) => {
    h.dispose();
    return { h: np.tanh(x.add(hidden)) };
  },
  lstm: (x, hidden, { h, c }) => {
    h.dispose();
    const [i, f, g, o] = np.split(x.add(hidden), 4, 1);
    const next = nn
      .sigmoid(f)
      .mul(c)
      .add(nn.sigmoid(i).mul(np.tanh(g)));
    return { h: nn.sigmoid(o).mul(np.tanh(next.ref)), c: next };
  },
  gru: (x, hidden, { h }) => {
    const [xr, xz, xn] = np.split(x, 3, 1);
    const [hr, hz, hn] = np.split(hidden, 3, 1);
    const z = nn.sigmoid(xz.add(hz));
    const n = np.tanh(xn.add(nn.sigmoid(xr.add(hr)).mul(hn)));
    return { h: n.ref.add(z.mul(h.sub(n))) };
  },
};

function recurrent({ family, model: { layers }, context: T }) {
  return (w, inputs, targets, carried) => {
    const linear = (x, weight, bias) => np.dot(x, w[weight].ref.transpose()).add(w[bias].ref);
    let x = rowsOf(w["encoder.weight"], inputs); // [T · B, embedding]
    const state = [];
    for (let layer = 0; layer < layers; layer++) {
      const projected = linear(x, `rnn.weight_ih_l${layer}`, `rnn.bias_ih_l${layer}`);
      let memory = carried[layer];
      const outputs = np.split(projected, T, 0).map((part) => {
        const before = memory.h.ref;
        const recurring = linear(before, `rnn.weight_hh_l${layer}`, `rnn.bias_hh_l${layer}`);
        memory = cells[family](part, recurring, memory);
        return memory.h.ref;
      });
      x = np.concatenate(outputs, 0);
      state.push(memory);
    }
    const logits = linear(x, "decoder.weight", "decoder.bias");
    return { loss: crossEntropy(logits, targets), state };
  };
}

/** What a recurrent model remembers before the first token. */
function emptyState({ family, model, batchSize }) {
  if (family === "transformer") return [];
  const zeros = () => np.zeros([batchSize, model.hidden]);
  return Array.from({ length: model.layers }, () =>
    family === "lstm" ? { h: zeros(), c: zeros() } : { h: zeros() },
  );
}

const updates = {
  adamw({ learningRate, beta2, weightDecay }) {
    return (w, g, { mean, variance }, [correction1, correction2]) => {
      const m = mean.mul(0.9).add(g.ref.mul(0.1));
      const v = variance.mul(beta2).add(np.square(g).mul(1 - beta2));
      const root = np.sqrt(v.ref.mul(correction2.ref)).add(1e-8);
      const step = m.ref.mul(correction1.ref).div(root).mul(learningRate);
      const decayed = w.shape.length >= 2 ? w.mul(1 - learningRate * weightDecay) : w;
      return { w: decayed.sub(step), slots: { mean: m, variance: v } };
    };
  },
  sgd({ learningRate }) {
    return (w, g) => ({ w: w.sub(g.mul(learningRate)), slots: {} });
  },
};

function training() {
  const isTransformer = task.family === "transformer";
  const model = (isTransformer ? gpt : recurrent)(task);
  const { name, beta2 } = task.optimizer;
  const updateOne = updates[name](task.optimizer);
  const lossAndGradients = valueAndGrad(
    (...args) => {
      const { loss, state } = model(...args);
      return [loss, state];
    },
    { hasAux: true },
  );
  const update = jit((w, slots, state, inputs, targets, corrections) => {
    const [[loss, after], gradients] = lossAndGradients(tree.ref(w), inputs, targets, state);
    const squares = Object.values(gradients).map((g) => np.square(g.ref).sum());
    const norm = np.sqrt(squares.reduce((x, y) => x.add(y)));
    const scale = np.minimum(np.array(task.clip).div(norm.ref.add(1e-6)), 1);
    const next = { w: {}, slots: {}, state: after, loss, norm };
    for (const key of Object.keys(w)) {
      const g = gradients[key].mul(scale.ref);
      const updated = updateOne(w[key], g, slots[key], corrections);
      next.w[key] = updated.w;
      next.slots[key] = updated.slots;
    }
    return next;
  });

  const weights = readWeights(folder);
  let w = Object.fromEntries(
    weights.map(({ name, shape, values }) => [name, np.array(values).reshape(shape)]),
  );
  const slotsOf = ({ shape }) =>
    name === "adamw" ? { mean: np.zeros(shape), variance: np.zeros(shape) } : {};
  let slots = Object.fromEntries(weights.map((weight) => [weight.name, slotsOf(weight)]));
  const ids = (values) => np.array(values, { dtype: np.int32 });
  const batches = readBatches(folder, task, { isTimeFirst: !isTransformer });
  const examples = batches.map(({ inputs, targets }) => [ids(inputs), ids(targets)]);
  let state = [];
  let done = 0;
  return async () => {
    const index = done++ % examples.length;
    if (index === 0) {
      tree.dispose(state);
      state = emptyState(task);
    }
    const [inputs, targets] = examples[index];
    const corrections =
      name === "adamw" ? [0.9, beta2].map((beta) => np.array(1 / (1 - beta ** done))) : [];
    const next = update(w, slots, state, inputs.ref, targets.ref, corrections);
    ({ w, slots, state } = next);
    await next.norm.data();
    return (await next.loss.data())[0];
  };
}

function matmul({ size }) {
  const [a, b] = operands(task).map((values) => np.array(values).reshape([size, size]));
  return async () => {
    const product = np.matmul(a.ref, b.ref);
    return (await product.data())[0];
  };
}

await serve(
  { name: "jax-js", version: manifest.dependencies["@jax-js/jax"], detail: "wasm" },
  task.family === "matmul" ? matmul(task) : training(),
);

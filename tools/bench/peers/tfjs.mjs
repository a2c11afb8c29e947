import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import { serve } from "./serve.ts";
import { operands, readBatches, readTask, readWeights } from "./task.mjs";

/** The task of a folder in TensorFlow.js: `node tfjs.mjs FOLDER wasm|cpu`. */
const [folder, backend] = process.argv.slice(2);
await tf.setBackend(backend);
await tf.ready();
const task = readTask(folder);

/** Rows of a table; the gradient of tf.gather needs a kernel that the wasm backend lacks, so it is scattered here. */
const rowsOf = tf.customGrad((table, ids, save) => {
  save([ids]);
  return {
    value: tf.gather(table, ids),
    gradFunc: (dy, [ids]) => [
      tf.scatterND(ids.reshape([-1, 1]), dy.reshape([-1, table.shape[1]]), table.shape),
      tf.zerosLike(ids),
    ],
  };
});

function layerNorm(x, gain, bias) {
  const { mean, variance } = tf.moments(x, -1, true);
  return x.sub(mean).mul(variance.add(1e-5).rsqrt()).mul(gain).add(bias);
}

const gelu = (x) =>
  x.mul(0.5).mul(
    x
      .add(x.mul(x).mul(x).mul(0.044715))
      .mul(Math.sqrt(2 / Math.PI))
      .tanh()
      .add(1),
  );

/** −log p of the targets, in the mean. */
const crossEntropy = (logits, targets) =>
  tf.losses.softmaxCrossEntropy(tf.oneHot(targets, logits.shape[1]), logits);

function gpt({ model: { layers, heads, width: C }, batchSize: B, context: T }) {
  const mask = tf.tensor2d(
    Array.from({ length: T }, (_, i) => Array.from({ length: T }, (_, j) => (j > i ? -1e9 : 0))),
  );
  return (w, { inputs, targets }) => {
    const linear = (x, name) => x.matMul(w[`${name}.weight`]).add(w[`${name}.bias`]);
    const norm = (x, name) => layerNorm(x, w[`${name}.weight`], w[`${name}.bias`]);
    const byHead = (x) => x.reshape([B, T, heads, C / heads]).transpose([0, 2, 1, 3]);
    const wte = w["transformer.wte.weight"];
    const tokens = rowsOf(wte, inputs).reshape([B, T, C]);
    let x = tokens.add(w["transformer.wpe.weight"]).reshape([B * T, C]);
    for (let layer = 0; layer < layers; layer++) {
      const name = `transformer.h.${layer}`;
      const qkv = linear(norm(x, `${name}.ln_1`), `${name}.attn.c_attn`);
      const [q, k, v] = tf.split(qkv, 3, 1).map(byHead);
      const scores = tf.matMul(q, k, false, true).mul(1 / Math.sqrt(C / heads));
      const mixed = tf.matMul(tf.softmax(scores.add(mask)), v);
      const attended = mixed.transpose([0, 2, 1, 3]).reshape([B * T, C]);
      x = x.add(linear(attended, `${name}.attn.c_proj`));
      const wide = gelu(linear(norm(x, `${name}.ln_2`), `${name}.mlp.c_fc`));
      x = x.add(linear(wide, `${name}.mlp.c_proj`));
    }
    const logits = norm(x, "transformer.ln_f").matMul(wte, false, true);
    return { loss: crossEntropy(logits, targets), state: [] };
  };
}

const cells = {
  rnn: (x, h) => ({ h: x.add(h).tanh() }),
  lstm: (x, hidden, { c }) => {
    const [i, f, g, o] = tf.split(x.add(hidden), 4, 1);
    const next = f.sigmoid().mul(c).add(i.sigmoid().mul(g.tanh()));
    return { h: o.sigmoid().mul(next.tanh()), c: next };
  },
  gru: (x, hidden, { h }) => {
    const [xr, xz, xn] = tf.split(x, 3, 1);
    const [hr, hz, hn] = tf.split(hidden, 3, 1);
    const z = xz.add(hz).sigmoid();
    const n = xn.add(xr.add(hr).sigmoid().mul(hn)).tanh();
    return { h: n.add(z.mul(h.sub(n))) };
  },
};

function recurrent({ family, model: { layers, hidden }, batchSize: B, context: T }) {
  return (w, { inputs, targets }, carried) => {
    const linear = (x, weight, bias) => x.matMul(w[weight], false, true).add(w[bias]);
    let x = rowsOf(w["encoder.weight"], inputs); // [T · B, embedding]
    const state = [];
    for (let layer = 0; layer < layers; layer++) {
      const projected = linear(x, `rnn.weight_ih_l${layer}`, `rnn.bias_ih_l${layer}`);
      let memory = carried[layer] ?? { h: tf.zeros([B, hidden]), c: tf.zeros([B, hidden]) };
      const outputs = tf.split(projected, T, 0).map((part) => {
        const recurring = linear(memory.h, `rnn.weight_hh_l${layer}`, `rnn.bias_hh_l${layer}`);
        memory = cells[family](part, recurring, memory);
        return memory.h;
      });
      x = tf.concat(outputs, 0);
      state.push(memory);
    }
    const logits = linear(x, "decoder.weight", "decoder.bias");
    return { loss: crossEntropy(logits, targets), state };
  };
}

function training() {
  const isTransformer = task.family === "transformer";
  const model = (isTransformer ? gpt : recurrent)(task);
  const weights = Object.fromEntries(
    readWeights(folder).map(({ name, shape, values }) => [
      name,
      tf.variable(tf.tensor(values, shape), true, name),
    ]),
  );
  const batches = readBatches(folder, task, { isTimeFirst: !isTransformer }).map((batch) => ({
    inputs: tf.tensor1d(batch.inputs, "int32"),
    targets: tf.tensor1d(batch.targets, "int32"),
  }));
  const { name, learningRate, beta2, weightDecay } = task.optimizer;
  const optimizer =
    name === "sgd" ? tf.train.sgd(learningRate) : tf.train.adam(learningRate, 0.9, beta2, 1e-8);
  let state = [];
  let done = 0;

  const update = (batch) => {
    let next = [];
    const { value, grads } = tf.variableGrads(() => {
      const { loss, state: after } = model(weights, batch, state);
      next = after.map((memory) =>
        Object.fromEntries(Object.entries(memory).map(([key, x]) => [key, tf.keep(x.clone())])),
      );
      return loss;
    });
    const squares = Object.values(grads).map((g) => g.square().sum());
    const norm = tf.addN(squares).sqrt();
    const scale = tf.minimum(tf.div(task.clip, norm.add(1e-6)), 1);
    if (name === "adamw")
      for (const w of Object.values(weights))
        if (w.rank >= 2) w.assign(w.mul(1 - learningRate * weightDecay));
    optimizer.applyGradients(
      Object.fromEntries(Object.entries(grads).map(([key, g]) => [key, g.mul(scale)])),
    );
    return { numbers: tf.stack([value, norm]), next };
  };

  return async () => {
    const index = done++ % batches.length;
    if (index === 0) forget();
    let next = [];
    const numbers = tf.tidy(() => {
      const result = update(batches[index]);
      next = result.next;
      return result.numbers;
    });
    forget();
    state = next;
    const [loss] = await numbers.data();
    numbers.dispose();
    return loss;
  };

  function forget() {
    tf.dispose(state);
    state = [];
  }
}

function matmul() {
  const [a, b] = operands(task).map((values) => tf.tensor2d(values, [task.size, task.size]));
  return async () => {
    const product = a.matMul(b);
    const corner = product.slice([0, 0], [1, 1]);
    const [value] = await corner.data();
    tf.dispose([product, corner]);
    return value;
  };
}

await serve(
  { name: "TensorFlow.js", version: tf.version.tfjs, detail: backend },
  task.family === "matmul" ? matmul() : training(),
);

/**
 * The kernels. Addresses are bytes in the one linear memory; strides and sizes count elements, of four bytes each.
 * Tensors lie row-major in one piece where a kernel does not take strides. A kernel that several threads run keeps its
 * arguments in static memory while it does.
 *
 * The memory, from below: the pool's words, static data (constants and the kernels' arguments), the scratch of matrix
 * multiplication, and then the heap, which the JavaScript side manages.
 */

export {
  attention,
  attentionBackward,
  attentionWorkspace,
  setAttention,
} from "./attention";
export { binary } from "./binary";
export { clear, clearEdges, copy } from "./copy";
export { crossEntropy, crossEntropyBackward } from "./cross-entropy";
export { dropout } from "./dropout";
export { scratchBytes, setScratch } from "./gemm";
export { gruSequence, gruSequenceBackward } from "./gru";
export { lstmSequence, lstmSequenceBackward } from "./lstm";
export { matmul } from "./matmul";
export { normalize, normalizeBackward, normalizeWorkspace } from "./norms";
export { adam, sgd, sgdMomentum } from "./optimizers";
export { chunksHelped, closePool, startPool, work } from "./pool";
export { sequenceWorkspace, setSequence } from "./recurrence";
export { reduce, reduceWorkspace } from "./reduce";
export { rnnSequence, rnnSequenceBackward } from "./rnn";
export { setScalar } from "./scalars";
export { logSoftmax, logSoftmaxBackward, softmax, softmaxBackward } from "./softmax";
export { squaredNorm, squaredNormWorkspace } from "./squared-norm";
export { gather, scatterAdd } from "./tables";
export { unary } from "./unary";
export { where } from "./where";

/** Where static data ends. */
export function staticEnd(): usize {
  return __heap_base;
}

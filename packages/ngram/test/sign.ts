/** The checksum of a file, as the format defines it, is put in its place. */
export function sign(bytes: Uint8Array): void {
  const mixed = (sum: number, word: number) => {
    const product = Math.imul(sum ^ word, 0x9e3779b1);
    return (product << 15) | (product >>> 17);
  };
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
  const signed = words.subarray(6);
  const whole = signed.length - (signed.length % 4);
  const sums = [0, 1, 2, 3];
  for (const [i, word] of signed.entries()) {
    const lane = i < whole ? i % 4 : 0;
    sums[lane] = mixed(sums[lane]!, word);
  }
  words[5] = sums.reduce(mixed);
}

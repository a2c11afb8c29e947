/** A list of 32-bit integers that grows. */
export class IntList {
  #values = new Int32Array(1024);
  #length = 0;

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Int32Array(2 * this.#length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  /** The values, as a view that holds until the next `push`. */
  get values(): Int32Array {
    return this.#values.subarray(0, this.#length);
  }
}

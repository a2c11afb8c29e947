/** Bytes that are no model file of this version and byte order, or a damaged one. */
export class NgramFileError extends Error {
  override readonly name = "NgramFileError";
  /** Where in the file the trouble is, in bytes. */
  readonly offset: number;

  constructor(offset: number, problem: string) {
    super(`n-gram model file, byte ${offset}: ${problem}`);
    this.offset = offset;
  }
}

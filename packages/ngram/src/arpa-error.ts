/** A text that is no well-formed ARPA file. */
export class ArpaError extends Error {
  override readonly name = "ArpaError";
  /** The line, counted from 1. */
  readonly line: number;

  constructor(line: number, problem: string) {
    super(`ARPA file, line ${line}: ${problem}`);
    this.line = line;
  }
}

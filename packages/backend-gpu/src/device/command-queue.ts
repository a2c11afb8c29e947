/**
 * Commands in the order in which they were given. They run at once, unless an earlier one has to wait for something: then
 * all that follow wait with it.
 */
export class CommandQueue {
  /** What has not run yet; null while nothing waits. */
  #waiting: ((() => void) | Promise<void>)[] | null = null;

  run(command: () => void): void {
    if (this.#waiting) this.#waiting.push(command);
    else command();
  }

  /** What `command` gives, when its turn has come. */
  result<R>(command: () => R): Promise<R> {
    return new Promise((resolve, reject) => {
      this.run(() => {
        try {
          resolve(command());
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  /** Holds back all later commands until `ready`, which must not be rejected. */
  waitFor(ready: Promise<void>): void {
    if (this.#waiting) this.#waiting.push(ready);
    else void this.#drain([ready]);
  }

  async #drain(waiting: ((() => void) | Promise<void>)[]): Promise<void> {
    this.#waiting = waiting;
    for (let next = waiting.shift(); next; next = waiting.shift())
      if (typeof next === "function") next();
      else await next;
    this.#waiting = null;
  }
}

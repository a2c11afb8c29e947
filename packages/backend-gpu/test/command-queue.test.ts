import { expect, it } from "vitest";
import { CommandQueue } from "../src/device/command-queue.ts";

it("runs commands at once, until one has to wait: then all later ones wait in order", async () => {
  const queue = new CommandQueue();
  const log: string[] = [];
  const say = (word: string) => queue.run(() => log.push(word));
  say("first");
  expect(log).toEqual(["first"]);
  let finish = () => {};
  queue.waitFor(
    new Promise<void>((resolve) => {
      finish = resolve;
    }),
  );
  say("second");
  queue.waitFor(Promise.resolve());
  say("third");
  const result = queue.result(() => log.length);
  expect(log).toEqual(["first"]);
  finish();
  expect(await result).toBe(3);
  expect(log).toEqual(["first", "second", "third"]);
  await Promise.resolve();
  say("fourth");
  expect(log).toHaveLength(4);
});

it("hands on what a command throws to whom waits for its result, and goes on", async () => {
  const queue = new CommandQueue();
  const failing = queue.result(() => {
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  expect(await queue.result(() => 1)).toBe(1);
});

import { TextError } from "./errors.ts";

/**
 * Cuts a text in two after `fraction` of its characters (code points, rounded down), as nanoGPT parts
 * training from validation text.
 * @throws TextError unless `fraction` is from 0 to 1.
 */
export function splitByPosition(text: string, fraction: number): [first: string, last: string] {
  if (!(fraction >= 0 && fraction <= 1))
    throw new TextError(`splitByPosition: fraction is ${fraction}, but must be from 0 to 1`);
  let characters = 0;
  for (let at = 0; at < text.length; at = nextCharacter(text, at)) characters++;
  let cut = 0;
  for (let i = Math.floor(characters * fraction); i > 0; i--) cut = nextCharacter(text, cut);
  return [text.slice(0, cut), text.slice(cut)];
}

function nextCharacter(text: string, at: number): number {
  return at + (text.codePointAt(at)! > 0xffff ? 2 : 1);
}

/** Words are parted by ASCII white space alone: \t, \n, \v, \f, \r and the space. */
export function isWhiteSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}

/** The place behind the last white space of a text; 0 where there is none. */
export function behindLastSpace(text: string): number {
  let end = text.length;
  while (end > 0 && !isWhiteSpace(text.charCodeAt(end - 1))) end--;
  return end;
}

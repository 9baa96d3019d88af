/** A long text in pieces that a browser lays out one by one. */

const PIECE = 6_000;

/** Pieces that together are the text; each ends at a line's end where one is near, else at a space. */
export function piecesOfText(text: string): string[] {
  const pieces: string[] = [];
  let at = 0;
  while (at < text.length) {
    if (text.length - at <= PIECE * 1.5) {
      pieces.push(text.slice(at));
      break;
    }
    const line = text.lastIndexOf('\n', at + PIECE);
    const space = text.lastIndexOf(' ', at + PIECE);
    const end = line > at + PIECE / 2 ? line + 1 : space > at + PIECE / 2 ? space + 1 : at + PIECE;
    pieces.push(text.slice(at, end));
    at = end;
  }
  return pieces;
}

/** Where a line may end in a text, besides after a mark: a space of no width. */
const mark = "\u200b";

/**
 * A text with the places where a line of it may end. Chinese has no spaces, so
 * that a browser ends a line between any two characters, in the middle of a word
 * too. Our texts say where: the page's styles let a line end after a mark or at
 * such a place, and elsewhere only if it has to.
 */
export function phrases(text: string): (string | Node)[] {
  return text.split(mark).flatMap((part, i) => (i > 0 ? [document.createElement("wbr"), together(part)] : [together(part)]));
}

/** The same text to be heard. */
export function heard(text: string): string {
  return text.replaceAll(mark, "");
}

/** A number stays with what it counts. */
function together(text: string): string {
  return text.replace(/(\d) (?=\p{Script=Han})/gu, "$1\u00a0");
}

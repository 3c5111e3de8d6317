import { h } from "../shared/dom";
import { Texts } from "../shared/texts";
import type { Result } from "./api";
import en from "./lang/en.json";
import zhCN from "./lang/zh-CN.json";

export type Word = keyof typeof en;

export const words = (): Texts<Word> => new Texts<Word>({ "zh-CN": zhCN, en });

/** The names of claims, as a list. */
export function claimList(texts: Texts<Word>, claims: string[]): HTMLElement {
  const names = ["outcome", ...claims].map((name) => h("li", {}, texts.maybe(`claim.${name}`) ?? name));
  return h("ul", { class: "claims" }, ...names);
}

/** What may be done next, for whoever reads: "staff" or "person". */
export function nextList(texts: Texts<Word>, next: string[], reader: string): HTMLElement | null {
  const said = next.map((n) => texts.maybe(`next.${n}.${reader}`) ?? texts.maybe(`next.${n}`)).filter((n): n is string => n !== null);
  return said.length > 0 ? h("ul", { class: "next" }, ...said.map((n) => h("li", {}, n))) : null;
}

/** The headline of a result, for whoever reads. */
export function outcomeTitle(texts: Texts<Word>, r: Result, reader: string): string {
  if (!r.handedOn) return texts.say("outcome.lost");
  return texts.maybe(`outcome.${r.outcome}.${reader}`) ?? texts.maybe(`outcome.${r.outcome}`) ?? r.outcome;
}

/** What else there is to say of a result. */
export function outcomeText(texts: Texts<Word>, r: Result): string[] {
  if (!r.handedOn) return [texts.say("outcome.lost.text")];
  const all = [texts.maybe(`reason.${r.reason}`)];
  if (r.outcome === "same-person") {
    if (!r.documentChecked) all.push(texts.say("document.not-checked"));
    else if (r.proof === "unproved") all.push(texts.say("document.unproved"));
  }
  if (r.unattended) all.push(texts.say("unattended"));
  return all.filter((t): t is string => t !== null);
}

/** A form to type the document's lines in. */
export function linesForm(texts: Texts<Word>, typed: (lines: string[]) => void): HTMLElement {
  const { say } = texts;
  const box = h("textarea", { id: "lines", rows: 3, spellcheck: "false", autocomplete: "off", autocapitalize: "characters", maxlength: 200, "aria-describedby": "lines-help" });
  const done = (event: Event): void => {
    event.preventDefault();
    const lines = box.value.split("\n").map((l) => l.replace(/\s/g, "")).filter((l) => l !== "");
    box.value = "";
    typed(lines);
  };
  return h("form", { class: "lines", submit: done },
    h("label", { for: "lines" }, say("lines.label")), box, h("p", { id: "lines-help", class: "text" }, say("lines.help")),
    h("button", { type: "submit", class: "button" }, say("lines.done")));
}

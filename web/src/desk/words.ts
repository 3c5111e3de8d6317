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

/** Whether a person alone has chosen that staff look: there is none, and nothing was decided. */
export const toCounter = (r: Result): boolean => r.unattended && r.way === "staff" && r.reason === "nobody-looked-yet";

/** What may be done after a result, where there is something. */
export function after(texts: Texts<Word>, r: Result, reader: string): HTMLElement | null {
  const next = r.outcome === "same-person" || r.outcome === "abandoned" || toCounter(r) ? null : nextList(texts, r.next, reader);
  return next && h("div", {}, h("h2", {}, texts.say("next.title")), next);
}

/** The headline of a result, for whoever reads. */
export function outcomeTitle(texts: Texts<Word>, r: Result, reader: string): string {
  if (!r.handedOn) return texts.say("outcome.lost");
  if (toCounter(r)) return texts.say("outcome.counter");
  return texts.maybe(`outcome.${r.outcome}.${reader}`) ?? texts.maybe(`outcome.${r.outcome}`) ?? r.outcome;
}

/** What else there is to say of a result. */
export function outcomeText(texts: Texts<Word>, r: Result): string[] {
  if (!r.handedOn) return [texts.say("outcome.lost.text")];
  if (toCounter(r)) return [texts.say("outcome.counter.text")];
  if (r.outcome === "abandoned") return [texts.say("outcome.abandoned.text")];
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

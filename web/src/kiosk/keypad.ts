import { drawing, fill, h } from "../shared/dom";
import { pictures } from "../shared/pictures";
import { phrases } from "./phrases";

export interface KeypadTexts {
  title: string;
  text: string;
  done: string;
  back: string;
  erase: string;
  typed: (n: number) => string;
}

const length = 8;

/** A keypad for eight digits: large keys, a keyboard works too. */
export class Keypad {
  readonly element: HTMLElement;
  private digits = "";
  private readonly shown = h("p", { class: "digits" });
  private readonly note = h("p", { class: "note", role: "alert" });
  private readonly done: HTMLButtonElement;

  constructor(
    private readonly texts: KeypadTexts,
    private readonly secret: boolean,
    private readonly finish: (digits: string) => void,
    back: (() => void) | null,
    extra: Node | null = null,
  ) {
    this.done = h("button", { type: "button", class: "button main done", click: () => this.submit() }, texts.done);
    const key = (digit: string): HTMLButtonElement => h("button", { type: "button", class: "key", click: () => this.type(digit) }, digit);
    const erase = h("button", { type: "button", class: "key", "aria-label": texts.erase, click: () => this.erase() }, drawing(pictures.erase));
    const leave = back ? h("button", { type: "button", class: "button", click: back }, drawing(pictures.back), texts.back) : null;
    this.element = h(
      "div", { class: "keypad" },
      h("div", { class: "words" }, h("h1", { tabindex: -1 }, ...phrases(texts.title)), h("p", { class: "text" }, ...phrases(texts.text)), extra, this.shown, this.note, h("div", { class: "row" }, leave, this.done)),
      h("div", { class: "keys" }, ..."123456789".split("").map(key), h("span"), key("0"), erase),
    );
    this.draw();
  }

  say(note: string): void {
    fill(this.note, ...phrases(note));
  }

  busy(busy: boolean): void {
    this.done.toggleAttribute("data-busy", busy);
    this.done.disabled = busy || this.digits.length < length;
  }

  clear(): void {
    this.digits = "";
    this.draw();
  }

  /** Handles a key of a keyboard; says whether it was one of ours. */
  press(event: KeyboardEvent): boolean {
    if (/^[0-9]$/.test(event.key)) this.type(event.key);
    else if (event.key === "Backspace") this.erase();
    else if (event.key === "Enter" && !(event.target instanceof HTMLButtonElement)) this.submit();
    else return false;
    return true;
  }

  private type(digit: string): void {
    if (this.digits.length < length) this.digits += digit;
    this.note.textContent = "";
    this.draw();
  }

  private erase(): void {
    this.digits = this.digits.slice(0, -1);
    this.draw();
  }

  private submit(): void {
    if (this.digits.length === length && !this.done.disabled) this.finish(this.digits);
  }

  private draw(): void {
    const slot = (i: number): HTMLElement => {
      const typed = i < this.digits.length;
      const last = i === this.digits.length - 1;
      const mark = !typed ? "" : this.secret && !last ? "●" : this.digits[i]!;
      return h("span", { class: typed ? "slot typed" : "slot" }, mark);
    };
    const half = (from: number): HTMLElement => h("span", { class: "half", "aria-hidden": "true" }, ...[0, 1, 2, 3].map((i) => slot(from + i)));
    this.shown.replaceChildren(half(0), half(4), h("span", { class: "unseen" }, this.texts.typed(this.digits.length)));
    this.done.disabled = this.digits.length < length;
  }
}

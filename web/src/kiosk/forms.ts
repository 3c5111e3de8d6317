import { drawing, h } from "../shared/dom";
import { pictures } from "../shared/pictures";
import { Keypad } from "./keypad";
import { phrases } from "./phrases";
import type { Word, Words } from "./words";

/** The PIN: first the number, then the code. `leave` goes back to the idle screen. */
export class PINForm {
  keypad: Keypad;
  private number = "";

  constructor(private readonly words: Words, private readonly redraw: () => void, private readonly done: (number: string, code: string) => void, private readonly leave: () => void) {
    this.keypad = this.first();
  }

  private make(step: "number" | "code", done: Word, finish: (digits: string) => void, back: () => void): Keypad {
    const say = (w: Word): string => this.words.say(w);
    const texts = {
      title: say(`pin.${step}.title`), text: say(`pin.${step}.text`), done: say(done), back: say("pin.back"), erase: say("pin.erase"),
      typed: (n: number) => this.words.say("pin.digits", { n }),
    };
    return new Keypad(texts, step === "code", finish, back);
  }

  private first(): Keypad {
    this.number = "";
    return this.make("number", "pin.next", (number) => this.second(number), this.leave);
  }

  private second(number: string): void {
    this.number = number;
    const back = (): void => {
      this.keypad = this.first();
      this.redraw();
    };
    this.keypad = this.make("code", "pin.open", (code) => this.done(this.number, code), back);
    this.redraw();
  }

  /** In another language the form begins again where it was. */
  translate(): void {
    if (this.number) this.second(this.number);
    else this.keypad = this.first();
    this.redraw();
  }
}

/** The keypad that pairs this screen with its door. */
export function pairing(words: Words, finish: (code: string) => void): Keypad {
  const texts = {
    title: words.say("pairing.title"), text: words.say("pairing.text"), done: words.say("pin.next"), back: "", erase: words.say("pin.erase"),
    typed: (n: number) => words.say("pin.digits", { n }),
  };
  return new Keypad(texts, false, finish, null, h("p", { class: "command", translate: "no" }, "facelatch edge pair --config door.yaml"));
}

/** The notice, in words; blank lines part paragraphs. */
export function notice(words: Words, text: string, back: () => void): HTMLElement {
  const paragraphs = text.trim().split(/\n\s*\n/).map((p) => h("p", { class: "text" }, ...phrases(p.replace(/\s*\n\s*/g, words.lang === "zh-CN" ? "" : " "))));
  const button = h("button", { type: "button", class: "button", click: back }, drawing(pictures.back), words.say("pin.back"));
  const title = words.say("notice.title");
  return h("div", { class: "words" }, h("h1", { tabindex: -1 }, title), h("div", { class: "notice", tabindex: 0, role: "region", "aria-label": title }, ...paragraphs), button);
}

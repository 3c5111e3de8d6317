import { drawing, fill, h } from "../shared/dom";
import { pictures } from "../shared/pictures";
import type { Texts } from "../shared/texts";
import type { Word } from "./words";

/** What both pages share: a head with the languages, one screen at a time, and what is said to those who listen. */
export abstract class Screen {
  protected readonly main = h("main", {});
  private readonly mark = h("aside", { class: "demo" });
  private readonly top = h("header", {});
  private readonly bar = h("div", { class: "bar", role: "status", hidden: true });
  private leave: () => void = () => undefined;
  private draw: () => void = () => undefined;
  protected site: Record<string, string> | null | undefined;
  protected demo = false;

  constructor(protected readonly root: HTMLElement, private readonly said: HTMLElement, protected readonly texts: Texts<Word>) {
    root.append(this.mark, this.top, this.main, this.bar);
  }

  /** Shows a screen; `left` is called before the next one is shown. */
  protected show(draw: () => void): void {
    this.leave();
    this.leave = () => undefined;
    this.draw = draw;
    this.redraw();
    scrollTo(0, 0);
    this.main.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
  }

  protected left(leave: () => void): void {
    this.leave = leave;
  }

  protected page(name: string, title: string, ...rest: Parameters<typeof fill>[1][]): void {
    this.root.className = `screen-${name}`;
    fill(this.main, h("h1", { tabindex: -1 }, title), ...rest);
    this.said.textContent = title;
  }

  /** A line at the foot, with buttons, or nothing. */
  protected foot(...children: Parameters<typeof fill>[1][]): void {
    this.bar.hidden = children.length === 0;
    fill(this.bar, ...children);
  }

  protected button(text: string, press: () => void, kind = ""): HTMLButtonElement {
    return h("button", { type: "button", class: `button ${kind}`, click: press }, text);
  }

  protected text(...texts: string[]): HTMLElement[] {
    return texts.map((t) => h("p", { class: "text" }, t));
  }

  /** What stands in the head beside the languages. */
  protected tools(): HTMLElement[] {
    return [];
  }

  private redraw(): void {
    document.documentElement.lang = this.texts.lang;
    document.title = this.texts.say("page.title");
    const turn = (lang: string) => () => {
      this.texts.lang = lang;
      this.leave();
      this.leave = () => undefined;
      this.redraw();
    };
    fill(this.mark, this.demo && h("p", {}, this.texts.say("demo")));
    fill(this.top, h("p", { class: "place" }, this.texts.pick(this.site ?? undefined)), h("div", { class: "tools" },
      ...this.texts.others.map((lang) => h("button", { type: "button", class: "button tool", lang, click: turn(lang) }, drawing(pictures.globe), this.texts.nameOf(lang))), ...this.tools()));
    this.draw();
  }
}

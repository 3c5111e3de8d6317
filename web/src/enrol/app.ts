import { drawing, fill, h } from "../shared/dom";
import { pictures } from "../shared/pictures";
import { drawCode } from "../shared/qr";
import type { Texts } from "../shared/texts";
import { abandon, choose, finish, type Kind, type Offer, offer, type Pass, Problem } from "./api";
import { Portrait } from "./portrait";
import { PhoneKey } from "./phonekey";

import type en from "./lang/en.json";
export type Word = keyof typeof en;

const idleTime = 180_000; // then everything on the screen is erased

/** The enrolment page: choose, read and agree, look (a face pass), take the pass. */
export class App {
  private offer: Offer | null = null;
  private enrolment = "";
  private holder = "";
  private draw: () => void = () => this.choosing();
  private leave: () => void = () => undefined;
  private idle = 0;
  private readonly main = h("main", {});
  private readonly top = h("header", {});
  private readonly demo = h("aside", { class: "demo", hidden: true });

  constructor(root: HTMLElement, private readonly said: HTMLElement, private readonly texts: Texts<Word>) {
    root.append(this.demo, this.top, this.main);
    for (const event of ["pointerdown", "keydown"]) addEventListener(event, () => this.active());
    addEventListener("pagehide", () => this.let());
  }

  async start(): Promise<void> {
    this.let();
    try {
      this.offer = await offer();
      this.show(() => this.choosing());
    } catch (error) {
      this.failed(error);
    }
  }

  // Lets go of the enrolment, and of what it showed.
  private let(): void {
    this.leave();
    this.leave = () => undefined;
    if (this.enrolment) abandon(this.enrolment);
    this.enrolment = this.holder = "";
  }

  private active(): void {
    clearTimeout(this.idle);
    this.idle = window.setTimeout(() => void this.start(), idleTime);
  }

  private show(draw: () => void): void {
    this.leave();
    this.leave = () => undefined;
    this.draw = draw;
    this.redraw();
    scrollTo(0, 0);
    this.main.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
  }

  private redraw(): void {
    document.documentElement.lang = this.texts.lang;
    document.title = this.texts.say("page.title");
    this.demo.hidden = !this.offer?.demo;
    this.demo.textContent = this.texts.say("demo");
    this.demo.setAttribute("aria-label", this.texts.say("demo"));
    const turn = (lang: string) => () => {
      this.texts.lang = lang;
      this.redraw();
    };
    fill(this.top, h("p", { class: "place" }, this.texts.pick(this.offer?.site)), h("div", { class: "tools" },
      ...this.texts.others.map((lang) => h("button", { type: "button", class: "button tool", lang, click: turn(lang) }, drawing(pictures.globe), this.texts.nameOf(lang)))));
    this.draw();
  }

  private page(name: string, title: string, ...rest: Parameters<typeof fill>[1][]): void {
    document.getElementById("app")!.className = `screen-${name}`;
    fill(this.main, h("h1", { tabindex: -1 }, title), ...rest);
    this.said.textContent = title;
  }

  private button(text: string, press: () => void, kind = ""): HTMLButtonElement {
    return h("button", { type: "button", class: `button ${kind}`, click: press }, text);
  }

  private choosing(): void {
    const { say } = this.texts;
    const o = this.offer!;
    const card = (kind: Kind): HTMLElement => h("section", { class: "card", "aria-labelledby": `name-${kind}` },
      drawing(pictures[kind === "plain" ? "plain" : "faced"]), h("h2", { id: `name-${kind}` }, say(`${kind}.name`)),
      h("ul", {}, ...([1, 2, 3] as const).map((n) => h("li", {}, say(`${kind}.${n}`)))),
      this.button(say(`${kind}.take`), () => this.show(() => this.agreeing(kind)), "main"));
    const zones = o.zones.map((z) => this.texts.pick(z)).join(this.texts.lang === "zh-CN" ? "、" : ", ");
    this.page("choose", say("choose.title"), h("p", { class: "text" }, say("choose.text", { zones, until: o.until })), h("div", { class: "cards" }, ...o.kinds.map(card)));
  }

  private agreeing(kind: Kind): void {
    const { say } = this.texts;
    const o = this.offer!;
    const contact = this.texts.pick(o.contact) || say("contact");
    const text = kind === "face" ? this.texts.pick(o.notice.text) : say("agree.plain.text", { contact });
    const next = this.button(say("next"), () => (box.checked ? void this.begin(kind) : (note.textContent = say("agree.first"))), "main");
    const note = h("p", { class: "note", role: "alert" });
    const box = h("input", { type: "checkbox", id: "agree", change: () => (note.textContent = "") });
    const phone = kind === "plain" ? this.phone() : null;
    this.page("agree", say(`agree.${kind}.title`),
      h("div", { class: "notice", tabindex: 0, role: "region", "aria-label": say(`agree.${kind}.title`) }, ...text.trim().split(/\n\s*\n/).map((p) => h("p", {}, p.replace(/\s*\n\s*/g, this.texts.lang === "zh-CN" ? "" : " ")))),
      phone, h("label", { class: "tick", for: "agree" }, box, h("span", {}, say(`agree.${kind}.tick`))), note,
      h("div", { class: "row" }, this.button(say("back"), () => this.show(() => this.choosing())), next));
  }

  private phone(): HTMLElement {
    const key = new PhoneKey(this.texts, this.holder, (holder) => (this.holder = holder));
    this.leave = () => key.stop();
    return key.element;
  }

  private async begin(kind: Kind): Promise<void> {
    const holder = kind === "plain" && this.holder ? { holder: this.holder } : {};
    await this.attempt(async () => {
      const { enrolment } = await choose({ kind, notice: this.offer!.notice.id, lang: this.texts.lang, agreed: true, ...holder });
      this.enrolment = enrolment;
      if (kind === "face") this.show(() => this.looking());
      else await this.make();
    });
  }

  private looking(): void {
    const { say } = this.texts;
    this.leave();
    const portrait = new Portrait(this.texts, this.enrolment, (error) => (error ? this.failed(error) : void this.attempt(() => this.make())));
    this.leave = () => portrait.stop();
    const stop = this.button(say("camera.stop"), () => {
      this.let();
      this.show(() => this.agreeing("plain"));
    });
    this.page("camera", say("camera.title"), portrait.element, h("p", { class: "text" }, say("camera.text")), h("div", { class: "row" }, stop));
  }

  private async make(): Promise<void> {
    this.show(() => this.page("making", this.texts.say("making.title"), drawing(pictures.wait, "picture"), h("p", { class: "text" }, this.texts.say("making.text"))));
    const pass = await finish(this.enrolment);
    const code = await drawCode(pass.text, this.texts.say("pass.label"));
    this.show(() => this.taking(pass, code));
  }

  private taking(pass: Pass, code: SVGSVGElement): void {
    const { say } = this.texts;
    code.setAttribute("aria-label", say("pass.label"));
    this.page("pass", say("pass.title"), h("div", { class: "given" }, code, h("div", { class: "beside" },
      h("p", { class: "kind" }, say(`${pass.kind}.name`)), h("p", { class: "text" }, say("pass.text", { until: pass.until })), pass.later ? h("p", { class: "text" }, say("pass.later")) : null,
      h("div", { class: "row" }, h("a", { class: "button", href: pass.pdf, target: "_blank", rel: "noopener" }, say("pass.pdf")), h("a", { class: "button", href: pass.png, download: "pass.png" }, say("pass.png"))),
      this.button(say("pass.done"), () => this.done(), "main"))));
  }

  private done(): void {
    this.let();
    this.show(() => this.page("done", this.texts.say("done.title"), drawing(pictures.tick, "picture"), h("p", { class: "text" }, this.texts.say("done.text")), this.button(this.texts.say("again"), () => void this.start(), "main")));
  }

  private async attempt(what: () => Promise<void>): Promise<void> {
    try {
      await what();
    } catch (error) {
      this.failed(error);
    }
  }

  private failed(error: unknown): void {
    const status = error instanceof Problem ? error.status : -1;
    const kind = status === 410 || status === 409 ? "gone" : status === 0 ? "away" : "failed";
    const detail = error instanceof Problem ? error.message : String(error);
    this.let();
    this.show(() => {
      const text = kind === "failed" ? detail : this.texts.say(`${kind}.text`);
      this.page("failed", this.texts.say(`${kind}.title`), drawing(pictures.again, "picture"), h("p", { class: "text" }, text), this.button(this.texts.say("again"), () => void this.start(), "main"));
    });
  }
}

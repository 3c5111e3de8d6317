import { drawing, fill, h } from "../shared/dom";
import { pictures } from "../shared/pictures";
import { drawCode } from "../shared/qr";
import type { Texts } from "../shared/texts";
import { abandon, choose, finish, type Kind, meet, type Met, type Offer, offer, type Pass, Problem, transfer, type Transfer } from "./api";
import { Paper } from "./paper";
import { Portrait } from "./portrait";
import { PhoneKey } from "./phonekey";
import { Naming } from "./whose";

import type en from "./lang/en.json";
export type Word = keyof typeof en;

const idleTime = 180_000; // then everything on the screen is erased

/** The enrolment page: choose, read and agree, look (a face pass), take the pass. */
export class App {
  private offer: Offer | null = null;
  private enrolment = "";
  private holder = "";
  private child = false;
  private link: Transfer | null = null;
  private draw: () => void = () => this.choosing();
  private leave: () => void = () => undefined;
  private idle = 0;
  private readonly main = h("main", {});
  private readonly top = h("header", {});
  private readonly demo = h("aside", { class: "demo", hidden: true });
  private readonly paper: Paper;
  private readonly naming: Naming;

  constructor(root: HTMLElement, private readonly said: HTMLElement, private readonly texts: Texts<Word>) {
    root.append(this.demo, this.top, this.main);
    this.paper = new Paper(texts);
    this.naming = new Naming(texts, (child) => {
      this.child = child;
      this.show(() => this.choosing());
    });
    for (const event of ["pointerdown", "keydown"]) addEventListener(event, () => this.active());
    addEventListener("pagehide", () => this.let());
  }

  async start(): Promise<void> {
    this.let();
    this.child = false;
    try {
      this.offer = await offer();
      this.show(() => this.choosing());
    } catch (error) {
      this.failed(error);
    }
  }

  // Lets go of the enrolment, of what it showed, and of whose it was.
  private let(): void {
    this.release();
    this.naming.clear();
  }

  private release(): void {
    this.leave();
    this.leave = () => undefined;
    if (this.enrolment) abandon(this.enrolment);
    this.enrolment = this.holder = "";
    this.link = null;
    this.paper.clear();
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

  // A day such as 2027-11-21 as people say it, on one line.
  private day(date: string): string {
    const lang = this.texts.lang === "en" ? "en-GB" : this.texts.lang;
    const said = new Intl.DateTimeFormat(lang, { dateStyle: "long", timeZone: "UTC" }).format(new Date(`${date}T00:00:00Z`));
    return said.replaceAll(" ", "\u00a0").replace(/[年月]/g, "$&\u2060");
  }

  private choosing(): void {
    const { say } = this.texts;
    const o = this.offer!;
    const says: Record<Kind, string[]> = {
      plain: [say("plain.1"), say("plain.2"), say("plain.3")],
      face: [say("face.1"), say(o.prompts ? "face.2.asks" : "face.2", { n: o.look }), say("face.3")],
    };
    const card = (kind: Kind): HTMLElement => h("section", { class: "card", "aria-labelledby": `name-${kind}` },
      drawing(pictures[kind === "plain" ? "plain" : "faced"]), h("h2", { id: `name-${kind}` }, say(`${kind}.name`)),
      h("ul", {}, ...says[kind].map((text) => h("li", {}, text))),
      this.button(say(`${kind}.take`), () => void this.attempt(() => this.chosen(kind)), "main"));
    const zones = o.zones.map((z) => this.texts.pick(z)).join(this.texts.lang === "zh-CN" ? "、" : ", ");
    const both = o.kinds.length > 1 ? "choose" : "only";
    this.page("choose", say(`${both}.title`), h("p", { class: "text" }, say(`${both}.text`, { zones, until: this.day(o.until) })),
      h("div", { class: o.kinds.length > 1 ? "cards" : "cards one" }, ...o.kinds.map(card)), this.forChild(), this.naming.element);
    this.naming.draw();
    this.leave = () => this.naming.stop();
  }

  // Whose it is comes before the notice, because a guardian reads another.
  private async chosen(kind: Kind): Promise<void> {
    const { naming } = this;
    if (naming.whose?.holder) return this.show(() => this.agreeing(kind));
    naming.whose = null; // whoever was named before is not this person
    if (!naming.label) return this.show(() => this.agreeing(kind));
    const met = await meet({ label: naming.label });
    if (met.known > 0) return this.show(() => this.asking(kind, met));
    naming.whose = { label: naming.label };
    this.show(() => this.agreeing(kind));
  }

  // Two people can be called the same: staff say whether it is the same person.
  private asking(kind: Kind, met: Met): void {
    const { say } = this.texts;
    const { naming } = this;
    const same = (): void => {
      naming.whose = { holder: met.holder ?? "" };
      this.child = met.child === true;
      this.show(() => this.agreeing(kind));
    };
    const other = (): void => {
      naming.whose = { label: naming.label };
      this.show(() => this.agreeing(kind));
    };
    this.page("whose", say("whose.title"), h("p", { class: "text" }, say(met.known > 1 ? "whose.several" : "whose.one", { label: naming.label })),
      h("div", { class: "row" }, met.holder ? this.button(say("whose.same"), same) : null, this.button(say("whose.new"), other), this.button(say("back"), () => this.show(() => this.choosing()))));
  }

  // A child under 14 has a notice of its own, and a guardian who agrees.
  private forChild(): HTMLElement | null {
    if (!this.offer!.children) return null;
    const box = h("input", { type: "checkbox", id: "child", checked: this.child, change: () => (this.child = box.checked) });
    return h("label", { class: "tick quiet", for: "child" }, box, h("span", {}, this.texts.say("child")));
  }

  private agreeing(kind: Kind): void {
    const { say } = this.texts;
    const child = this.child && kind === "face";
    if (child && !this.offer!.children) return this.failed(new Problem(422, say("child.none")));
    const whose = child ? "child" : kind;
    const next = this.button(say("next"), () => (box.checked ? void this.begin(kind) : (note.textContent = say("agree.first"))), "main");
    const note = h("p", { class: "note", role: "alert" });
    const box = h("input", { type: "checkbox", id: "agree", change: () => (note.textContent = "") });
    const phone = kind === "plain" ? this.phone() : null;
    this.paper.put(this.about(kind));
    this.page("agree", say(`agree.${whose}.title`),
      kind === "face" ? h("p", { class: "own" }, say("own.before")) : null,
      h("div", { class: "notice" }, ...this.about(kind), this.button(say("print.notice"), () => this.paper.print(), "quiet")), phone,
      h("div", { class: "bar" }, h("label", { class: "tick", for: "agree" }, box, h("span", {}, say(`agree.${whose}.tick`))), note,
        h("div", { class: "row" }, this.button(say("back"), () => this.show(() => this.choosing())), next)));
  }

  // What is agreed to, in the language of the page.
  private about(kind: Kind): HTMLElement[] {
    const { say } = this.texts;
    if (kind === "plain") {
      const contact = this.texts.pick(this.offer!.contact) || say("contact");
      return say("agree.plain.text", { contact }).split("\n\n").map((p) => h("p", {}, p));
    }
    const notice = this.child ? this.offer!.children! : this.offer!.notice!;
    const sections = notice.sections[this.texts.lang] ?? notice.sections["en"] ?? [];
    return [h("p", { class: "version" }, say("version", { version: notice.version })),
      ...sections.map(({ heading, text }) => h("div", {}, h("h2", {}, heading), ...text.map((p) => h("p", {}, p))))];
  }

  private phone(): HTMLElement {
    const key = new PhoneKey(this.texts, this.holder, (holder) => (this.holder = holder));
    this.leave = () => key.stop();
    return key.element;
  }

  private async begin(kind: Kind): Promise<void> {
    const holder = kind === "plain" && this.holder ? { holder: this.holder } : {};
    const child = this.child && kind === "face";
    const whose = this.naming.whose ?? {};
    const notice = (child ? this.offer!.children : this.offer!.notice)?.id ?? "";
    await this.attempt(async () => {
      const { enrolment } = await choose({ kind, notice, lang: this.texts.lang, agreed: true, whose: { ...whose, ...(this.child && !whose.holder ? { child: true } : {}) }, ...holder, ...(child ? { guardian: true as const } : {}) });
      this.enrolment = enrolment;
      if (kind === "face") this.show(() => this.looking());
      else await this.make(kind);
    });
  }

  private looking(): void {
    const { say } = this.texts;
    this.leave();
    const portrait = new Portrait(this.texts, this.enrolment, (error) => (error ? this.failed(error) : void this.attempt(() => this.make("face"))));
    this.leave = () => portrait.stop();
    const stop = this.button(say("camera.stop"), () => {
      this.release();
      this.show(() => this.agreeing("plain"));
    });
    this.page("camera", say("camera.title"), portrait.element, h("p", { class: "text" }, say("camera.text")), h("p", { class: "own" }, say("own.now")), h("div", { class: "row" }, stop));
  }

  private async make(kind: Kind): Promise<void> {
    this.show(() => this.page("making", this.texts.say("making.title"), drawing(pictures.wait, "picture"), h("p", { class: "text" }, this.texts.say("making.text"))));
    const pass = await finish(this.enrolment);
    this.show(() => this.taking(kind, pass));
  }

  private taking(kind: Kind, pass: Pass): void {
    const { say } = this.texts;
    this.paper.put([...this.about(kind), h("p", {}, say(`print.${kind}`, { date: new Date().toLocaleDateString(this.texts.lang), number: pass.number, until: this.day(pass.until) }))]);
    const file = (href: string, text: string, more: Record<string, string>): HTMLElement => h("a", { class: "button", href, ...more }, text);
    this.page("pass", say("pass.title"), h("div", { class: "given" }, h("img", { class: "code", src: pass.svg, alt: say("pass.label") }), h("div", { class: "beside" },
      h("p", { class: "kind" }, say(`${pass.kind}.name`)), h("p", { class: "text" }, say("pass.text", { until: this.day(pass.until) })), pass.later ? h("p", { class: "text" }, say("pass.later")) : null,
      h("div", { class: "row" }, pass.transfer ? this.button(say("phone.send"), () => void this.attempt(() => this.send(kind, pass))) : null,
        pass.page ? this.button(say("own.page"), () => void this.attempt(() => this.own(kind, pass))) : null,
        file(pass.pdf, say("pass.pdf"), { target: "_blank", rel: "noopener" }), this.button(say("print.agreed"), () => this.paper.print())),
      h("details", {}, h("summary", {}, say("pass.more")), h("div", { class: "row" }, file(pass.png, say("pass.png"), { download: "pass.png" }), file(pass.svg, say("pass.svg"), { download: "pass.svg" }))),
      this.button(say("pass.done"), () => this.done(), "main"))));
  }

  // A link for the phone: it works once, so the one that was made is shown again.
  private async send(kind: Kind, pass: Pass): Promise<void> {
    this.link ??= await transfer(this.enrolment);
    const { url, minutes } = this.link;
    const code = await drawCode(url, this.texts.say("phone.label"), "M");
    this.show(() => {
      const { say } = this.texts;
      code.setAttribute("aria-label", say("phone.label"));
      this.page("phone", say("phone.title"), h("div", { class: "given" }, code, h("div", { class: "beside" },
        h("p", { class: "text" }, say("phone.text", { minutes })), kind === "face" ? h("p", { class: "text" }, say("phone.receipt")) : null, h("p", { class: "text" }, say("phone.network")),
        h("div", { class: "row" }, this.button(say("back"), () => this.show(() => this.taking(kind, pass)))))));
    });
  }

  // The link to the holder's own page, for their phone or on paper.
  private async own(kind: Kind, pass: Pass): Promise<void> {
    const code = await drawCode(pass.page!, this.texts.say("own.label"), "M");
    this.show(() => {
      const { say } = this.texts;
      code.setAttribute("aria-label", say("own.label"));
      this.paper.put([h("p", {}, say("own.text")), code.cloneNode(true), h("p", {}, pass.page!)]);
      this.page("own", say("own.title"), h("div", { class: "given" }, code, h("div", { class: "beside" },
        h("p", { class: "text" }, say("own.text")), h("p", { class: "link" }, pass.page!),
        h("div", { class: "row" }, this.button(say("print.notice"), () => this.paper.print()), this.button(say("back"), () => this.show(() => this.taking(kind, pass)))))));
    });
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

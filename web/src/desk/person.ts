import { byID, drawing, h } from "../shared/dom";
import { pictures } from "../shared/pictures";
import { Desk, Follow, Problem, type View, type Way } from "./api";
import { FaceEye, PageEye } from "./eye";
import { Screen } from "./screen";
import { after, claimList, linesForm, nextList, outcomeText, outcomeTitle, words } from "./words";

const warnAt = 60; // seconds left
const hereEach = 20_000; // milliseconds between two words that somebody is there

/**
 * The page of the person who is checked: on the second screen of a counter, or on
 * their own phone, where they also photograph the document. It keeps the secret of
 * the link in memory, and takes it out of the address when the check is over.
 */
class Person extends Screen {
  private readonly desk: Desk;
  private view: View | null = null;
  private shown = "";
  private eye: FaceEye | PageEye | null = null;
  private ends = 0;
  private told = 0;
  private away = false;

  constructor(root: HTMLElement, said: HTMLElement) {
    super(root, said, words());
    const id = location.pathname.split("/").at(-1) ?? "";
    this.desk = new Desk(`/desk/v1/checks/${encodeURIComponent(id)}`, location.hash.slice(1));
    new Follow(this.desk, (view) => this.seen(view), () => this.gone());
    for (const event of ["pointerdown", "keydown", "scroll"]) addEventListener(event, () => this.here(), { passive: true });
    addEventListener("pagehide", () => this.eye?.stop());
    setInterval(() => this.clock(), 1000);
  }

  // What changes the screen, and what only changes words on it.
  private seen(view: View | null): void {
    this.away = view === null;
    if (!view) return this.clock();
    this.view = view;
    this.site = view.site;
    this.demo = view.demo === true;
    this.ends = performance.now() + view.left * 1000;
    const key = [view.step, view.way, view.again, view.step === "document" || view.step === "chosen" ? view.reason : ""].join();
    if (key !== this.shown) {
      this.shown = key;
      this.show(() => this.drawn());
    }
    if (view.step === "face" && this.eye instanceof FaceEye) this.eye.ask(view.prompt, this.texts.maybe(`prompt.${view.prompt}`) ?? this.texts.maybe(`hint.${view.hint}`) ?? "");
    this.clock();
  }

  private drawn(): void {
    const v = this.view!;
    if (v.step === "reading") return this.reading(v);
    if (v.step === "face") return this.looking();
    if (v.step === "ended") return this.ended(v);
    if (v.step === "staff") return this.waiting("staff");
    return v.unattended ? this.photographing(v) : this.waiting("document");
  }

  // The notice, what is handed on, and two ways of one size and one press each.
  private reading(v: View): void {
    const { say } = this.texts;
    const party = this.texts.pick(v.party);
    const alone = v.unattended ? ".alone" : "";
    const card = (way: "face" | "staff"): HTMLElement => h("section", { class: "card", "aria-labelledby": `way-${way}` },
      drawing(way === "face" ? pictures.face : pictures.help), h("h2", { id: `way-${way}` }, say(`way.${way}`)),
      h("ul", {}, ...([1, 2, 3] as const).map((n) => h("li", {}, this.texts.maybe(`way.${way}.${n}${alone}`) ?? say(`way.${way}.${n}`)))),
      this.button(say(`way.${way}.take`), () => void this.choose(way), "main"));
    this.page("reading", say("reading.title", { party }),
      v.again ? h("p", { class: "note", role: "alert" }, say("reading.again")) : null,
      h("div", { class: "notice" }, h("h2", {}, say("notice.title")), ...this.text(this.texts.pick(v.notice?.text))),
      h("div", { class: "handed" }, h("h2", {}, say("handed.title", { party })), claimList(this.texts, v.claims), ...this.text(say("handed.text"))),
      h("h2", { class: "ask" }, say("reading.choose")), h("div", { class: "cards" }, card("face"), card("staff")), this.stop());
  }

  private async choose(way: Exclude<Way, "none">): Promise<void> {
    await this.attempt(() => this.desk.post("/choose", { way, notice: this.view!.notice!.id, claims: this.view!.claims }));
  }

  private looking(): void {
    const { say } = this.texts;
    this.eye = new FaceEye(this.texts, this.desk);
    this.left(() => this.close());
    this.page("face", say("face.title"), ...this.text(say(this.view!.unattended ? "face.text.alone" : "face.text")), this.eye.element,
      h("div", { class: "row" }, this.button(say(this.view!.unattended ? "face.staff.alone" : "face.staff"), () => void this.choose("staff")), this.stop()));
  }

  private photographing(v: View): void {
    const { say } = this.texts;
    const eye = (this.eye = new PageEye(this.texts, this.desk));
    this.left(() => this.close());
    const type = h("details", { open: v.next.includes("type-the-lines") }, h("summary", {}, say("lines.title")),
      linesForm(this.texts, (lines) => void this.attempt(() => this.desk.post("/lines", { lines }))));
    const trouble = v.step === "document" ? this.trouble(v) : null;
    this.page("photograph", say("photograph.title"), trouble, ...this.text(say("photograph.text")), eye.element, type,
      h("div", { class: "row" }, this.button(say("settle.person"), () => void this.attempt(() => this.desk.post("/settle"))), this.stop()));
  }

  private trouble(v: View): HTMLElement {
    return h("div", { class: "trouble", role: "alert" }, h("p", {}, this.texts.maybe(`reason.${v.reason}`) ?? ""), nextList(this.texts, v.next, "person"));
  }

  private waiting(what: "document" | "staff"): void {
    const { say } = this.texts;
    this.page(`wait-${what}`, say(`wait.${what}`), h("div", { class: "picture" }, drawing(what === "staff" ? pictures.help : pictures.pass)), ...this.text(say(`wait.${what}.text`)), this.stop());
  }

  private ended(v: View): void {
    const { say } = this.texts;
    const r = v.result!;
    const party = this.texts.pick(v.party);
    const good = r.outcome === "same-person" && r.handedOn;
    if (location.hash) history.replaceState(null, "", location.pathname);
    this.page("ended", outcomeTitle(this.texts, r, "person"), h("div", { class: "picture" }, drawing(good ? pictures.tick : pictures.help)),
      ...this.text(...(r.outcome === "attack-suspected" ? [] : outcomeText(this.texts, r))),
      r.handedOn && good ? h("div", { class: "handed" }, h("h2", {}, say("handed.done", { party })), claimList(this.texts, r.claims)) : null,
      after(this.texts, r, "person"),
      ...this.text(say("ended.text")),
      v.return ? h("a", { class: "button main", href: v.return }, say("ended.return", { party })) : null);
  }

  private gone(): void {
    const { say } = this.texts;
    this.foot();
    this.view = null;
    this.show(() => this.page("gone", say("gone.title"), h("div", { class: "picture" }, drawing(pictures.hourglass)), ...this.text(say("gone.text"))));
  }

  private stop(): HTMLElement {
    return this.button(this.texts.say("stop"), () => void this.attempt(() => this.desk.post("/cancel")), "quiet");
  }

  private close(): void {
    this.eye?.stop();
    this.eye = null;
  }

  // What is over is said by what follows the check.
  private async attempt(what: () => Promise<void>): Promise<void> {
    try {
      await what();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.status === 0 || error.status >= 500) this.foot(h("p", {}, this.texts.say("try.again")));
    }
  }

  private here(): void {
    if (!this.view || this.view.step === "ended" || performance.now() - this.told < hereEach) return;
    this.told = performance.now();
    this.desk.let("/here");
  }

  private clock(): void {
    const { say } = this.texts;
    if (this.away) return this.foot(h("p", {}, say("away")));
    const left = Math.round((this.ends - performance.now()) / 1000);
    if (!this.view || this.view.step === "ended" || left > warnAt || left < 0) return this.foot();
    if (!this.root.querySelector(".more")) this.foot(h("p", {}, say("soon")), this.button(say("more"), () => this.more(), "more"));
  }

  private more(): void {
    this.told = performance.now();
    this.desk.let("/here");
    this.foot();
  }
}

new Person(byID("app"), byID("said"));

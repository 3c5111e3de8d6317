import { byID, drawing, fill, h } from "../shared/dom";
import { pictures } from "../shared/pictures";
import { drawCode } from "../shared/qr";
import { type Counter, Desk, Follow, Problem, type View } from "./api";
import { PageEye } from "./eye";
import { Screen } from "./screen";
import { after, claimList, linesForm, nextList, outcomeText, outcomeTitle, words } from "./words";

const listTime = 4000; // milliseconds between two looks at the other checks

/** The page of staff: begin a check, see where it stands, do what only staff can. */
class CounterPage extends Screen {
  private readonly all = new Desk("/desk/v1/counter");
  private counter: Counter | null = null;
  private desk = this.all;
  private view: View | null = null;
  private link = "";
  private follow: Follow | null = null;
  private shown = "";
  private eye: PageEye | null = null;
  private timer = 0;

  async start(): Promise<void> {
    try {
      this.counter = await this.all.get<Counter>("");
    } catch (error) {
      const forbidden = error instanceof Problem && error.status === 403;
      return this.show(() => this.page("gone", this.texts.say(forbidden ? "counter.forbidden" : "away"), this.button(this.texts.say("again"), () => void this.start(), "main")));
    }
    this.site = this.counter.site;
    this.demo = this.counter.demo;
    this.show(() => (this.counter!.signedIn ? this.beginning() : this.signing()));
  }

  private signing(): void {
    const { say } = this.texts;
    const to = this.counter!.signIn;
    this.page("signin", say("signin.title"), ...this.text(say("signin.text")), to ? h("a", { class: "button main", href: to }, say("signin.go")) : null);
  }

  protected override tools(): HTMLElement[] {
    return this.counter?.signedIn ? [this.button(this.texts.say("leave"), () => void this.leaving(), "tool")] : [];
  }

  // Checks of one's own end with it: whoever has some is told before.
  private async leaving(): Promise<void> {
    const { say } = this.texts;
    const { checks } = await this.all.get<{ checks: View[] }>("/checks").catch(() => ({ checks: [] as View[] }));
    const mine = checks.filter((v) => v.mine);
    if (mine.length === 0) return this.signOut();
    const asked = h("dialog", { "aria-labelledby": "leave", close: () => asked.remove() }, h("h2", { id: "leave" }, say("leave.title")),
      h("p", { class: "text" }, say("leave.text", { codes: mine.map((v) => v.code).join(", ") })),
      h("div", { class: "row" }, this.button(say("leave.stay"), () => asked.close(), "main"), this.button(say("leave.go"), () => { asked.close(); void this.signOut(); })));
    this.root.append(asked);
    asked.showModal();
  }

  private signOut(): Promise<void> {
    return this.attempt(async () => {
      await this.all.post("/sign-out");
      this.follow?.stop();
      this.follow = this.view = null;
      this.link = "";
      this.counter = { ...this.counter!, signedIn: false };
      const { say } = this.texts;
      this.show(() => this.page("left", say("left.title"), h("div", { class: "picture" }, drawing(pictures.lock)), ...this.text(say("left.text"), say("signin.text"))));
    });
  }

  // Who asks, what for, and how many look; below it the checks that go on.
  private beginning(): void {
    const { say } = this.texts;
    const parties = this.counter!.parties ?? [];
    if (parties.length === 0) return this.page("begin", say("begin.title"), ...this.text(say("begin.nobody")));
    const what = h("fieldset", { class: "wanted" });
    const who = h("select", { id: "party", change: () => wanted() }, ...parties.map((p) => h("option", { value: p.id }, this.texts.pick(p.name))));
    const two = h("input", { type: "checkbox", id: "two" });
    const wanted = (): void => {
      const claims = parties.find((p) => p.id === who.value)!.claims;
      fill(what, h("legend", {}, say("begin.claims")), claims.length === 0 ? h("p", { class: "text" }, say("begin.none")) : null,
        ...claims.map((c) => h("label", { class: "tick", for: `claim-${c}` }, h("input", { type: "checkbox", id: `claim-${c}`, value: c, checked: true }), h("span", {}, this.texts.maybe(`claim.${c}`) ?? c))));
    };
    wanted();
    const begin = (event: Event): void => {
      event.preventDefault();
      const claims = [...what.querySelectorAll("input")].filter((i) => i.checked).map((i) => i.value);
      void this.attempt(async () => {
        const { id, link } = await this.all.post<{ id: string; link: string }>("/checks", { party: who.value, claims, twoPeople: two.checked });
        this.open(id, link);
      });
    };
    const others = h("div", { class: "others" });
    const quiet = this.counter!.quiet ?? 0;
    this.page("begin", say("begin.title"), quiet > 0 && h("p", { class: "note" }, say("begin.quiet", { days: quiet })), h("form", { class: "begin", submit: begin },
      h("label", { for: "party" }, say("begin.party")), who, what,
      h("label", { class: "tick", for: "two" }, two, h("span", {}, say("begin.two"))),
      h("button", { type: "submit", class: "button main" }, say("begin.go"))), others);
    this.list(others);
  }

  private list(into: HTMLElement): void {
    const { say } = this.texts;
    const look = async (): Promise<void> => {
      const { checks } = await this.all.get<{ checks: View[] }>("/checks").catch(() => ({ checks: [] as View[] }));
      fill(into, checks.length > 0 && h("h2", {}, say("others.title")), ...checks.map((v) => h("div", { class: "other" },
        h("p", {}, h("strong", {}, v.code), ` ${this.texts.pick(v.party)}: ${this.doing(v)}${v.mine ? say("others.mine") : ""}`),
        this.button(say("others.open", { code: v.code }), () => this.open(v.id, "")))));
    };
    void look();
    this.timer = window.setInterval(() => void look(), listTime);
    this.left(() => clearInterval(this.timer));
  }

  private doing(v: View): string {
    if (v.reason === "second-look-missing") return this.texts.say("doing.second");
    return this.texts.say(`doing.${v.step === "ended" ? "staff" : v.step}`);
  }

  private open(id: string, link: string): void {
    this.link = link;
    this.shown = "";
    this.view = null;
    this.desk = new Desk(`/desk/v1/counter/checks/${encodeURIComponent(id)}`);
    this.follow?.stop();
    this.follow = new Follow(this.desk, (view) => this.seen(view), () => this.over());
  }

  private over(): void {
    this.follow?.stop();
    this.follow = this.view = null;
    this.link = "";
    this.foot();
    void this.start();
  }

  private seen(view: View | null): void {
    if (!view) return this.foot(h("p", {}, this.texts.say("away")));
    this.foot();
    this.view = view;
    const key = [view.step, view.way, view.reason, view.looks, view.again].join();
    if (key === this.shown) return;
    this.shown = key;
    this.show(() => this.drawn(view));
  }

  private drawn(v: View): void {
    const { say } = this.texts;
    if (v.step === "ended") return this.ended(v);
    if (v.step === "reading") return this.inviting(v);
    if (v.step === "staff") return this.looking(v);
    if (v.step === "face") return this.page("face", say("counter.face"), ...this.text(say("counter.face.text")), this.facts(v), this.ways());
    this.documents(v);
  }

  // The link is for the person alone: on the second screen, or on their phone.
  private inviting(v: View): void {
    const { say } = this.texts;
    const code = h("div", { class: "invite" });
    this.page("invite", say("invite.title"), v.again ? h("p", { class: "note" }, say("invite.again")) : null, ...this.text(say(this.link ? "invite.text" : "invite.other")), code, this.facts(v), this.ways());
    if (!this.link) return;
    const second = this.button(say("invite.screen"), () => void window.open(this.link, "facelatch-person", "popup,noopener"), "main");
    void drawCode(this.link, say("invite.code")).then((svg) => fill(code, svg, second), () => fill(code, second));
  }

  private documents(v: View): void {
    const { say } = this.texts;
    const eye = (this.eye = new PageEye(this.texts, this.desk));
    this.left(() => this.close());
    const trouble = v.step === "document" ? h("div", { class: "trouble", role: "alert" }, h("p", {}, this.texts.maybe(`reason.${v.reason}`) ?? ""), nextList(this.texts, v.next, "staff")) : null;
    this.page("document", say("document.title"), trouble, ...this.text(say(v.way === "face" ? "document.face" : "document.staff")),
      h("div", { class: "two" }, eye.element, linesForm(this.texts, (lines) => void this.attempt(() => this.desk.post("/lines", { lines })))), this.facts(v), this.ways());
  }

  // What to look at, and three answers of one size.
  private looking(v: View): void {
    const { say } = this.texts;
    const found = (what: string, label: string): HTMLElement => this.button(label, () => void this.attempt(() => this.desk.post("/look", { found: what })), "answer");
    const note = v.reason === "second-look-missing" ? say("look.second") : v.reason === "staff-unsure" ? say("look.unsure") : "";
    this.page("look", say("look.title"), note ? h("p", { class: "note", role: "alert" }, note) : null, ...this.text(say("look.text")),
      h("ol", { class: "guide" }, ...([1, 2, 3, 4, 5, 6] as const).map((n) => h("li", {}, say(`look.${n}`)))),
      h("p", { class: "text" }, h("strong", {}, say("look.ask"))),
      h("div", { class: "answers" }, found("same-person", say("look.same")), found("not-same-person", say("look.other")), found("inconclusive", say("look.unsure.take"))), this.facts(v), this.ways());
  }

  private ended(v: View): void {
    const { say } = this.texts;
    const r = v.result!;
    const good = r.outcome === "same-person" && r.handedOn && !v.revoked;
    this.link = "";
    this.page("ended", v.revoked ? say("revoked") : outcomeTitle(this.texts, r, "staff"), h("div", { class: "picture" }, drawing(good ? pictures.tick : pictures.help)), ...(v.revoked ? [] : this.text(...outcomeText(this.texts, r))),
      good ? h("div", { class: "handed" }, h("h2", {}, say("handed.done", { party: this.texts.pick(v.party) })), claimList(this.texts, r.claims)) : null,
      after(this.texts, r, "staff"),
      v.token ? h("p", {}, h("a", { class: "button", download: `result-${v.code}.jwt`, href: `data:application/jwt,${encodeURIComponent(v.token)}` }, say("ended.token"))) : null,
      ...this.text(say("ended.text")), this.button(say("ended.new"), () => this.over(), "main"),
      v.revocable ? h("div", { class: "row" }, this.button(say("revoke"), () => this.revoking(v), "quiet")) : null);
  }

  // It cannot be undone, so it is asked once more.
  private revoking(v: View): void {
    const { say } = this.texts;
    const go = (): Promise<void> =>
      this.attempt(async () => {
        asked.close();
        await this.desk.post("/revoke");
        this.show(() => this.ended({ ...v, revoked: true, revocable: false }));
      });
    const asked = h("dialog", { "aria-labelledby": "revoke", close: () => asked.remove() }, h("h2", { id: "revoke" }, say("revoke.title")),
      h("p", { class: "text" }, say("revoke.text", { party: this.texts.pick(v.party) })),
      h("div", { class: "row" }, this.button(say("revoke.stay"), () => asked.close(), "main"), this.button(say("revoke.go"), () => void go())));
    this.root.append(asked);
    asked.showModal();
  }

  private facts(v: View): HTMLElement {
    const { say } = this.texts;
    const way = v.way === "none" ? "" : say(`fact.${v.way}`);
    return h("p", { class: "facts" }, [say("fact.code", { code: v.code }), this.texts.pick(v.party), way].filter((f) => f !== "").join(" · "));
  }

  private ways(): HTMLElement {
    const { say } = this.texts;
    const go = (path: string) => () => void this.attempt(() => this.desk.post(path));
    const settle = this.view!.way === "none" ? null : this.button(say("settle"), go("/settle"), "quiet");
    return h("div", { class: "row" }, settle, this.button(say("cancel"), go("/cancel"), "quiet"), this.button(say("others.back"), () => this.over(), "quiet"));
  }

  private close(): void {
    this.eye?.stop();
    this.eye = null;
  }

  private async attempt(what: () => Promise<void>): Promise<void> {
    try {
      await what();
      this.foot();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.status === 401) return this.over();
      if (error.type.endsWith("look-does-not-count")) return this.foot(h("p", {}, this.texts.say("look.twice")));
      if (error.status === 0 || error.status >= 500 || error.status === 400) this.foot(h("p", {}, this.texts.say("try.again")));
    }
  }
}

void new CounterPage(byID("app"), byID("said"), words()).start();

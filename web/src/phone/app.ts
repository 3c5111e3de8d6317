import { Camera } from "../shared/camera";
import { Codes } from "../shared/codes";
import { drawing, fill, h } from "../shared/dom";
import { pictures } from "../shared/pictures";
import { drawCode } from "../shared/qr";
import { Scan } from "../shared/scan";
import { drop, load, save } from "../shared/store";
import type { Texts } from "../shared/texts";
import { type Holder, holder, holderText, names } from "./holder";
import type en from "./lang/en.json";
import { type Asked, passBytes, present, readAsked } from "./present";

export type Word = keyof typeof en;

const fresh = 4000; // a new presentation each so many milliseconds
const nonceLife = 18_000; // a door's nonce is good for about 20 s

/** The phone's page: a key, a pass, and the code to show at a door. */
export class App {
  private holder!: Holder;
  private pass: { text: string; bytes: Uint8Array } | null = null;
  private draw: () => void = () => undefined;
  private leave: () => void = () => undefined;
  private readonly main = h("main", {});
  private readonly top = h("header", {});

  constructor(private readonly root: HTMLElement, private readonly said: HTMLElement, private readonly texts: Texts<Word>) {
    root.append(this.top, this.main);
  }

  async start(): Promise<void> {
    this.holder = await holder();
    const text = await load<string>("phone-pass");
    const bytes = text ? passBytes(text) : null;
    this.pass = text && bytes ? { text, bytes } : null;
    this.home();
  }

  private home(): void {
    this.show(() => (this.pass ? this.door() : this.empty()));
  }

  private show(draw: () => void): void {
    this.leave();
    this.leave = () => undefined;
    this.draw = draw;
    this.redraw();
    this.main.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
  }

  private redraw(): void {
    this.leave();
    this.leave = () => undefined;
    document.documentElement.lang = this.texts.lang;
    document.title = this.texts.say("page.title");
    const turn = (lang: string) => () => {
      this.texts.lang = lang;
      this.redraw();
    };
    fill(this.top, h("p", {}, h("strong", {}, this.texts.say("page.title"))), ...this.texts.others.map((lang) => h("button", { type: "button", class: "button", lang, click: turn(lang) }, drawing(pictures.globe), this.texts.nameOf(lang))));
    this.draw();
  }

  private page(name: string, ...rest: Parameters<typeof fill>[1][]): void {
    this.root.className = `screen-${name}`;
    fill(this.main, ...rest);
    this.said.textContent = this.main.querySelector("h1")?.textContent ?? "";
  }

  private title = (word: Word): HTMLElement => h("h1", { tabindex: -1 }, this.texts.say(word));
  private text = (word: Word): HTMLElement => h("p", { class: "text" }, this.texts.say(word));

  private button(text: string, press: () => void, kind = "", picture?: keyof typeof pictures): HTMLButtonElement {
    return h("button", { type: "button", class: `button ${kind}`, click: press }, picture ? drawing(pictures[picture]) : null, text);
  }

  private back = (): HTMLButtonElement => this.button(this.texts.say("back"), () => this.home(), "last", "back");

  private empty(): void {
    const { say } = this.texts;
    this.page("empty", this.title("new.title"), this.text("new.text"),
      this.button(say("new.key"), () => this.show(() => this.key()), "big main", "square"), this.button(say("new.scan"), () => this.show(() => this.scan()), "big main", "pass"));
  }

  private key(): void {
    const given = h("div", { class: "given" });
    this.page("key", this.title("key.title"), given, this.text("key.text"), this.back());
    void drawCode(holderText(this.holder), this.texts.say("key.label"), "M").then((code) => fill(given, code));
    given.dataset["text"] = holderText(this.holder);
  }

  // A camera's picture in which codes are looked for, until the screen is left.
  private reader(found: (text: string) => void, note: HTMLElement): HTMLElement {
    const camera = new Camera((state) => (note.textContent = state === "ok" || state === "covered" ? "" : this.texts.say("camera.trouble")), "environment");
    const scan = new Scan(camera, new Codes("reader.js"), found, () => undefined);
    const watch = setInterval(() => camera.check(), 300);
    void camera.start();
    scan.start();
    this.leave = () => {
      clearInterval(watch);
      scan.stop();
      camera.stop();
    };
    return h("div", { class: "panel" }, camera.video);
  }

  private field(label: Word, done: Word, use: (text: string) => void): HTMLElement[] {
    const input = h("input", { type: "text", autocomplete: "off", autocapitalize: "characters", spellcheck: "false" });
    return [h("label", { class: "field" }, this.texts.say(label), input), this.button(this.texts.say(done), () => use(input.value.trim()))];
  }

  private scan(): void {
    const note = h("p", { class: "note", role: "alert" });
    const take = (text: string): void => void this.take(text, note);
    this.page("scan", this.title("scan.title"), this.reader(take, note), this.text("scan.text"), note, ...this.field("scan.type", "paste", take), this.back());
  }

  // A pass that names another phone's key is of no use here; one without a key is shown as it is.
  private async take(text: string, note: HTMLElement): Promise<void> {
    const bytes = passBytes(text);
    if (!bytes || bytes.length < 40) return void (note.textContent = this.texts.say("scan.wrong"));
    if (names(bytes, this.holder) === "other") return void (note.textContent = this.texts.say("scan.other"));
    this.pass = { text, bytes };
    await save("phone-pass", text);
    this.home();
  }

  private door(): void {
    if (names(this.pass!.bytes, this.holder) === "nobody") return this.paper();
    const { say } = this.texts;
    const note = h("p", { class: "note", role: "alert" });
    const use = (id: string): void => {
      const digits = id.replace(/[\s:-]/g, "").toLowerCase();
      if (!/^[0-9a-f]{16}$/.test(digits) || /^0+$/.test(digits)) return void (note.textContent = say("door.wrong"));
      const bytes = new Uint8Array(8).map((_, i) => parseInt(digits.slice(2 * i, 2 * i + 2), 16));
      void save("phone-door", digits);
      this.present({ door: bytes });
    };
    const known = h("div", {});
    void load<string>("phone-door").then((id) => id && fill(known, this.button(say("door.known", { id }), () => use(id))));
    this.page("door", this.title("door.title"), this.text("door.text"), this.button(say("door.scan"), () => this.show(() => this.look()), "big main", "square"),
      known, h("details", {}, h("summary", {}, say("door.type")), ...this.field("door.type", "door.use", use), note), this.removal());
  }

  private removal(): HTMLElement {
    return this.button(this.texts.say("remove"), () => this.show(() => {
      const gone = (): void => {
        this.pass = null;
        void drop("phone-pass");
        this.home();
      };
      this.page("remove", this.title("remove.title"), this.text("remove.text"), this.button(this.texts.say("remove.yes"), gone), this.back());
    }), "last");
  }

  private paper(): void {
    const given = h("div", { class: "given" });
    this.page("paper", this.title("show.title"), given, this.text("show.plain"), this.text("show.bright"), this.removal());
    void drawCode(this.pass!.text, this.texts.say("show.label")).then((code) => fill(given, code));
    given.dataset["text"] = this.pass!.text;
  }

  private look(): void {
    const note = h("p", { class: "note", role: "alert" });
    const found = (text: string): void => {
      const asked = readAsked(text);
      if (asked) this.present(asked);
    };
    this.page("look", this.title("look.title"), this.reader(found, note), this.text("look.text"), note, this.back());
  }

  private present(asked: Asked): void {
    const began = Date.now();
    this.show(() => {
      const given = h("div", { class: "given" });
      const bar = h("span", {});
      const again = this.button(this.texts.say("door.scan"), () => this.show(() => this.look()), "main", "square");
      this.page("show", this.title("show.title"), given, "nonce" in asked ? h("div", { class: "bar", "aria-hidden": "true" }, bar) : null, this.text("show.text"), this.text("show.bright"), again, this.back());
      const left = nonceLife - (Date.now() - began);
      if ("nonce" in asked) bar.animate([{ transform: `scaleX(${Math.max(0, left) / nonceLife})` }, { transform: "scaleX(0)" }], { duration: Math.max(1, left), fill: "forwards" });
      const step = async (): Promise<void> => {
        if ("nonce" in asked && Date.now() - began > nonceLife) return this.over();
        const text = await present(this.holder.key, this.pass!.bytes, Math.floor(Date.now() / 1000), asked);
        fill(given, await drawCode(text, this.texts.say("show.label")));
        given.dataset["text"] = text;
      };
      const timer = setInterval(() => void step(), fresh);
      this.leave = () => clearInterval(timer);
      void step();
    });
  }

  private over(): void {
    this.show(() => this.page("over", this.title("show.over"), drawing(pictures.again, "picture"), this.button(this.texts.say("door.scan"), () => this.show(() => this.look()), "big main", "square"), this.back()));
  }
}

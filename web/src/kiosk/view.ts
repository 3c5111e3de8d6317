import { asked } from "../shared/asked";
import { drawing, fill, h } from "../shared/dom";
import { frame, outline, pictures, ring } from "../shared/pictures";
import { heard, phrases } from "./phrases";
import type { Button, Look } from "./screens";
import type { Words } from "./words";

/** What a person can press, besides a keypad. */
export interface Actions {
  press(button: Button): void;
  notice(): void;
  pin(): void;
  speak(): void;
  language(): void;
}

/** What to show of one screen. Texts are ready to read. */
export interface Sight {
  name: string;
  look: Look;
  title: string;
  text: string;
  hint: string | null;
  /** What a screen shows that asks for something, by its name. */
  asks: string;
  way: string;
  pin: boolean;
  /** Milliseconds for the ring, 0 for none. */
  until: number;
  /** What is said above everything else; "" for nothing. */
  banner: string;
  place: string;
  /** The door's, until somebody has compared it; "" after. */
  fingerprint: string;
  speaking: boolean | null;
  /** Whether there is a picture of this browser's camera to aim with. */
  preview: boolean;
  /** "" if there is none to read. */
  notice: string;
}

/** The page's markup, kept up to date. The camera's panel is made once: a video that is moved stops. */
export class View {
  private readonly banner = h("aside", { class: "demo", hidden: true });
  private readonly place = h("p", { class: "place" });
  private readonly tools = h("div", { class: "tools" });
  private readonly main = h("main", {});
  private readonly words = h("div", { class: "words" });
  private readonly panel: HTMLElement;
  private readonly figure = h("div", { class: "figure" });
  private readonly over = h("div", { class: "over" });
  private readonly footer = h("footer", { class: "way" });
  private readonly preview = h("canvas", { width: 72, height: 72, "aria-hidden": "true" });
  private readonly watch = h("div", { class: "watch" });
  /** Where a phone finds the door's nonce. */
  readonly beside = h("div", { class: "beside", hidden: true });

  constructor(private readonly root: HTMLElement, private readonly said: HTMLElement, private readonly video: HTMLVideoElement, private readonly words_: Words, private readonly actions: Actions) {
    this.panel = h("div", { class: "panel" }, video, this.preview, this.over);
    this.main.append(h("div", { class: "stage" }, this.panel, this.figure, this.watch), this.words);
    root.append(this.banner, h("header", {}, this.place, this.tools), this.main, this.footer);
  }

  show(s: Sight): void {
    this.frame(s);
    this.picture(s);
    const button = s.look.button && h("button", { type: "button", class: `button huge ${s.look.button}`, click: () => this.actions.press(s.look.button!) }, drawing(pictures.hand), this.words_.say(s.look.button));
    const hint = s.hint && h("p", { class: "hint" }, ...phrases(s.hint));
    fill(this.words, h("h1", { tabindex: -1 }, ...phrases(s.title)), hint || null, h("p", { class: "text" }, ...phrases(s.text)), button || null);
    if (s.name === "ready") this.words.append(this.beside);
    this.watch.hidden = s.name !== "ready";
    const watch = [drawing(pictures.square), h("span", {}, ...phrases(this.words_.say("ready.watch")))];
    fill(this.watch, ...(s.notice ? [h("button", { type: "button", class: "button", click: () => this.actions.notice() }, ...watch)] : watch));
    this.announce([s.title, s.hint ?? "", s.text].filter(Boolean).join(" "));
  }

  /** Shows a form, such as the keypad, in place of picture and words. */
  form(s: Sight, element: HTMLElement): void {
    this.frame(s);
    this.panel.className = "panel away";
    this.watch.hidden = true;
    this.figure.replaceChildren();
    this.words.replaceChildren(element);
    element.querySelector("h1")?.focus({ preventScroll: true });
  }

  /** Changes the hint of the screen that is shown, without drawing it again. */
  rehint(hint: string | null): void {
    const element = this.words.querySelector(".hint");
    if (!hint) element?.remove();
    else if (element && element.textContent !== heard(hint)) {
      fill(element, ...phrases(hint));
      this.announce(hint);
    } else if (!element) {
      this.words.querySelector("h1")?.after(h("p", { class: "hint" }, ...phrases(hint)));
      this.announce(hint);
    }
  }

  /** Gives the whole screen a colour, or its own. People who asked for less motion see their own. */
  light(colour: string | undefined): void {
    if (colour) this.root.dataset["light"] = colour;
    else delete this.root.dataset["light"];
  }

  private announce(text: string): void {
    if (this.said.textContent !== heard(text)) this.said.textContent = heard(text);
  }

  private frame(s: Sight): void {
    this.root.className = `tone-${s.look.tone} screen-${s.name}`;
    document.documentElement.lang = this.words_.lang;
    document.title = this.words_.say("page.title");
    this.banner.hidden = !s.banner;
    this.banner.textContent = s.banner;
    this.banner.setAttribute("aria-label", s.banner);
    fill(this.place, s.place, s.fingerprint ? h("span", { class: "fingerprint" }, s.fingerprint) : null);
    this.toolbar(s);
    const pin = s.pin && h("button", { type: "button", class: "button main pin", click: () => this.actions.pin() }, drawing(pictures.keys), this.words_.say("pin.button"));
    fill(this.footer, drawing(pictures.other), h("p", {}, ...phrases(s.way)), pin);
  }

  private toolbar(s: Sight): void {
    const other = this.words_.other;
    const speak = s.speaking === null ? null : h("button", { type: "button", class: "button tool", "aria-pressed": String(s.speaking), click: () => this.actions.speak() }, drawing(s.speaking ? pictures.hush : pictures.speak), h("span", {}, this.words_.say(s.speaking ? "speak.off" : "speak.on")));
    const language = other && h("button", { type: "button", class: "button tool", lang: other, click: () => this.actions.language() }, drawing(pictures.globe), this.words_.nameOf(other));
    const had = this.tools.contains(document.activeElement) ? [...this.tools.children].indexOf(document.activeElement as Element) : -1;
    fill(this.tools, speak, language || null);
    if (had >= 0) (this.tools.children[had] as HTMLElement | undefined)?.focus();
  }

  private picture(s: Sight): void {
    const { figure } = s.look;
    const live = figure === "outline" || figure === "aim";
    if (live && s.preview) {
      this.panel.className = `panel ${figure}`;
      this.figure.replaceChildren();
      this.over.replaceChildren(drawing(figure === "aim" ? frame : outline));
    } else {
      this.panel.className = "panel away";
      this.over.replaceChildren();
      this.figure.replaceChildren(drawing(live ? pictures.pass : figure === "ring" ? ring : figure === "prompt" ? asked[s.asks] ?? pictures.face : pictures[figure], "picture"));
    }
    if (s.until > 0) this.count(s.until);
  }

  private count(milliseconds: number): void {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    for (const timer of this.main.querySelectorAll(".timer")) {
      timer.animate([{ strokeDashoffset: 1 }, { strokeDashoffset: 0 }], { duration: milliseconds, fill: "forwards", easing: calm ? "steps(4)" : "linear" });
    }
  }

  /** Draws what the camera sees into the aiming frame, coarse on purpose: enough to aim, not to recognise. */
  aim(): void {
    const { videoWidth: w, videoHeight: h_ } = this.video;
    if (!w || !this.panel.classList.contains("aim")) return;
    const side = Math.min(w, h_);
    this.preview.getContext("2d")!.drawImage(this.video, (w - side) / 2, (h_ - side) / 2, side, side, 0, 0, this.preview.width, this.preview.height);
  }
}

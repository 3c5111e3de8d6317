import { toBase45 } from "../shared/base45";
import { fromBase64 } from "../shared/base64";
import { h } from "../shared/dom";
import { drawCode } from "../shared/qr";
import { notice, pairing, PINForm } from "./forms";
import { forget, type Identity, known, pair } from "./identity";
import type { Keypad } from "./keypad";
import { Lens, Seen } from "./lens";
import { Link } from "./link";
import { phrases } from "./phrases";
import type { Config, FromDoor, FromPage, Screen } from "./protocol";
import type { Button, Name, Own } from "./screens";
import { sight, type State } from "./sight";
import { View } from "./view";
import { Voice } from "./voice";
import { Words } from "./words";

const idleTime = 60_000; // until the door speaks its own language again, and forgets what was typed
const warnTime = 40_000; // until somebody who types is asked whether they are there

/** Whether a face is being looked at. */
const looks = (screen: Screen | null): boolean => screen?.key === "look" || screen?.key === "prompt";

/** The kiosk page: what the daemon says is shown, what people do is sent. It decides nothing. */
export class App {
  private readonly words = new Words();
  private readonly voice = new Voice(() => this.draw());
  private readonly seen = new Seen();
  private readonly lens: Lens;
  private readonly view: View;
  private link: Link | null = null;
  private state: State = { config: null, screen: null, camera: "ok", preview: false, looked: false, speaking: null };
  private own: Own | null = "connecting";
  private pin: PINForm | null = null;
  private pairing: Keypad | null = null;
  private reading = false; // the notice
  private scanning = false;
  private away = 0;
  private frames: "off" | "look" | "qr" = "off";
  private idle = 0;
  private warn = 0;
  private nonce = "";
  private noReader = false;
  private greeted = false; // this connection is new: the daemon does not know the camera's state

  constructor(root: HTMLElement, said: HTMLElement) {
    this.lens = new Lens({
      camera: (state) => this.cameraIs(state), code: (text) => this.code(text), drawn: () => this.view.aim(),
      blind: () => this.blind(), frame: (jpeg) => this.link?.frame(jpeg), flush: () => this.link?.flush(),
    });
    this.view = new View(root, said, this.lens.camera.video, this.words, {
      press: (button) => this.press(button), notice: () => this.reads(true), pin: () => this.openPIN(), speak: () => this.speak(), language: () => this.language(),
    });
    addEventListener("pointerdown", () => this.active());
    addEventListener("keydown", (event) => this.key(event));
  }

  async start(): Promise<void> {
    if (!isSecureContext) {
      this.own = "insecure";
      return this.draw();
    }
    const identity = await known();
    if (identity) this.connect(identity);
    else this.askToPair();
    this.draw();
  }

  private connect(identity: Identity): void {
    this.pairing = null;
    this.own = "connecting";
    this.link = new Link(identity, { opened: () => this.opened(), message: (m) => this.message(m), lost: (why) => void this.lost(why) });
    this.link.connect();
    this.draw();
  }

  // The first config on a connection.
  private opened(): void {
    this.greeted = this.own !== null;
    this.own = null;
    if (this.greeted) this.draw();
  }

  private async lost(why: string): Promise<void> {
    this.pin = null;
    this.frames = "off";
    this.lens.send(false, 0, 0);
    this.lens.read(false);
    this.scanning = this.reading = false;
    this.state.screen = null;
    this.view.light(undefined);
    if (["unpaired", "not-paired"].includes(why)) {
      this.link = null;
      await forget();
      this.askToPair();
    } else this.own = why === "already connected" ? "elsewhere" : this.state.config ? "lost" : "connecting";
    this.draw();
  }

  private askToPair(): void {
    const keypad = pairing(this.words, (code) => void this.tryPair(keypad, code));
    this.pairing = keypad;
    // Whoever runs the door may open the page with the code in its address.
    const code = /^#pair=(\d{8})$/.exec(location.hash)?.[1];
    if (!code) return;
    history.replaceState(null, "", location.pathname);
    void this.tryPair(keypad, code);
  }

  private async tryPair(keypad: Keypad, code: string): Promise<void> {
    keypad.busy(true);
    const result = await pair(code);
    keypad.busy(false);
    if (typeof result !== "string") return this.connect(result);
    keypad.clear();
    keypad.say(this.words.say(`pairing.${result}`));
  }

  private message(m: FromDoor): void {
    switch (m.t) {
      case "config":
        return this.configured(m);
      case "nonce":
        if (this.state.config) this.state.config.nonce = m.nonce;
        return void this.showNonce();
      case "screen":
        return this.screen(m);
      case "frames":
        this.frames = m.mode;
        this.lens.send(false, 0, 0);
        this.eyes();
        if (m.mode !== "off") this.lens.send(true, m.max_fps ?? 15, m.width ?? 1280);
    }
  }

  private configured(config: Config): void {
    const before = this.state.config;
    this.state.config = config;
    this.words.offer(config.langs);
    this.eyes();
    if (this.state.preview && this.greeted) this.send({ t: "camera", state: this.state.camera });
    if (this.noReader && this.greeted) this.send({ t: "noreader" });
    this.greeted = false;
    if (JSON.stringify({ ...before, nonce: "" }) !== JSON.stringify({ ...config, nonce: "" })) this.draw();
    void this.showNonce();
  }

  private screen(screen: Screen): void {
    const before = this.state.screen;
    this.state.screen = screen;
    this.view.light(screen.light);
    if (looks(screen)) this.state.looked = true;
    if (screen.key !== "ready") this.reading = false;
    if (screen.key === "ready") this.state.looked = false;
    else if (["checking", "about-to-look", "look", "prompt", "opened", "locked", "latch-failed"].includes(screen.key)) this.pin = null;
    if (before?.key === screen.key && screen.key === "look") return this.view.rehint(this.words.hint(screen.hint));
    if (before?.key === screen.key && screen.key === "prompt" && before.hint === screen.hint) return;
    void this.showNonce();
    this.eyes();
    this.draw(true);
  }

  // Where the camera is open and looked through: never for codes and for frames at a time.
  private eyes(): void {
    const { config, screen } = this.state;
    const door = config?.camera === "door" || (config && !config.browserQR && this.frames === "off" && !looks(screen));
    this.state.preview = !!config && !door;
    if (!config || door) return;
    this.lens.open();
    const looking = screen?.key === "about-to-look" || looks(screen);
    const read = config.browserQR && this.frames === "off" && !looking;
    if (read && !this.scanning) this.seen.resume(performance.now());
    this.scanning = read;
    this.lens.read(read);
  }

  private blind(): void {
    this.noReader = true;
    this.send({ t: "noreader" });
  }

  private cameraIs(state: State["camera"]): void {
    this.state.camera = state;
    this.send({ t: "camera", state });
    this.draw();
  }

  private code(text: string): void {
    if (this.own || this.pin || this.reading) return;
    const what = this.seen.sight(text, performance.now());
    if (what === "send") this.send({ t: "code", text });
    else if (what === "held" && this.name() === "ready") this.takeAway();
  }

  private takeAway(): void {
    this.view.rehint(this.words.hint("take-pass-away"));
    clearTimeout(this.away);
    this.away = window.setTimeout(() => this.draw(), 1500);
  }

  // For phones, where they are a way in and would work now.
  private async showNonce(): Promise<void> {
    const { config, screen } = this.state;
    const phones = (screen?.ways ?? config?.methods ?? []).includes("phone");
    const nonce = phones ? config?.nonce : "";
    this.view.beside.hidden = !nonce;
    if (!nonce || nonce === this.nonce) return;
    this.nonce = nonce;
    const label = this.words.say("ready.phone");
    this.view.beside.replaceChildren(await drawCode(`FLN1:${toBase45(fromBase64(nonce))}`, label, "M"), h("p", {}, ...phrases(label)));
  }

  private name(): Name {
    if (this.own) return this.own;
    const key = this.state.screen?.key ?? "ready";
    const blind = this.state.preview && this.state.camera !== "ok";
    return blind && key === "ready" ? "no-camera" : key;
  }

  private draw(speak = false): void {
    this.state.speaking = this.voice.speaks(this.words.lang) ? this.voice.on : null;
    const s = sight(this.name(), this.state, this.words);
    if (this.pairing) return this.view.form({ ...s, name: "pairing", pin: false }, this.pairing.element);
    if (this.pin) return this.view.form({ ...s, name: "pin", pin: false }, this.pin.keypad.element);
    if (this.reading) return this.view.form({ ...s, name: "notice" }, notice(this.words, s.notice, () => this.reads(false)));
    this.view.show(s);
    if (speak) this.voice.say([s.title, s.hint ?? "", s.text].join(" "), this.words.lang);
  }

  private press(button: Button): void {
    this.send({ t: button === "stop" ? "cancel" : button });
  }

  private openPIN(): void {
    const { screen } = this.state;
    this.reading = false;
    if (screen?.key === "about-to-look") this.send({ t: "notme" });
    else if (screen && screen.key !== "ready") this.send({ t: "cancel" });
    this.pin = new PINForm(this.words, () => this.draw(), (number, code) => {
      this.closePIN();
      this.send({ t: "pin", number, code });
    }, () => this.closePIN());
    this.draw();
  }

  private reads(on: boolean): void {
    this.reading = on;
    this.draw();
    if (on) this.voice.say(this.words.pick(this.state.config?.notice), this.words.lang);
  }

  private closePIN(): void {
    this.pin = null;
    this.draw();
  }

  private speak(): void {
    this.voice.turn(!this.voice.on);
    this.draw(true);
  }

  private language(): void {
    this.choose(this.words.other);
  }

  private choose(lang: string): void {
    this.words.choose(lang);
    this.nonce = "";
    this.send({ t: "lang", lang: this.words.lang });
    if (this.pairing) this.askToPair();
    if (this.pin) this.pin.translate();
    this.draw(true);
    void this.showNonce();
  }

  private send(message: FromPage): void {
    this.link?.send(message);
  }

  private key(event: KeyboardEvent): void {
    this.active();
    const keypad = this.pairing ?? this.pin?.keypad;
    if (event.key === "Escape" && this.pin) this.closePIN();
    else if (event.key === "Escape" && this.reading) this.reads(false);
    else if (keypad?.press(event)) event.preventDefault();
  }

  private active(): void {
    clearTimeout(this.idle);
    clearTimeout(this.warn);
    this.pin?.keypad.say("");
    this.warn = window.setTimeout(() => this.pin?.keypad.say(this.words.say("pin.still")), warnTime);
    this.idle = window.setTimeout(() => this.rest(), idleTime);
  }

  private rest(): void {
    if (this.pin) this.closePIN();
    if (this.reading) this.reads(false);
    if (this.voice.on) this.speak(); // off
    if (this.words.lang !== this.words.first && !this.pairing) this.choose(this.words.first);
  }
}

import { Camera } from "../shared/camera";
import { asked } from "../shared/asked";
import { drawing, h } from "../shared/dom";
import { outline } from "../shared/pictures";
import type { Texts } from "../shared/texts";
import { type Desk, Problem } from "./api";
import type { Word } from "./words";

/**
 * What both cameras share: a picture that is shown, taken and overwritten. The
 * camera is open from when the eye is made until it is stopped.
 */
abstract class Eye {
  readonly element: HTMLElement;
  protected readonly camera: Camera;
  protected readonly canvas = document.createElement("canvas");
  protected readonly hint = h("p", { class: "hint", "aria-live": "polite" });
  protected running = true;

  constructor(protected readonly texts: Texts<Word>, facing: "user" | "environment", over: Element | null, kind: string) {
    this.camera = new Camera((state) => this.trouble(state === "denied" || state === "dead"), facing);
    this.element = h("div", { class: `eye ${kind}` }, h("div", { class: "panel outline" }, this.camera.video, over && h("div", { class: "over" }, over)), this.hint);
    void this.camera.start();
  }

  stop(): void {
    this.running = false;
    this.camera.stop();
    this.canvas.getContext("2d")!.fillRect(0, 0, this.canvas.width, this.canvas.height);
    this.canvas.width = this.canvas.height = 1;
  }

  say(hint: string): void {
    if (this.hint.textContent !== hint) this.hint.textContent = hint;
  }

  private trouble(there: boolean): void {
    this.say(there ? this.texts.say("camera.trouble") : "");
  }

  protected take(most: number, quality: number): Promise<Blob | null> {
    const { video } = this.camera;
    const scale = Math.min(1, most / Math.max(video.videoWidth, video.videoHeight));
    this.canvas.width = Math.round(video.videoWidth * scale);
    this.canvas.height = Math.round(video.videoHeight * scale);
    this.canvas.getContext("2d", { alpha: false })!.drawImage(video, 0, 0, this.canvas.width, this.canvas.height);
    return new Promise((resolve) => this.canvas.toBlob(resolve, "image/jpeg", quality));
  }
}

const between = 150; // milliseconds between frames, beside what the desk takes

/** Sends frames of the face, one at a time, until it is stopped. */
export class FaceEye extends Eye {
  private prompt = "";

  /** Says what is asked for before the camera, and draws it; no prompt takes it away. */
  ask(prompt: string, words: string): void {
    this.say(words);
    if (prompt === this.prompt) return;
    this.prompt = prompt;
    this.element.querySelector(".asked")?.remove();
    const drawn = asked[prompt];
    if (drawn) this.hint.before(drawing(drawn, "asked"));
  }

  constructor(texts: Texts<Word>, private readonly desk: Desk) {
    super(texts, "user", drawing(outline), "face");
    void this.loop();
  }

  private async loop(): Promise<void> {
    let pause = between;
    while (this.running) {
      await new Promise((done) => setTimeout(done, pause));
      this.camera.check();
      if (!this.running || !this.camera.live) continue;
      pause = between;
      try {
        const jpeg = await this.take(1280, 0.9);
        if (jpeg && this.running) await this.desk.send("/frame", jpeg);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        pause = 1000; // busy, away or over: what follows the check says which
      }
    }
  }
}

/** Shows a document, and sends a picture of it when the button is pressed. */
export class PageEye extends Eye {
  private readonly button: HTMLButtonElement;

  constructor(texts: Texts<Word>, private readonly desk: Desk) {
    super(texts, "environment", null, "page");
    this.button = h("button", { type: "button", class: "button main", click: () => void this.shoot() }, texts.say("page.take"));
    this.element.append(this.button);
    this.camera.video.addEventListener("playing", () => void this.sharpen(), { once: true });
  }

  // Lines are small: the largest picture that the camera has, if it can.
  private async sharpen(): Promise<void> {
    const stream = this.camera.video.srcObject;
    if (!(stream instanceof MediaStream)) return;
    await stream.getVideoTracks()[0]?.applyConstraints({ width: { ideal: 2560 }, height: { ideal: 1440 } }).catch(() => undefined);
  }

  private async shoot(): Promise<void> {
    if (!this.camera.live) return this.say(this.texts.say("camera.trouble"));
    this.button.disabled = true;
    this.say(this.texts.say("page.reading"));
    try {
      const jpeg = await this.take(2560, 0.92);
      if (jpeg && this.running) await this.desk.send("/document", jpeg);
      this.say("");
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.say(error.status === 422 || error.status === 413 ? this.texts.say("page.bad") : this.texts.say("try.again"));
    } finally {
      this.button.disabled = false;
    }
  }
}

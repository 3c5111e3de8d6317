import { Camera } from "../shared/camera";
import { drawing, h } from "../shared/dom";
import { outline } from "../shared/pictures";
import type { Texts } from "../shared/texts";
import type { Word } from "./app";
import { frame } from "./api";

const twice = 1500; // within which two touches count as two

/**
 * Sends frames to the station until it has enough good ones, one at a time, and
 * shows what it says of them. Its canvas is overwritten when it stops.
 *
 * Whoever touches the picture twice, or presses 0 twice, says that this is not
 * their own wish: the station is told with the next frame, and nothing here
 * changes.
 */
export class Portrait {
  readonly element: HTMLElement;
  private readonly camera = new Camera((state) => this.trouble(state !== "ok"));
  private readonly canvas = document.createElement("canvas");
  private readonly hint = h("p", { class: "hint", "aria-live": "polite" });
  private readonly count = h("p", { class: "count" });
  private running = true;
  private own = true;
  private touched = -Infinity;
  private readonly key = (event: KeyboardEvent): void => {
    if (event.key === "0" && !event.repeat) this.touch(event.timeStamp);
  };

  constructor(private readonly texts: Texts<Word>, private readonly enrolment: string, private readonly done: (error?: unknown) => void) {
    addEventListener("keydown", this.key);
    this.element = h("div", { class: "portrait" }, h("div", { class: "panel outline", pointerdown: (event) => this.touch(event.timeStamp) }, this.camera.video, h("div", { class: "over" }, drawing(outline))), h("div", {}, this.hint, this.count));
    void this.camera.start();
    void this.loop();
  }

  stop(): void {
    this.running = false;
    removeEventListener("keydown", this.key);
    this.camera.stop();
    this.canvas.getContext("2d")!.fillRect(0, 0, this.canvas.width, this.canvas.height);
    this.canvas.width = this.canvas.height = 1;
  }

  private touch(at: number): void {
    if (at - this.touched < twice) this.own = false;
    this.touched = at;
  }

  private trouble(there: boolean): void {
    this.hint.textContent = there ? this.texts.say("camera.trouble") : "";
  }

  private async loop(): Promise<void> {
    while (this.running) {
      await new Promise((resolve) => setTimeout(resolve, 120));
      this.camera.check();
      if (!this.running || !this.camera.live) continue;
      try {
        if (await this.step()) return this.done();
      } catch (error) {
        if (this.running) return this.done(error);
      }
    }
  }

  private async step(): Promise<boolean> {
    const jpeg = await this.take();
    if (!jpeg || !this.running) return false;
    const { good, need, hint } = await frame(this.enrolment, jpeg, this.own);
    if (!this.running) return false;
    this.hint.textContent = this.texts.maybe(`hint.${hint}`) ?? "";
    this.count.textContent = this.texts.say("camera.progress", { good, need });
    this.element.querySelector<SVGElement>(".timer")?.style.setProperty("stroke-dashoffset", String(1 - Math.min(1, good / need)));
    return good >= need;
  }

  private take(): Promise<Blob | null> {
    const { video } = this.camera;
    this.canvas.width = Math.min(1280, video.videoWidth);
    this.canvas.height = Math.round((this.canvas.width * video.videoHeight) / video.videoWidth);
    this.canvas.getContext("2d", { alpha: false })!.drawImage(video, 0, 0, this.canvas.width, this.canvas.height);
    return new Promise((resolve) => this.canvas.toBlob(resolve, "image/jpeg", 0.9));
  }
}

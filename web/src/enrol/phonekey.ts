import { fromBase45 } from "../shared/base45";
import { toBase64 } from "../shared/base64";
import { Camera } from "../shared/camera";
import { Codes } from "../shared/codes";
import { drawing, fill, h } from "../shared/dom";
import { pictures } from "../shared/pictures";
import { Scan } from "../shared/scan";
import type { Texts } from "../shared/texts";
import type { Word } from "./app";

/** What a phone's page shows: "FLH1:" and Base45 of its public key, x and y of P-256. */
export function readHolder(text: string): string | null {
  const key = text.startsWith("FLH1:") ? fromBase45(text.slice(5)) : null;
  return key?.length === 64 ? toBase64(key) : null;
}

/** A choice beside a plain pass: bind it to the phone whose code the camera reads. */
export class PhoneKey {
  readonly element = h("div", { class: "phonekey" });
  private camera: Camera | null = null;
  private scan: Scan | null = null;

  constructor(private readonly texts: Texts<Word>, private holder: string, private readonly found: (holder: string) => void) {
    this.draw();
  }

  stop(): void {
    this.scan?.stop();
    this.camera?.stop();
    this.scan = this.camera = null;
  }

  private draw(): void {
    const { say } = this.texts;
    const set = (holder: string) => {
      this.stop();
      this.holder = holder;
      this.found(holder);
      this.draw();
    };
    const without = h("button", { type: "button", class: "button", click: () => set("") }, say("phone.stop"));
    if (this.holder) fill(this.element, h("p", { class: "bound" }, drawing(pictures.done), say("phone.done")), without);
    else if (this.camera) fill(this.element, h("div", { class: "panel small" }, this.camera.video), h("p", {}, say("phone.scan")), without);
    else fill(this.element, h("button", { type: "button", class: "button", click: () => this.look(set) }, drawing(pictures.pass), say("phone.add")));
  }

  private look(set: (holder: string) => void): void {
    this.camera = new Camera(() => undefined);
    this.scan = new Scan(this.camera, new Codes("reader.js"), (text) => {
      const holder = readHolder(text);
      if (holder) set(holder);
    }, () => undefined);
    void this.camera.start();
    this.scan.start();
    this.draw();
  }
}

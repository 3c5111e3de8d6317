import { Camera } from "../shared/camera";
import { Codes } from "../shared/codes";
import { drawing, fill, h } from "../shared/dom";
import { pictures } from "../shared/pictures";
import { Scan } from "../shared/scan";
import type { Texts } from "../shared/texts";
import { meet, Problem, type Whose } from "./api";
import type { Word } from "./app";

/** The last part of a link to a holder's own page. */
export const readLink = (text: string): string | null => /^https:\/\/[^/]+\/me\/([A-Z2-7]{26})$/.exec(text)?.[1] ?? null;

/**
 * For staff: whose pass it is. They type what they call the holder, or the holder
 * shows the code of their own page. Left empty, the record that is made is called
 * after the pass.
 */
export class Naming {
  readonly element = h("section", { class: "whose" });
  /** What staff typed. */
  label = "";
  /** Somebody who is on record, or is to be added with the label. */
  whose: Whose | null = null;
  private camera: Camera | null = null;
  private scan: Scan | null = null;
  // Counts what was stopped, so that an answer that comes late names nobody.
  private turn = 0;

  constructor(private readonly texts: Texts<Word>, private readonly met: (child: boolean) => void) {}

  /** Forgets everything. */
  clear(): void {
    this.stop();
    this.label = "";
    this.whose = null;
  }

  stop(): void {
    this.turn++;
    this.scan?.stop();
    this.camera?.stop();
    this.scan = this.camera = null;
  }

  draw(note: Word | "" = ""): void {
    const { say } = this.texts;
    const button = (text: Word, click: () => void) => h("button", { type: "button", class: "button quiet", click }, say(text));
    const again = button("whose.other", () => {
      this.clear();
      this.draw();
    });
    if (this.whose?.holder) fill(this.element, h("p", { class: "bound" }, drawing(pictures.done), say("whose.known")), again);
    else if (this.camera) fill(this.element, h("div", { class: "panel small" }, this.camera.video), h("p", {}, say("whose.scan")), again);
    else {
      const field = h("input", { id: "label", type: "text", maxlength: 80, autocomplete: "off", value: this.label, input: () => (this.label = field.value.trim()) });
      fill(this.element, h("label", { for: "label" }, say("whose.label")), h("div", { class: "row" }, field, button("whose.code", () => this.look())),
        h("p", { class: "note", role: "alert" }, note ? say(note) : ""));
    }
  }

  private look(): void {
    this.camera = new Camera((state) => {
      if (state !== "denied" && state !== "dead") return;
      this.stop();
      this.draw("whose.nocamera");
    });
    this.scan = new Scan(this.camera, new Codes("reader.js"), (text) => {
      const link = readLink(text);
      if (link) void this.show(link);
    }, () => undefined);
    void this.camera.start();
    this.scan.start();
    this.draw();
  }

  private async show(link: string): Promise<void> {
    this.stop();
    const turn = this.turn;
    try {
      const { holder, child } = await meet({ link });
      if (turn !== this.turn) return;
      this.whose = { holder: holder ?? "" };
      this.met(child === true);
    } catch (error) {
      if (turn !== this.turn) return;
      this.draw(error instanceof Problem && error.status === 404 ? "whose.used" : "away.text");
    }
  }
}

import { Camera, type Trouble } from "../shared/camera";
import { Codes } from "../shared/codes";
import { Scan } from "../shared/scan";
import { Frames } from "./frames";

/** What the eyes of this screen tell the page. */
export interface Watcher {
  camera(state: "ok" | Trouble): void;
  code(text: string): void;
  drawn(): void;
  /** This browser cannot read codes. */
  blind(): void;
  frame(jpeg: ArrayBuffer): void;
  flush(): void;
}

/**
 * The browser's camera and the two things that are done with it: codes are
 * found here, and frames are sent while the daemon asks. Never both.
 */
export class Lens {
  readonly camera: Camera;
  private codes: Codes | null = null;
  private scan: Scan | null = null;
  private readonly frames: Frames;
  private running = false;

  constructor(private readonly watcher: Watcher) {
    this.camera = new Camera((state) => watcher.camera(state));
    this.frames = new Frames(this.camera, (jpeg) => watcher.frame(jpeg), () => watcher.flush());
    setInterval(() => this.camera.check(), 250);
  }

  /** Opens the camera, once. */
  open(): void {
    if (this.running) return;
    this.running = true;
    void this.camera.start();
  }

  close(): void {
    this.running = false;
    this.camera.stop();
  }

  /** Looks for codes, or stops looking. */
  read(on: boolean): void {
    if (!on) return this.scan?.stop();
    if (!this.codes) {
      this.codes = new Codes("reader.js");
      void this.codes.usable.then((usable) => usable || this.watcher.blind());
    }
    this.scan ??= new Scan(this.camera, this.codes, (text) => this.watcher.code(text), () => this.watcher.drawn());
    this.scan.start();
  }

  /** Sends frames, or stops and overwrites what is left of them. */
  send(on: boolean, rate: number, width: number): void {
    if (on) this.frames.start(rate, width);
    else this.frames.stop();
  }
}

const gone = 2000; // milliseconds out of sight before a code counts as shown anew
const again = 600; // between two reports of a code that is held up

/**
 * Decides which sightings of codes go to the daemon: the first, and then some
 * while it is held up, so that the daemon knows that it still is. A code that
 * was held up all through a look, when nothing is read, stays with the page:
 * to the daemon it would seem shown anew, and nobody meant that.
 */
export class Seen {
  private last = "";
  private at = -Infinity;
  private sent = -Infinity;

  /** Codes were not looked for until now: one that was held up before may still be. */
  resume(now: number): void {
    if (this.last) this.at = now;
  }

  /** What to do with a sighting: send it, say that the pass has to go first, or nothing. */
  sight(text: string, now: number): "send" | "held" | "" {
    if (!/^[\x20-\x7e]{1,4096}$/.test(text)) return "";
    const kind = text.startsWith("FLP1:") ? "FLP1:" : text; // a phone's code changes while it is held up
    const held = kind === this.last && now - this.at < gone;
    this.last = kind;
    this.at = now;
    if (held && now - this.sent >= gone) return "held";
    if (held && now - this.sent < again) return "";
    this.sent = now;
    return "send";
  }
}

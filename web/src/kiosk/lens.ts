import { Camera, type Trouble } from "../shared/camera";
import { Codes } from "../shared/codes";
import { Scan } from "../shared/scan";
import { Frames } from "./frames";

/** What the eyes of this screen tell the page. */
export interface Watcher {
  camera(state: "ok" | Trouble): void;
  code(text: string): void;
  drawn(): void;
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
    this.codes ??= new Codes("reader.js");
    this.scan ??= new Scan(this.camera, this.codes, (text) => this.watcher.code(text), () => this.watcher.drawn());
    this.scan.start();
  }

  /** Sends frames, or stops and overwrites what is left of them. */
  send(on: boolean, rate: number, width: number): void {
    if (on) this.frames.start(rate, width);
    else this.frames.stop();
  }
}

const gone = 1500; // milliseconds without a code before it counts as shown again

/** Decides which codes are new: a pass that is still held up was shown once. */
export class Seen {
  private last = "";
  private at = -Infinity;

  /** Notes a code; true if it should go to the daemon, provided that it asks for one now. */
  fresh(text: string, wanted: boolean, now: number): boolean {
    const kind = text.startsWith("FLP1:") ? "FLP1:" : text; // a phone's code changes while it is held up
    const held = kind === this.last && now - this.at < gone;
    if (!held && !wanted) return false;
    this.last = kind;
    this.at = now;
    return !held && /^[\x20-\x7e]{1,4096}$/.test(text);
  }
}

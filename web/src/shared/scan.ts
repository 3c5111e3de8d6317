import type { Camera } from "./camera";
import type { Codes } from "./codes";

/**
 * Looks for QR codes in a camera's picture, in the browser: no pixel leaves
 * it. It hands each text found to `found`, and each frame's moment to `drawn`
 * so that a page can show what is seen.
 */
export class Scan {
  private readonly canvas = document.createElement("canvas");
  private readonly pen = this.canvas.getContext("2d", { willReadFrequently: true })!;
  private on = false;

  constructor(private readonly camera: Camera, private readonly codes: Codes, private readonly found: (text: string) => void, private readonly drawn: () => void) {}

  start(): void {
    if (this.on) return;
    this.on = true;
    this.next();
  }

  stop(): void {
    this.on = false;
    this.pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
  }

  private next(): void {
    if (!this.on) return;
    setTimeout(() => this.step(), 60);
  }

  private step(): void {
    if (!this.on) return;
    this.drawn();
    const reading = this.camera.live ? this.read() : null;
    if (!reading) return this.next();
    void reading.then((texts) => {
      if (this.on) texts.forEach((text) => this.found(text));
      this.next();
    });
  }

  private read(): Promise<string[]> | null {
    const { videoWidth, videoHeight } = this.camera.video;
    this.canvas.width = videoWidth; // also clears
    this.canvas.height = videoHeight;
    this.pen.drawImage(this.camera.video, 0, 0);
    return this.codes.read(this.pen.getImageData(0, 0, videoWidth, videoHeight));
  }
}

import type { Camera } from "../shared/camera";

/**
 * Sends JPEG frames while, and only while, the daemon asks for them. Leaving
 * overwrites the canvas and tells `done`, which flushes the transport.
 */
export class Frames {
  private readonly canvas = document.createElement("canvas");
  private readonly pen = this.canvas.getContext("2d", { alpha: false })!;
  private run = 0; // of the current order; frames of an older one are dropped
  private sending = false;

  constructor(private readonly camera: Camera, private readonly send: (jpeg: ArrayBuffer) => void, private readonly done: () => void) {}

  start(rate: number, width: number): void {
    this.run++;
    this.sending = true;
    void this.loop(this.run, 1000 / Math.min(Math.max(rate, 1), 30), width);
  }

  stop(): void {
    if (!this.sending) return;
    this.sending = false;
    this.run++;
    this.pen.fillRect(0, 0, this.canvas.width, this.canvas.height);
    this.canvas.width = this.canvas.height = 1;
    this.done();
  }

  private async loop(run: number, pause: number, width: number): Promise<void> {
    while (run === this.run) {
      const began = performance.now();
      const jpeg = this.camera.live ? await this.take(width) : null;
      if (run !== this.run) return;
      if (jpeg) this.send(jpeg);
      await new Promise((resolve) => setTimeout(resolve, Math.max(4, pause - (performance.now() - began))));
    }
  }

  private async take(width: number): Promise<ArrayBuffer | null> {
    const { video } = this.camera;
    this.canvas.width = Math.min(width, video.videoWidth);
    this.canvas.height = Math.round((this.canvas.width * video.videoHeight) / video.videoWidth);
    this.pen.drawImage(video, 0, 0, this.canvas.width, this.canvas.height);
    const blob = await new Promise<Blob | null>((resolve) => this.canvas.toBlob(resolve, "image/jpeg", 0.85));
    return blob ? blob.arrayBuffer() : null;
  }
}

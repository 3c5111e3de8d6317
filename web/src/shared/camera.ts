/** Why there is no picture. */
export type Trouble = "denied" | "dead" | "covered" | "frozen";

const patience = 2500; // milliseconds of the same picture, or of darkness

/**
 * The browser's camera, opened once and opened again when it is lost. It tells
 * what is wrong with it within three seconds. A frozen picture is one whose
 * pixels do not change at all: a living sensor always has noise.
 */
export class Camera {
  readonly video: HTMLVideoElement;
  private state: "ok" | Trouble = "ok";
  private sum = -1;
  private since = { changed: 0, lit: 0 };
  private readonly small = document.createElement("canvas");
  private running = false;

  constructor(private readonly report: (state: "ok" | Trouble) => void, private readonly facing: "user" | "environment" = "user") {
    this.video = document.createElement("video");
    this.video.muted = true;
    this.video.playsInline = true;
    this.video.setAttribute("aria-hidden", "true");
    this.small.width = 160;
    this.small.height = 120;
  }

  /** Opens the camera; without one it reports, and tries again each three seconds. */
  async start(): Promise<void> {
    this.running = true;
    try {
      const wanted = { facingMode: this.facing, width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 15 } };
      const stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
      if (!this.running) return stream.getTracks().forEach((t) => t.stop());
      this.since = { changed: performance.now(), lit: performance.now() };
      this.video.srcObject = stream;
      stream.getVideoTracks()[0]?.addEventListener("ended", () => this.lost("dead"));
      await this.video.play();
      this.say("ok");
    } catch (error) {
      this.lost(error instanceof DOMException && error.name === "NotAllowedError" ? "denied" : "dead");
    }
  }

  stop(): void {
    this.running = false;
    this.close();
  }

  private close(): void {
    const stream = this.video.srcObject;
    if (stream instanceof MediaStream) stream.getTracks().forEach((t) => t.stop());
    this.video.srcObject = null;
  }

  private lost(why: Trouble): void {
    if (!this.running) return;
    this.close();
    this.say(why);
    setTimeout(() => this.running && !this.video.srcObject && void this.start(), 3000);
  }

  private say(state: "ok" | Trouble): void {
    if (state === this.state) return;
    this.state = state;
    this.report(state);
  }

  get live(): boolean {
    return this.video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && this.video.videoWidth > 0;
  }

  /** Judges the newest picture; to be called a few times a second. */
  check(): void {
    const now = performance.now();
    if (!this.running || !this.video.srcObject) return;
    if (!this.live) return now - this.since.changed > patience ? this.lost("dead") : undefined;
    const { sum, bright } = this.measure();
    if (sum !== this.sum) this.since.changed = now;
    if (bright) this.since.lit = now;
    this.sum = sum;
    if (now - this.since.lit > patience) this.say("covered"); // darkness may stand still, too
    else if (now - this.since.changed > patience && now - this.since.lit < 500) this.say("frozen");
    else if (now - this.since.changed > patience) return;
    else this.say("ok");
  }

  // A sum over all pixels that any change alters, and whether anything is lit.
  private measure(): { sum: number; bright: boolean } {
    const pen = this.small.getContext("2d", { willReadFrequently: true })!;
    pen.drawImage(this.video, 0, 0, this.small.width, this.small.height);
    const { data } = pen.getImageData(0, 0, this.small.width, this.small.height);
    let sum = 0;
    let lit = 0;
    for (let i = 0; i < data.length; i += 4) {
      const light = data[i]! + data[i + 1]! + data[i + 2]!;
      sum = (Math.imul(sum, 31) + light) | 0;
      if (light > 3 * 24) lit++;
    }
    data.fill(0);
    pen.clearRect(0, 0, this.small.width, this.small.height);
    return { sum, bright: lit > (data.length / 4) * 0.02 };
  }
}

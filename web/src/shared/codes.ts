import type { Answer, Question } from "./reader";

/**
 * Finds QR codes in frames, in a worker, so that the page stays quick. One
 * frame at a time: while it is busy, `read` answers null at once.
 */
export class Codes {
  private worker: Worker | null = null;
  private waiting: ((texts: string[]) => void) | null = null;
  private settle!: (usable: boolean) => void;
  private timer = 0;
  /** Whether this browser can run the reader at all. */
  readonly usable = new Promise<boolean>((resolve) => (this.settle = resolve));

  constructor(private readonly address: string) {
    this.begin();
  }

  private begin(): void {
    try {
      this.worker = new Worker(this.address);
    } catch {
      this.settle(false);
      return;
    }
    this.worker.onmessage = (event: MessageEvent<Answer>) => this.answered(event.data);
    this.worker.onerror = () => this.broken();
  }

  private answered(answer: Answer): void {
    if (answer.kind === "ready") this.settle(true);
    else if (answer.kind === "failed") this.settle(false);
    else this.finish(answer.texts);
  }

  private finish(texts: string[]): void {
    clearTimeout(this.timer);
    const done = this.waiting;
    this.waiting = null;
    done?.(texts);
  }

  // A picture that breaks the reader must not blind the door: begin again.
  private broken(): void {
    this.worker?.terminate();
    this.worker = null;
    this.settle(false);
    this.finish([]);
    this.begin();
  }

  /** Looks at one frame; its pixels are handed over and overwritten after. */
  read(frame: ImageData): Promise<string[]> | null {
    if (!this.worker || this.waiting) return null;
    const question: Question = { pixels: frame.data.buffer as ArrayBuffer, width: frame.width, height: frame.height };
    this.worker.postMessage(question, [question.pixels]);
    return new Promise((resolve) => {
      this.waiting = resolve;
      this.timer = window.setTimeout(() => this.broken(), 3000);
    });
  }
}

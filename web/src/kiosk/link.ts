import { type FromDoor, type FromPage, parse } from "./protocol";
import { type Identity, sign } from "./identity";

/** What the link tells the page. */
export interface Listener {
  opened(): void;
  message(m: FromDoor): void;
  /** why is what the daemon said before it left, or "". */
  lost(why: string): void;
}

const silence = 4000; // the daemon pings every second

/** The one connection to the daemon. It comes back by itself, at growing waits. */
export class Link {
  private socket: WebSocket | null = null;
  private why = "";
  private wait = 500;
  private watch = 0;
  private again = 0;

  constructor(private readonly identity: Identity, private readonly listener: Listener) {}

  connect(): void {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}/ws`);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    this.why = "";
    socket.onmessage = (event) => void this.received(socket, event.data);
    socket.onclose = () => this.closed(socket);
    this.heard();
  }

  private async received(socket: WebSocket, data: unknown): Promise<void> {
    this.heard();
    const message = parse(data);
    if (!message) return;
    if (message.t === "challenge") {
      const sig = await sign(this.identity, message.door, message.nonce);
      this.send({ t: "hello", kiosk: this.identity.kiosk, sig });
    } else if (message.t === "ping") {
      this.send({ t: "pong" });
    } else if (message.t === "bye") {
      this.why = message.why;
      socket.close();
    } else {
      if (message.t === "config") {
        this.wait = 500;
        this.listener.opened();
      }
      this.listener.message(message);
    }
  }

  private heard(): void {
    clearTimeout(this.watch);
    this.watch = window.setTimeout(() => this.drop(), silence);
  }

  // A half-open connection does not close by itself: treat it as closed now.
  private drop(): void {
    const socket = this.socket;
    if (!socket) return;
    socket.onclose = null;
    socket.close();
    this.closed(socket);
  }

  private closed(socket: WebSocket): void {
    if (socket !== this.socket) return;
    this.socket = null;
    clearTimeout(this.watch);
    this.listener.lost(this.why);
    clearTimeout(this.again);
    this.again = window.setTimeout(() => this.connect(), this.wait * (0.75 + Math.random() / 2));
    this.wait = Math.min(this.wait * 1.7, 8000);
  }

  send(message: FromPage): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  /** Sends one frame, unless the last ones are still on their way. */
  frame(jpeg: ArrayBuffer): void {
    if (this.socket?.readyState === WebSocket.OPEN && this.socket.bufferedAmount < 256 << 10) this.socket.send(jpeg);
  }

  /** Overwrites what the transport may still hold of frames. */
  flush(): void {
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    this.send({ t: "flush" });
    this.socket.send(new ArrayBuffer(64 << 10));
  }
}

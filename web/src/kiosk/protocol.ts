// What the page and the door's daemon say to each other over /ws: JSON texts
// both ways, and JPEG frames as binary messages from the page, only after the
// daemon asked for them. Durations are milliseconds.

/** What the daemon tells people to see. Coarse on purpose: no oracle for attackers. */
export const keys = [
  "ready", "checking", "about-to-look", "look", "prompt", "opened", "try-again", "ask-for-help",
  "not-now", "use-other-way", "too-many-tries", "locked", "latch-failed",
] as const;
export type Key = (typeof keys)[number];

export type Method = "plain" | "face" | "pin" | "phone";
/** A text in several languages, or one text for all. */
export type Text = string | Record<string, string>;

export interface Config {
  t: "config";
  site: Text;
  zone: Text;
  methods: Method[];
  /** The door's 20 digits, for whoever compares them, until somebody has. */
  fingerprint?: string;
  /** Languages of this door, the first is the one it starts with. */
  langs: string[];
  /** The page finds codes itself. */
  browserQR: boolean;
  /** "kiosk" (the default): this browser's camera. "door": the door has its own. */
  camera?: "kiosk" | "door";
  /** 16 bytes in Base64 that a phone signs to prove that it is here; a fresh one comes each 10 s. */
  nonce?: string;
  /** What the door does with faces, for whoever wants to read it here. */
  notice?: Text;
  demo: boolean;
  /** Something that everybody at the door should know. */
  warning?: "ledger";
  /** Whom to ask, as a person would say it: "the desk, 021-5555 0100". */
  contact?: Text;
}

export interface Screen {
  t: "screen";
  key: Key;
  hint?: string;
  /** How long this screen lasts from now; absent or 0: until the next. */
  until?: number;
  state?: string;
  /** The colour of the whole screen while the camera looks, by name; absent: its own. */
  light?: string;
  /** The ways in that would work now, of the config's methods; absent: all of them. */
  ways?: Method[];
}

export type FromDoor =
  | { t: "challenge"; nonce: string; door: string }
  | Config
  | Screen
  | { t: "frames"; mode: "off" | "look" | "qr"; max_fps?: number; width?: number }
  | { t: "nonce"; nonce: string }
  | { t: "ping" }
  | { t: "bye"; why: string };

export type CameraState = "ok" | "denied" | "dead" | "covered" | "frozen";

export type FromPage =
  | { t: "hello"; kiosk: string; sig: string }
  | { t: "code"; text: string }
  | { t: "pin"; number: string; code: string }
  | { t: "notme" }
  | { t: "cannot" } // what the camera asks for
  | { t: "cancel" }
  | { t: "lang"; lang: string }
  | { t: "camera"; state: CameraState }
  | { t: "noreader" } // this browser cannot read codes: the daemon may ask for frames instead
  | { t: "flush" }
  | { t: "pong" };

/** Reads one message; what this page does not know is null, and ignored. */
export function parse(data: unknown): FromDoor | null {
  if (typeof data !== "string") return null;
  try {
    const message = JSON.parse(data) as FromDoor;
    if (message.t === "screen" && !keys.includes(message.key)) return null;
    return message;
  } catch {
    return null;
  }
}

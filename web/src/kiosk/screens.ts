import type { Picture } from "../shared/pictures";
import type { Config, Key, Method } from "./protocol";
import type { Word } from "./words";

/** Screens that the page shows of its own accord. */
export type Own = "connecting" | "lost" | "elsewhere" | "no-camera" | "insecure";
export type Name = Key | Own;

/**
 * paper: an instruction. good: come in. again: not now, light with dark text.
 * stop: something is broken. Tones differ in lightness and drawing, not in
 * colour alone.
 */
export type Tone = "paper" | "good" | "again" | "stop";

export type Button = "notme" | "stop" | "cannot";

export interface Look {
  tone: Tone;
  /** A drawing, or what the camera sees: to aim a pass, or in a face's outline. */
  figure: Picture | "aim" | "ring" | "outline" | "prompt";
  title: Word;
  text: Word;
  /** The one big button beside the text. */
  button?: Button;
  /** Whether a PIN may be typed from here. */
  pin: boolean;
}

const look = (tone: Tone, figure: Look["figure"], name: Name, pin: boolean, button?: Look["button"]): Look => ({
  tone, figure, pin, title: `${name}.title` as Word, text: `${name}.text` as Word, ...(button ? { button } : {}),
});

export const screens: Record<Name, Look> = {
  ready: look("paper", "aim", "ready", true),
  checking: look("paper", "wait", "checking", false),
  "about-to-look": look("paper", "ring", "about-to-look", true, "notme"),
  look: look("paper", "outline", "look", true, "stop"),
  prompt: look("paper", "prompt", "prompt", true, "cannot"),
  opened: look("good", "tick", "opened", false),
  "try-again": look("again", "again", "try-again", true),
  "ask-for-help": look("again", "help", "ask-for-help", true),
  "not-now": look("again", "clock", "not-now", true),
  "use-other-way": look("again", "other", "use-other-way", true),
  "too-many-tries": look("again", "hourglass", "too-many-tries", true),
  locked: look("stop", "lock", "locked", false),
  "latch-failed": look("stop", "latch", "latch-failed", false),
  connecting: look("paper", "wait", "connecting", false),
  lost: look("stop", "unplugged", "lost", false),
  elsewhere: look("stop", "tablet", "elsewhere", false),
  "no-camera": look("again", "blind", "no-camera", true),
  insecure: look("again", "lock", "insecure", false),
};

/** Which sentence says how to come in without a face. */
export function way(name: Name, config: Config | null, ways?: Method[]): Word {
  const has = (m: Method): boolean => (ways ?? config?.methods ?? []).includes(m);
  const pin = has("pin") ? "-pin" : "";
  switch (name) {
    case "locked": case "latch-failed": case "connecting": case "lost": case "elsewhere": case "insecure":
      return "way.staff";
    case "no-camera":
      return has("pin") ? "way.pin" : "way.staff";
    case "about-to-look": case "look": case "prompt":
      return `way.stop-plain${pin}`;
    case "opened":
      return has("face") ? "way.done" : `way.noface-plain${pin}`;
  }
  if (!config || (ways && ways.length === 0)) return "way.staff";
  return has("face") ? `way.plain${pin}` : `way.noface-plain${pin}`;
}

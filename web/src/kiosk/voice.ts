import { heard } from "./phrases";

/**
 * Reads prompts aloud when a person has asked for it, with voices that are on
 * the device: a prompt is not sent to a voice elsewhere. Where there is none
 * for a language there is no button.
 */
export class Voice {
  on = false;

  constructor(changed: () => void) {
    if ("speechSynthesis" in window) speechSynthesis.addEventListener("voiceschanged", changed);
  }

  private own(lang: string): SpeechSynthesisVoice | undefined {
    if (!("speechSynthesis" in window)) return undefined;
    const short = lang.slice(0, 2).toLowerCase();
    return speechSynthesis.getVoices().find((v) => v.localService && v.lang.toLowerCase().startsWith(short));
  }

  /** Whether this device can read a language aloud. */
  speaks = (lang: string): boolean => this.own(lang) !== undefined;

  turn(on: boolean): void {
    this.on = on;
    if (!on && "speechSynthesis" in window) speechSynthesis.cancel();
  }

  say(text: string, lang: string): void {
    const voice = this.own(lang);
    if (!this.on || !voice) return;
    const spoken = new SpeechSynthesisUtterance(heard(text));
    spoken.lang = lang;
    spoken.voice = voice;
    spoken.rate = 0.9;
    speechSynthesis.cancel();
    speechSynthesis.speak(spoken);
  }
}

/**
 * Reads prompts aloud with the device's own voices, when a person has asked
 * for it. Nothing is sent anywhere by this page; a device without a voice of
 * its own for a language has no button.
 */
export class Voice {
  on = false;

  get there(): boolean {
    return "speechSynthesis" in window;
  }

  turn(on: boolean): void {
    this.on = on;
    if (!on && this.there) speechSynthesis.cancel();
  }

  say(text: string, lang: string): void {
    if (!this.on || !this.there) return;
    const spoken = new SpeechSynthesisUtterance(text);
    spoken.lang = lang;
    spoken.rate = 0.9;
    const own = speechSynthesis.getVoices().find((v) => v.localService && v.lang.toLowerCase().startsWith(lang.slice(0, 2).toLowerCase()));
    if (own) spoken.voice = own;
    speechSynthesis.cancel();
    speechSynthesis.speak(spoken);
  }
}

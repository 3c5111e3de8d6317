import en from "./lang/en.json";
import zhCN from "./lang/zh-CN.json";
import type { Text } from "./protocol";

// To add a language: write lang/xx.json with the same keys, and name it here.
const all: Record<string, Record<string, string>> = { en, "zh-CN": zhCN };

/** The language here that a tag asks for: "zh" and "zh-Hans-CN" both mean "zh-CN"; "" for none. */
function nearest(tag: string): string {
  const names = Object.keys(all);
  const primary = (l: string): string => l.split("-")[0]!.toLowerCase();
  return names.find((l) => l.toLowerCase() === tag.toLowerCase()) ?? names.find((l) => primary(l) === primary(tag)) ?? "";
}

export type Word = keyof typeof en;

/** The texts of the page in the language chosen. */
export class Words {
  private chosen = navigator.language.startsWith("zh") ? "zh-CN" : "en";
  private offered: string[] = ["zh-CN", "en"];

  /** Takes the door's languages, of which the first is the one to begin with. */
  offer(langs: string[]): void {
    const usable = [...new Set(langs.map(nearest).filter((l) => l !== ""))];
    if (usable.length === 0) return;
    const first = this.offered.join() !== usable.join();
    this.offered = usable;
    if (first || !usable.includes(this.chosen)) this.chosen = usable[0]!;
  }

  get lang(): string {
    return this.chosen;
  }

  /** The language that a press of the button changes to, "" if there is one only. */
  get other(): string {
    const next = this.offered[(this.offered.indexOf(this.chosen) + 1) % this.offered.length]!;
    return next === this.chosen ? "" : next;
  }

  get first(): string {
    return this.offered[0]!;
  }

  choose(lang: string): void {
    if (lang in all) this.chosen = lang;
  }

  nameOf(lang: string): string {
    return all[lang]?.["name"] ?? lang;
  }

  /** One text; {x} in it becomes values.x. */
  say(word: Word, values: Record<string, string | number> = {}): string {
    const text = all[this.chosen]?.[word] ?? en[word];
    return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
  }

  /** A hint of the daemon's, or null for one that this page does not know. */
  hint(key: string | undefined): string | null {
    const word = `hint.${key}`;
    return key && word in en ? this.say(word as Word) : null;
  }

  /** A text that came in several languages. */
  pick(text: Text | undefined): string {
    if (text === undefined || typeof text === "string") return text ?? "";
    return text[this.chosen] ?? text[this.chosen.split("-")[0]!] ?? Object.values(text)[0] ?? "";
  }
}

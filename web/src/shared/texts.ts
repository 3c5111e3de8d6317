/** The texts of a page in several languages, one of them chosen. English has them all. */
export class Texts<K extends string> {
  constructor(private readonly all: Record<string, Record<K, string>>, public lang = navigator.language.startsWith("zh") ? "zh-CN" : "en") {}

  get others(): string[] {
    return Object.keys(this.all).filter((l) => l !== this.lang);
  }

  nameOf(lang: string): string {
    return (this.all[lang] as Record<string, string> | undefined)?.["name"] ?? lang;
  }

  /** One text; {x} in it becomes values.x. */
  say = (key: K, values: Record<string, string | number> = {}): string => {
    const text = this.all[this.lang]?.[key] ?? this.all["en"]![key];
    return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
  };

  /** A text for a key that came from elsewhere, or null. */
  maybe(key: string): string | null {
    return key in this.all["en"]! ? this.say(key as K) : null;
  }

  /** A text that came in several languages. */
  pick(text: string | Record<string, string> | undefined): string {
    if (text === undefined || typeof text === "string") return text ?? "";
    return text[this.lang] ?? text[this.lang.split("-")[0]!] ?? Object.values(text)[0] ?? "";
  }
}

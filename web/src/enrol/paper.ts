import { fill, h } from "../shared/dom";
import type { Texts } from "../shared/texts";
import type { Word } from "./app";

/** What is printed: nothing of the screen, but what people agree to, in large print. */
export class Paper {
  private readonly element = h("section", { class: "paper", "aria-hidden": "true" });

  constructor(private readonly texts: Texts<Word>) {
    document.body.append(this.element);
  }

  put(content: Node[]): void {
    this.element.lang = this.texts.lang;
    fill(this.element, h("h1", {}, this.texts.say("print.title")), ...content);
  }

  clear(): void {
    fill(this.element);
  }

  print(): void {
    window.print();
  }
}

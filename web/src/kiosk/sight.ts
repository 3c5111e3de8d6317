import type { Config, Screen } from "./protocol";
import { type Name, screens, way } from "./screens";
import type { Sight } from "./view";
import type { Word, Words } from "./words";

/** All that decides what a screen shows. */
export interface State {
  config: Config | null;
  screen: Screen | null;
  /** The camera's trouble, "ok" for none. */
  camera: "ok" | "denied" | "dead" | "covered" | "frozen";
  preview: boolean;
  /** Whether a face was looked at since the last idle screen. */
  looked: boolean;
  speaking: boolean | null;
}

/** Puts a screen into words, in the language chosen. */
export function sight(name: Name, state: State, words: Words): Sight {
  const { config, screen } = state;
  const look = screens[name];
  const ways = screen?.ways; // a PIN that rests after too many wrong codes is not offered
  const ours = screen?.key === name ? screen : null;
  const asks = name === "prompt";
  const contact = words.pick(config?.contact) || words.say("contact");
  return {
    name,
    look,
    title: asks ? words.hint(ours?.hint)?.replace(/[.。]$/, "") ?? words.say(look.title) : words.say(look.title),
    text: words.say(text(name, state), { contact }),
    hint: asks ? null : words.hint(ours?.hint),
    asks: ours?.hint ?? "",
    way: words.say(way(name, config, ways), { contact }),
    pin: look.pin && (ways ?? config?.methods ?? []).includes("pin"),
    until: ours?.until ?? 0,
    banner: [config?.warning === "ledger" && words.say("warning.ledger"), config?.demo && words.say("demo")].filter(Boolean).join(" "),
    place: [words.pick(config?.site), words.pick(config?.zone)].filter(Boolean).join(" · "),
    fingerprint: config?.fingerprint ?? "",
    speaking: state.speaking,
    preview: state.preview,
    notice: words.pick(config?.notice),
  };
}

function text(name: Name, state: State): Word {
  if (name === "opened" && state.looked) return "opened.forgotten";
  if (name === "try-again" && state.screen?.hint === "type-again") return "try-again.pin";
  if (name === "no-camera" && state.camera !== "ok" && state.camera !== "dead") return `no-camera.${state.camera}`;
  return screens[name].text;
}

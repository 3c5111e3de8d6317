import { byID } from "../shared/dom";
import { App } from "./app";

// A screen on a wall should not go dark; where that is refused, it does.
async function stayAwake(): Promise<void> {
  try {
    await navigator.wakeLock.request("screen");
  } catch {
    // The tablet's own setting decides.
  }
}

document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && void stayAwake());
void stayAwake();
void new App(byID("app"), byID("said")).start();

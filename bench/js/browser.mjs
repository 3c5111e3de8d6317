// The parts of a browser that the package and its copy of OpenCV.js ask for,
// and nothing else: a document that holds one canvas, script elements, fetch of
// a file beside the page, and canvases from Skia (the library that draws
// Chromium's own). The "page" is the process's working folder.

import { readFile } from "node:fs/promises";
import vm from "node:vm";
import { Canvas, Image, createCanvas } from "@napi-rs/canvas";

const elements = new Map();

// show puts a canvas on the page under an id, where cv.imread finds it.
export function show(id, canvas) {
  elements.set(id, canvas);
}

export { createCanvas };

// A script element runs its file in the global scope, as a page would.
async function runScript(script) {
  vm.runInThisContext(await readFile(script.src, "utf8"), { filename: script.src });
  script.onload?.();
}

globalThis.window = globalThis;
globalThis.HTMLCanvasElement = Canvas;
globalThis.HTMLImageElement = Image;
globalThis.document = {
  addEventListener() {},
  getElementById: (id) => elements.get(id),
  createElement: (tag) => (tag === "canvas" ? createCanvas(1, 1) : {}),
  body: {
    appendChild(element) {
      if (element.src) setImmediate(() => runScript(element));
    },
  },
};

const fetchFromNetwork = globalThis.fetch;
globalThis.fetch = async (address, options) => {
  if (!String(address).startsWith("../")) return fetchFromNetwork(address, options);
  return new Response(await readFile(address), { headers: { "Content-Type": "application/wasm" } });
};

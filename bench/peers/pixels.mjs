// Decodes photographs for the two libraries that compute with TensorFlow.js,
// and gives them its WebAssembly backend on one thread. The decoder is Skia's,
// native code, the one that Chromium draws with; TensorFlow.js has none under
// Node.js but in its native package, which cannot be had without a download
// that npm does not check.

import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadImage, createCanvas } from "@napi-rs/canvas";

export const require = createRequire(import.meta.url);

// decode returns the red, green and blue of each pixel.
export async function decode(bytes) {
  const image = await loadImage(bytes);
  const { width, height } = image;
  const context = createCanvas(width, height).getContext("2d");
  context.drawImage(image, 0, 0);
  const rgba = context.getImageData(0, 0, width, height).data;
  const rgb = new Int32Array(width * height * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4) {
    rgb[to++] = rgba[from];
    rgb[to++] = rgba[from + 1];
    rgb[to++] = rgba[from + 2];
  }
  return { rgb, width, height };
}

// backend starts WebAssembly, with SIMD and without threads.
export async function backend(tf) {
  const wasm = require("@tensorflow/tfjs-backend-wasm");
  wasm.setThreadsCount(1);
  wasm.setWasmPaths(folder("@tensorflow/tfjs-backend-wasm", "dist") + "/");
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  await tf.setBackend("wasm");
  await tf.ready();
  tf.enableProdMode();
  if (!(await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT"))) throw new Error("this Node.js has no SIMD for WebAssembly");
}

// folder is one of a package's.
export function folder(name, ...parts) {
  return join(fileURLToPath(new URL("node_modules/", import.meta.url)), name, ...parts);
}

// version is a package's.
export const version = (name) => require(folder(name, "package.json")).version;

// central picks the face that the photograph is of, by the rule by which Facelatch
// is measured too: large, and near the middle. Boxes are [left, top, width, height].
export function central(boxes, width, height) {
  const worth = ([x, y, w, h]) => Math.sqrt((w * h) / (width * height)) - Math.hypot((x + w / 2) / width - 0.5, (y + h / 2) / height - 0.5);
  return boxes.reduce((best, box, i) => (worth(box) > worth(boxes[best]) ? i : best), 0);
}

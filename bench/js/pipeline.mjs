// The models' own JavaScript pipeline, opened under Node.js, for whoever measures
// it. README.md beside this file says what is the package's own and what is not.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { register } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const modules = fileURLToPath(new URL("node_modules/", import.meta.url));
const root = join(modules, "faceplugin-face-recognition-js");

// version is that of an installed package.
export const version = (name) => JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8")).version;

// openPage makes a folder from which the package's addresses, such as
// ../model/fr_detect.onnx, lead to its files, and goes there.
function openPage(models) {
  const folder = mkdtempSync(join(tmpdir(), "facelatch-bench-"));
  mkdirSync(join(folder, "page"));
  symlinkSync(models ?? join(root, "model"), join(folder, "model"));
  symlinkSync(join(root, "js"), join(folder, "js"));
  process.chdir(join(folder, "page"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
}

// importPackage imports the modules that a verification uses. The package's
// index.js would also load those for age, gender and expression.
async function importPackage() {
  const names = ["fr_detect", "fr_landmark", "fr_feature", "fr_liveness", "fr_pose"];
  const module = (name) => import(pathToFileURL(join(root, "lib", name + ".js")));
  return Object.assign({ opencv: await module("load_opencv") }, ...(await Promise.all(names.map(module))));
}

// openSessions loads OpenCV.js and the five models by the package's functions.
async function openSessions({ opencv, ...lib }) {
  await opencv.load_opencv();
  while (!opencv.cv) await new Promise((done) => setTimeout(done, 1)); // it returns before it is ready
  const sessions = {
    detect: await lib.loadDetectionModel(),
    landmark: await lib.loadLandmarkModel(),
    feature: await lib.loadFeatureModel(),
    liveness: await lib.loadLivenessModel(),
    pose: await lib.loadPoseModel(),
  };
  // Each load function starts a trial run and does not wait for it. The runs
  // are short; wait, so that they are not counted as part of the first stage.
  await new Promise((done) => setTimeout(done, 0));
  return sessions;
}

// open loads everything, once in a process: it moves the process to a folder of
// its own, so paths must be absolute. models are other copies of the model files,
// and threads is a number or "default".
export async function open({ models, threads = 1 } = {}) {
  console.log = () => {}; // the package logs each result; printing it would cost it time
  openPage(models);
  register("./hooks.mjs", import.meta.url);
  const { createCanvas, show } = await import("./browser.mjs");
  const { loadImage } = await import("@napi-rs/canvas");
  const ort = await import("onnxruntime-web");
  if (threads !== "default") ort.env.wasm.numThreads = Number(threads);
  ort.env.logLevel = "error";
  const lib = await importPackage();
  const sessions = await openSessions(lib);

  return {
    threads: ort.env.wasm.numThreads,
    async decode(bytes) {
      const image = await loadImage(bytes);
      const canvas = createCanvas(image.width, image.height);
      canvas.getContext("2d").drawImage(image, 0, 0);
      return canvas;
    },
    show: (canvas) => show("photograph", canvas),
    detect: () => lib.detectFace(sessions.detect, "photograph"),
    landmark: (bbox) => lib.predictLandmark(sessions.landmark, "photograph", bbox),
    extract: (points) => lib.extractFeature(sessions.feature, "photograph", points),
    liveness: (bbox) => lib.predictLiveness(sessions.liveness, "photograph", bbox),
    pose: (bbox) => lib.predictPose(sessions.pose, "photograph", bbox),
  };
}

// cosine stands in for the package's matchFeature, which subtracts the mean of
// the two vectors from both, so that it returns -1 or NaN for any pair.
export function cosine(a, b) {
  let ab = 0, aa = 0, bb = 0;
  for (let i = 0; i < a.length; i++) {
    ab += a[i] * b[i];
    aa += a[i] * a[i];
    bb += b[i] * b[i];
  }
  return ab / Math.sqrt(aa * bb);
}

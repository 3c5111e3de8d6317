// Measures the models' own JavaScript pipeline and prints one JSON object.
//
//   node run.mjs [--reference A.jpg --probe B.jpg --stranger C.jpg]
//                [--repeat 20] [--threads 1] [--models DIR]
//
// Without photographs it takes the first pairs of a list in the folder FACES.
// README.md beside this file says what is measured and what is not the
// package's own.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { register } from "node:module";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const started = performance.now() - process.uptime() * 1000; // when the process began
console.log = () => {}; // the package logs each result; printing it would cost it time
const modules = fileURLToPath(new URL("node_modules/", import.meta.url));

const { values: options } = parseArgs({
  options: {
    reference: { type: "string" },
    probe: { type: "string" },
    stranger: { type: "string" },
    repeat: { type: "string", default: "20" },
    threads: { type: "string", default: "1" }, // or "default"
    models: { type: "string" }, // other copies of the model files
  },
});
Object.assign(options, { ...defaultPhotographs(), ...options });
for (const name of ["reference", "probe", "stranger"]) {
  if (!options[name] || !existsSync(options[name])) {
    console.error(`bench/js: --${name} must name a photograph, or FACES a folder with pairs/frll-neutral-smiling.txt`);
    process.exit(2);
  }
  options[name] = resolve(options[name]);
}

const page = openPage(options.models && resolve(options.models));
process.chdir(page.working);
process.on("exit", page.close);

register("./hooks.mjs", import.meta.url);
const { createCanvas, show } = await import("./browser.mjs");
const { loadImage } = await import("@napi-rs/canvas");
const ort = await import("onnxruntime-web");
if (options.threads !== "default") ort.env.wasm.numThreads = Number(options.threads);
ort.env.logLevel = "error";
const { opencv, ...lib } = await importPackage();

// defaultPhotographs takes the first pair of one person and, with the same
// first photograph, the first pair of two.
function defaultPhotographs() {
  const list = join(process.env.FACES ?? "", "pairs/frll-neutral-smiling.txt");
  if (!process.env.FACES || !existsSync(list)) return {};
  const pairs = readFileSync(list, "utf8").trim().split("\n").map((line) => line.split(/\s+/));
  const genuine = pairs.find(([, , same]) => same === "1");
  const impostor = pairs.find(([a, , same]) => same === "0" && a === genuine[0]);
  const path = (name) => join(process.env.FACES, name);
  return { reference: path(genuine[0]), probe: path(genuine[1]), stranger: path(impostor[1]) };
}

// openPage makes a folder from which the package's addresses, such as
// ../model/fr_detect.onnx, lead to its files.
function openPage(models) {
  const root = join(modules, "faceplugin-face-recognition-js");
  const folder = mkdtempSync(join(tmpdir(), "facelatch-bench-"));
  mkdirSync(join(folder, "page"));
  symlinkSync(models ?? join(root, "model"), join(folder, "model"));
  symlinkSync(join(root, "js"), join(folder, "js"));
  return { root, working: join(folder, "page"), close: () => rmSync(folder, { recursive: true, force: true }) };
}

// importPackage imports the modules that a verification uses. The package's
// index.js would also load those for age, gender and expression.
async function importPackage() {
  const names = ["fr_detect", "fr_landmark", "fr_feature", "fr_liveness", "fr_pose"];
  const module = (name) => import(pathToFileURL(join(page.root, "lib", name + ".js")));
  return Object.assign({ opencv: await module("load_opencv") }, ...(await Promise.all(names.map(module))));
}

// openSessions loads OpenCV.js and the five models by the package's functions.
async function openSessions() {
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

// stopwatch adds up wall and processor milliseconds under names.
function stopwatch() {
  const stages = {};
  return {
    stages,
    async time(name, work) {
      const cpu = process.cpuUsage();
      const wall = performance.now();
      const result = await work();
      const used = process.cpuUsage(cpu);
      stages[name] = { wall_ms: performance.now() - wall, cpu_ms: (used.user + used.system) / 1000 };
      return result;
    },
  };
}

// extract runs the package's pipeline on one photograph: decode, detect,
// landmarks, feature vector; with judge also presentation attack and pose.
async function extract(sessions, file, watch, judge) {
  const canvas = await watch.time("decode", async () => {
    const image = await loadImage(readFileSync(file));
    const canvas = createCanvas(image.width, image.height);
    canvas.getContext("2d").drawImage(image, 0, 0);
    return canvas;
  });
  show("photograph", canvas);
  const { bbox, size } = await watch.time("detect", () => lib.detectFace(sessions.detect, "photograph"));
  if (size === 0) throw new Error(`no face in ${file}`);
  const points = await watch.time("landmark", () => lib.predictLandmark(sessions.landmark, "photograph", bbox));
  const [feature] = await watch.time("extract", () => lib.extractFeature(sessions.feature, "photograph", points));
  const found = { vector: feature.output.data.slice(), faces: size, width: canvas.width, height: canvas.height };
  if (judge) {
    [found.liveness] = await watch.time("pad", () => lib.predictLiveness(sessions.liveness, "photograph", bbox));
    [found.pose] = await watch.time("pose", () => lib.predictPose(sessions.pose, "photograph", bbox));
  }
  return found;
}

// cosine stands in for the package's matchFeature, which subtracts the mean of
// the two vectors from both, so that it returns -1 or NaN for any pair.
function cosine(a, b) {
  let ab = 0, aa = 0, bb = 0;
  for (let i = 0; i < a.length; i++) {
    ab += a[i] * b[i];
    aa += a[i] * a[i];
    bb += b[i] * b[i];
  }
  return ab / Math.sqrt(aa * bb);
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const round = (value, digits = 2) => Number(value.toFixed(digits));

// summary takes the stages of several runs and returns their medians, and the
// median of the sums.
function summary(runs) {
  const stages = {};
  for (const name of Object.keys(runs[0])) {
    stages[name] = {
      wall_ms: round(median(runs.map((run) => run[name].wall_ms))),
      cpu_ms: round(median(runs.map((run) => run[name].cpu_ms))),
    };
  }
  const sum = (run, key, left = []) => Object.entries(run).reduce((total, [name, stage]) => total + (left.includes(name) ? 0 : stage[key]), 0);
  const total = (left) => ({
    wall_ms: round(median(runs.map((run) => sum(run, "wall_ms", left)))),
    cpu_ms: round(median(runs.map((run) => sum(run, "cpu_ms", left)))),
  });
  return { stages, from_file: total(), from_pixels: total(["decode"]) };
}

// verify is one verification: a probe against the reference's vector.
async function verify(sessions, reference, file) {
  const watch = stopwatch();
  const probe = await extract(sessions, file, watch, true);
  const score = await watch.time("compare", () => cosine(reference.vector, probe.vector));
  return { probe, score, stages: watch.stages };
}

const sessions = await openSessions();
const reference = await extract(sessions, options.reference, stopwatch(), false);
const first = await verify(sessions, reference, options.probe);
const firstResult = { wall_ms: round(performance.now() - started), cpu_ms: round((process.cpuUsage().user + process.cpuUsage().system) / 1000) };
const runs = [];
for (let i = 0; i < Number(options.repeat); i++) runs.push((await verify(sessions, reference, options.probe)).stages);
const stranger = await verify(sessions, reference, options.stranger);

const version = (name) => JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8")).version;
process.stdout.write(
  JSON.stringify({
    pipeline: `faceplugin-face-recognition-js ${version("faceplugin-face-recognition-js")}`,
    runtime: `onnxruntime-web ${version("onnxruntime-web")}, wasm, Node.js ${process.versions.node}`,
    threads: ort.env.wasm.numThreads,
    processor: cpus()[0].model,
    models: options.models ? "mended" : "as published",
    photograph: { width: first.probe.width, height: first.probe.height, faces: first.probe.faces },
    repeat: runs.length,
    ...summary(runs),
    start_to_first_result: firstResult,
    peak_rss_mb: round(process.resourceUsage().maxRSS / 1024, 1),
    scores: { genuine: round(first.score, 4), impostor: round(stranger.score, 4) },
    live: round(first.probe.liveness[4], 4),
    pose: first.probe.pose.slice(4).map(Number),
  }) + "\n",
);
process.exit(0); // onnxruntime-web may keep worker threads

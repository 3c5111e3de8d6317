// Measures the models' own JavaScript pipeline and prints one JSON object.
//
//   node run.mjs [--reference A.jpg --probe B.jpg --stranger C.jpg]
//                [--repeat 20] [--threads 1] [--models DIR]
//
// Without photographs it takes the first pairs of a list in the folder FACES.
// README.md beside this file says what is measured and what is not the
// package's own.

import { existsSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { cosine, open, version } from "./pipeline.mjs";

const started = performance.now() - process.uptime() * 1000; // when the process began

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
async function extract(pipeline, file, watch, judge) {
  const canvas = await watch.time("decode", () => pipeline.decode(readFileSync(file)));
  pipeline.show(canvas);
  const { bbox, size } = await watch.time("detect", () => pipeline.detect());
  if (size === 0) throw new Error(`no face in ${file}`);
  const points = await watch.time("landmark", () => pipeline.landmark(bbox));
  const [feature] = await watch.time("extract", () => pipeline.extract(points));
  const found = { vector: feature.output.data.slice(), faces: size, width: canvas.width, height: canvas.height };
  if (judge) {
    [found.liveness] = await watch.time("pad", () => pipeline.liveness(bbox));
    [found.pose] = await watch.time("pose", () => pipeline.pose(bbox));
  }
  return found;
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
async function verify(pipeline, reference, file) {
  const watch = stopwatch();
  const probe = await extract(pipeline, file, watch, true);
  const score = await watch.time("compare", () => cosine(reference.vector, probe.vector));
  return { probe, score, stages: watch.stages };
}

const pipeline = await open({ models: options.models && resolve(options.models), threads: options.threads });
const reference = await extract(pipeline, options.reference, stopwatch(), false);
const first = await verify(pipeline, reference, options.probe);
const firstResult = { wall_ms: round(performance.now() - started), cpu_ms: round((process.cpuUsage().user + process.cpuUsage().system) / 1000) };
const runs = [];
for (let i = 0; i < Number(options.repeat); i++) runs.push((await verify(pipeline, reference, options.probe)).stages);
const stranger = await verify(pipeline, reference, options.stranger);

process.stdout.write(
  JSON.stringify({
    pipeline: `faceplugin-face-recognition-js ${version("faceplugin-face-recognition-js")}`,
    runtime: `onnxruntime-web ${version("onnxruntime-web")}, wasm, Node.js ${process.versions.node}`,
    threads: pipeline.threads,
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

// One contender in a process of its own. It reads one JSON object a line and
// answers each with one:
//
//   {"do":"look","photos":[...]}        {"looks":[{"found":true,...}]}
//   {"do":"compare","pairs":[[a,b]]}    {"scores":[...]}, null where a face was not found
//   {"do":"enrol","photos":[a],"file":f,"count":n}  writes n references, the last of them a's
//   {"do":"check","photos":[...]}       {"looks":[...]}, searched among those enrolled
//
// Its arguments are a name in contenders.json and, for checks, a file of references.
// Milliseconds of processor are those of the whole process, its helpers included.

import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";

const [name, enrolled] = process.argv.slice(2);
const contenders = JSON.parse(readFileSync(new URL("contenders.json", import.meta.url)));
const { module, settings } = contenders.find((c) => c.name === name);
const { open } = await import(`./${module}.mjs`);
const contender = await open(settings ?? {});
const vectors = new Map(); // by photograph

const answer = (value) => process.stdout.write(JSON.stringify(value) + "\n");
if (enrolled) contender.enrol(readVectors(enrolled));
answer({ ...contender.versions, threshold: contender.threshold ?? null, node: process.versions.node });

// A file of references is their dimension as a 32-bit number, and their floats.
function readVectors(file) {
  const { buffer, byteOffset, byteLength } = readFileSync(file);
  const dimension = new DataView(buffer, byteOffset).getUint32(0, true);
  const floats = new Float32Array(buffer.slice(byteOffset + 4, byteOffset + byteLength));
  const count = floats.length / dimension;
  return Array.from({ length: count }, (_, i) => floats.subarray(i * dimension, (i + 1) * dimension));
}

// writeVectors makes references up by drawing from the values of a real one, so
// that they have its length and its spread, and ends with the real one.
function writeVectors(file, real, count) {
  const dimension = real.length;
  const head = Buffer.alloc(4);
  head.writeUInt32LE(dimension);
  const floats = new Float32Array(count * dimension);
  let seed = 1;
  const draw = () => ((seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32) * dimension;
  for (let i = 0; i < floats.length - dimension; i++) floats[i] = real[Math.floor(draw())];
  floats.set(real, floats.length - dimension);
  writeFileSync(file, Buffer.concat([head, Buffer.from(floats.buffer)]), { mode: 0o600 });
}

// timed adds what work costs to a look under a name.
async function timed(look, name, work) {
  const cpu = process.cpuUsage();
  const wall = performance.now();
  const result = await work();
  const used = process.cpuUsage(cpu);
  look[name] = (used.user + used.system) / 1000;
  look.wall_ms += performance.now() - wall;
  return result;
}

const thrown = () => ({ faces: 0, threw: true });

// look finds and describes the face in one photograph.
async function look(photo, search) {
  const found = { found: false, faces: 0, wall_ms: 0, decode_cpu_ms: 0, describe_cpu_ms: 0, search_cpu_ms: 0 };
  const pixels = await timed(found, "decode_cpu_ms", () => contender.decode(readFileSync(photo)));
  const { faces, vector, threw, unsure } = await timed(found, "describe_cpu_ms", () => contender.describe(pixels).catch(thrown));
  found.faces = faces;
  found.threw = Boolean(threw);
  found.unsure = Boolean(unsure);
  found.found = Boolean(vector);
  if (found.found && search) found.score = await timed(found, "search_cpu_ms", () => contender.search(vector));
  if (found.found && !search) vectors.set(photo, Float32Array.from(vector));
  return found;
}

const looks = async (photos, search) => {
  const all = [];
  for (const photo of photos) all.push(await look(photo, search));
  return { looks: all };
};

const deeds = {
  look: ({ photos }) => looks(photos, false),
  check: ({ photos }) => looks(photos, true),
  compare: ({ pairs }) => ({
    scores: pairs.map(([a, b]) => (vectors.has(a) && vectors.has(b) ? contender.score(vectors.get(a), vectors.get(b)) : null)),
  }),
  enrol({ photos: [photo], file, count }) {
    if (!vectors.has(photo)) throw new Error(`no face was found in ${photo}`);
    writeVectors(file, vectors.get(photo), count);
    return { looks: [] };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  try {
    answer(await deeds[asked.do](asked));
  } catch (error) {
    answer({ error: String(error?.stack ?? error) }); // OpenCV.js throws numbers
  }
}
process.exit(0); // a runtime may keep threads

// Human under Node.js: its detector, its mesh of the face, a description of
// 1,024 floats, and its own match. Settings are its own configuration, laid over
// what is set here because nothing else of a face is asked for.

import { readFile } from "node:fs/promises";
import { backend, central, decode, folder, require, version } from "./pixels.mjs";

// Human fetches its models. The address stands for its folder.
const address = "http://human/";
const fetchFromNetwork = globalThis.fetch;
globalThis.fetch = async (url, options) => {
  if (!String(url).startsWith(address)) return fetchFromNetwork(url, options);
  return new Response(await readFile(folder("@vladmandic/human", "models", String(url).slice(address.length))));
};

function configuration({ face, ...rest }) {
  return {
    backend: "wasm",
    wasmPath: folder("@tensorflow/tfjs-backend-wasm", "dist") + "/",
    modelBasePath: address,
    cacheSensitivity: 0, // each photograph is another: nothing of the last may be kept
    warmup: "none",
    debug: false,
    face: { emotion: { enabled: false }, ...face },
    body: { enabled: false },
    hand: { enabled: false },
    gesture: { enabled: false },
    ...rest,
  };
}

export async function open(settings) {
  const { Human } = require(folder("@vladmandic/human", "dist", "human.node-wasm.js"));
  const human = new Human(configuration(settings));
  await backend(human.tf);
  await human.load();
  let enrolled;

  return {
    versions: { package: `@vladmandic/human ${human.version}`, runtime: `TensorFlow.js ${version("@tensorflow/tfjs-core")}` },
    decode,
    async describe({ rgb, width, height }) {
      const picture = human.tf.tensor3d(rgb, [height, width, 3], "int32");
      const { face, error } = await human.detect(picture);
      human.tf.dispose(picture);
      if (error) throw new Error(error);
      const described = face.filter((f) => f.embedding?.length > 0);
      if (described.length === 0) return { faces: 0 };
      return { faces: face.length, vector: described[central(described.map(({ box }) => box), width, height)].embedding };
    },
    // A similarity above 0.5 is a match, says its documentation: with its default
    // options that is a distance of 2,500. The similarity itself is rounded and cut
    // off, so that the distance tells more.
    threshold: -2500,
    score: (a, b) => -human.match.distance(a, b),
    enrol(vectors) {
      enrolled = vectors;
    },
    search: (vector) => -human.match.find(Array.from(vector), enrolled).distance,
  };
}

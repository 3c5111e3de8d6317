// The pipeline that the default models are published with, by bench/js: detect,
// landmarks, features of 512 floats, presentation attack. It has no matcher that
// works (bench/js/README.md), so vectors are compared by their cosine.
// Settings are {models}, another folder with its model files.

import { fileURLToPath } from "node:url";
import { open as openPipeline, version } from "../js/pipeline.mjs";
import { central } from "./pixels.mjs";

// sides turns the i-th box, of which the package keeps the corners in a row, into
// [left, top, width, height].
function sides(boxes, i) {
  const [left, top, right, bottom] = boxes.data.slice(4 * i, 4 * i + 4);
  return [left, top, right - left, bottom - top];
}

// unit gives a vector the length of one, so that a dot product is the cosine.
function unit(vector) {
  const length = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));
  return vector.map((x) => x / length);
}

function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

export async function open(settings) {
  const models = settings.models && fileURLToPath(new URL("../../" + settings.models, import.meta.url));
  const pipeline = await openPipeline({ models });
  let enrolled;

  return {
    versions: { package: `faceplugin-face-recognition-js ${version("faceplugin-face-recognition-js")}`, runtime: `ONNX Runtime Web ${version("onnxruntime-web")}` },
    decode: pipeline.decode,
    async describe(canvas) {
      pipeline.show(canvas);
      const { bbox, size } = await pipeline.detect();
      if (size === 0) return { faces: 0 };
      const points = await pipeline.landmark(bbox);
      const features = await pipeline.extract(points);
      let threw = false;
      try {
        await pipeline.liveness(bbox);
      } catch {
        threw = true; // OpenCV.js refuses some of the package's crops; the features are good
      }
      const subject = central(Array.from({ length: size }, (_, i) => sides(bbox, i)), canvas.width, canvas.height);
      return { faces: size, threw, vector: unit(features[subject].output.data) };
    },
    score: dot,
    enrol(vectors) {
      enrolled = vectors;
    },
    search(vector) {
      let best = -Infinity;
      for (const other of enrolled) best = Math.max(best, dot(vector, other));
      return best;
    },
  };
}

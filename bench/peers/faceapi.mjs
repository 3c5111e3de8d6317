// face-api under Node.js: detect, 68 landmarks, a descriptor of 128 floats, and
// its own FaceMatcher. Settings are {detector, options, central}
// and usual, the confidence that the detector asks for by default.

import { backend, central, decode, folder, require, version } from "./pixels.mjs";

export async function open(settings) {
  const tf = require("@tensorflow/tfjs");
  const faceapi = require(folder("@vladmandic/face-api", "dist", "face-api.node-wasm.js"));
  await backend(tf);
  const detector = {
    tiny: { net: "tinyFaceDetector", options: "TinyFaceDetectorOptions" },
    ssd: { net: "ssdMobilenetv1", options: "SsdMobilenetv1Options" },
  }[settings.detector];
  const options = new faceapi[detector.options](settings.options);
  for (const net of [detector.net, "faceLandmark68Net", "faceRecognitionNet"]) {
    await faceapi.nets[net].loadFromDisk(folder("@vladmandic/face-api", "model"));
  }
  let matcher;

  return {
    versions: { package: `@vladmandic/face-api ${version("@vladmandic/face-api")}`, runtime: `TensorFlow.js ${version("@tensorflow/tfjs")}` },
    decode,
    async describe({ rgb, width, height }) {
      const picture = tf.tensor3d(rgb, [height, width, 3], "int32");
      try {
        if (!settings.central) {
          const face = await faceapi.detectSingleFace(picture, options).withFaceLandmarks().withFaceDescriptor();
          return { faces: face ? 1 : 0, vector: face?.descriptor };
        }
        const boxes = await faceapi.detectAllFaces(picture, options);
        if (boxes.length === 0) return { faces: 0 };
        const subject = boxes[central(boxes.map(({ box: b }) => [b.x, b.y, b.width, b.height]), width, height)];
        // The same steps as above, from a face that is already found.
        const found = faceapi.extendWithFaceDetection({}, subject);
        const task = new faceapi.DetectSingleFaceLandmarksTask(Promise.resolve(found), picture, false);
        return { faces: boxes.length, unsure: subject.score < settings.usual, vector: (await task.withFaceDescriptor()).descriptor };
      } finally {
        picture.dispose();
      }
    },
    // A match is a distance below 0.6, FaceMatcher's default.
    threshold: -0.6,
    score: (a, b) => -faceapi.euclideanDistance(a, b),
    enrol(vectors) {
      matcher = new faceapi.FaceMatcher(vectors.map((v, i) => new faceapi.LabeledFaceDescriptors(String(i), [v])));
    },
    search: (vector) => -matcher.findBestMatch(vector).distance,
  };
}

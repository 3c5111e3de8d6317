// Reads QR codes as the kiosk page does, by the same files, for go run ./bench qr.
//
//   node zxing.mjs DIR
//
// DIR holds zxing_reader.js and zxing_reader.wasm. Frames come in on standard
// input: width and height as 32-bit little-endian numbers, then a byte of luma for
// each pixel. For each one a line goes out: the texts and the processor's time.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import vm from "node:vm";

const folder = process.argv[2];
globalThis.ImageData = class {
  constructor(data, width, height) {
    Object.assign(this, { data, width, height });
  }
};
vm.runInThisContext(readFileSync(join(folder, "zxing_reader.js"), "utf8") + "\nglobalThis.ZXingWASM = ZXingWASM;");
await ZXingWASM.prepareZXingModule({
  overrides: { wasmBinary: readFileSync(join(folder, "zxing_reader.wasm")) },
  fireImmediately: true,
});
const options = { formats: ["QRCode"], tryHarder: true, tryInvert: false, maxNumberOfSymbols: 2 }; // as web/src/shared/reader.ts

async function read(width, height, grey) {
  const pixels = new Uint8ClampedArray(4 * grey.length).fill(255);
  for (let i = 0; i < grey.length; i++) pixels[4 * i] = pixels[4 * i + 1] = pixels[4 * i + 2] = grey[i];
  const before = process.cpuUsage();
  const found = await ZXingWASM.readBarcodes(new ImageData(pixels, width, height), options);
  const used = process.cpuUsage(before);
  const texts = found.filter((code) => code.isValid).map((code) => code.text);
  return { texts, cpu_ms: (used.user + used.system) / 1000 };
}

let waiting = Buffer.alloc(0);
for await (const chunk of process.stdin) {
  waiting = Buffer.concat([waiting, chunk]);
  while (waiting.length >= 8) {
    const [width, height] = [waiting.readUInt32LE(0), waiting.readUInt32LE(4)];
    if (waiting.length < 8 + width * height) break;
    const result = await read(width, height, waiting.subarray(8, 8 + width * height));
    waiting = waiting.subarray(8 + width * height);
    process.stdout.write(JSON.stringify(result) + "\n");
  }
}

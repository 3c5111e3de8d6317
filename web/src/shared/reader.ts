// The worker that looks for QR codes. It gets pixels, looks for square codes
// and nothing else, overwrites the pixels and answers with texts. It opens no
// connection but to load the reader itself.

interface Found { text: string; isValid: boolean }
interface Library {
  prepareZXingModule(options: object): Promise<unknown>;
  readBarcodes(picture: ImageData, options: object): Promise<Found[]>;
}
declare const ZXingWASM: Library;
declare function importScripts(...urls: string[]): void;
declare function postMessage(message: Answer): void;

export interface Question { pixels: ArrayBuffer; width: number; height: number }
export type Answer = { kind: "ready" } | { kind: "failed"; why: string } | { kind: "texts"; texts: string[] };

const options = { formats: ["QRCode"], tryHarder: true, tryInvert: false, maxNumberOfSymbols: 2 };

async function start(): Promise<void> {
  try {
    importScripts(new URL("zxing/zxing_reader.js", location.href).href);
    await ZXingWASM.prepareZXingModule({ overrides: { locateFile: () => new URL("zxing/zxing_reader.wasm", location.href).href }, fireImmediately: true });
    postMessage({ kind: "ready" });
  } catch (error) {
    postMessage({ kind: "failed", why: String(error) });
  }
}

async function look({ pixels, width, height }: Question): Promise<void> {
  const view = new Uint8ClampedArray(pixels);
  let texts: string[] = [];
  try {
    const found = await ZXingWASM.readBarcodes(new ImageData(view, width, height), options);
    texts = found.filter((code) => code.isValid).map((code) => code.text);
  } catch {
    // A frame that cannot be read is a frame without a code.
  }
  view.fill(0);
  postMessage({ kind: "texts", texts });
}

self.onmessage = (event: MessageEvent<Question>) => void look(event.data);
void start();

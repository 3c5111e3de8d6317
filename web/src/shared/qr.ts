// Draws QR codes with the library below zxing/, as SVG paths: sharp at any size.

interface Encoder {
  addData(data: string, mode: "Numeric" | "Alphanumeric" | "Byte"): void;
  make(): void;
  getModuleCount(): number;
  isDark(row: number, column: number): boolean;
}
declare const qrcode: (version: 0, level: "L" | "M") => Encoder;

let loading: Promise<void> | null = null;

function library(): Promise<void> {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = "zxing/qrcode.js";
    script.onload = () => resolve();
    script.onerror = () => reject(new Error("cannot draw codes"));
    document.head.append(script);
  });
  return loading;
}

/** Draws a text; `label` is what a screen reader says. The quiet zone is 4 modules. */
export async function drawCode(text: string, label: string, level: "L" | "M" = "L"): Promise<SVGSVGElement> {
  await library();
  const code = qrcode(0, level);
  code.addData(text, /^[0-9A-Z $%*+\-./:]*$/.test(text) ? "Alphanumeric" : "Byte");
  code.make();
  const n = code.getModuleCount();
  let path = "";
  for (let row = 0; row < n; row++) {
    for (let from = 0; from < n; from++) {
      if (!code.isDark(row, from)) continue;
      let to = from + 1;
      while (to < n && code.isDark(row, to)) to++;
      path += `M${from + 4} ${row + 4}h${to - from}v1h-${to - from}z`;
      from = to;
    }
  }
  return draw(n + 8, path, label);
}

function draw(size: number, path: string, label: string): SVGSVGElement {
  const make = (name: string, attributes: Record<string, string>): SVGElement => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  const svg = make("svg", { viewBox: `0 0 ${size} ${size}`, role: "img", "aria-label": label, "shape-rendering": "crispEdges", class: "code" });
  svg.append(make("rect", { width: String(size), height: String(size), fill: "#fff" }), make("path", { d: path, fill: "#000" }));
  return svg as SVGSVGElement;
}

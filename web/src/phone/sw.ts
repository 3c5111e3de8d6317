// Keeps the page on the phone, so that it works without a network: what is
// kept is answered at once, and renewed for the next time where there is one.

interface Worker {
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
  addEventListener(type: "install" | "activate", listener: (e: { waitUntil(p: Promise<unknown>): void }) => void): void;
  addEventListener(type: "fetch", listener: (e: { request: Request; respondWith(p: Promise<Response>): void; waitUntil(p: Promise<unknown>): void }) => void): void;
}
const worker = self as unknown as Worker;
const shelf = "facelatch-phone-1";
const files = ["./", "phone.js", "reader.js", "style.css", "icon.svg", "manifest.webmanifest", "zxing/qrcode.js", "zxing/zxing_reader.js", "zxing/zxing_reader.wasm"];

worker.addEventListener("install", (e) => e.waitUntil(caches.open(shelf).then((c) => c.addAll(files)).then(() => worker.skipWaiting())));
worker.addEventListener("activate", (e) =>
  e.waitUntil(caches.keys().then((all) => Promise.all(all.filter((k) => k.startsWith("facelatch-phone-") && k !== shelf).map((k) => caches.delete(k)))).then(() => worker.clients.claim())));

worker.addEventListener("fetch", (e) => {
  if (e.request.method !== "GET" || new URL(e.request.url).origin !== location.origin) return;
  const fresh = async (): Promise<Response> => {
    const answer = await fetch(e.request);
    const cache = await caches.open(shelf);
    if (answer.ok && (await cache.match(e.request, { ignoreSearch: true }))) await cache.put(e.request, answer.clone());
    return answer;
  };
  const kept = caches.match(e.request, { ignoreSearch: true });
  e.respondWith(kept.then((answer) => answer ?? fresh()));
  e.waitUntil(kept.then((answer) => (answer ? fresh().then(() => undefined, () => undefined) : undefined)));
});

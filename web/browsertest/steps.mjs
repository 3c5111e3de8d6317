// Runs the phone's encoding, bundled for node, over the vectors of
// spec/vectors/presentation.json.
const { module, vectors } = JSON.parse(process.argv[2]);
const phone = await import(module);
const hex = (bytes) => Buffer.from(bytes).toString("hex");
const bytes = (text) => new Uint8Array(Buffer.from(text, "hex"));
for (const v of vectors) {
  const failures = [];
  const asked = v.asked.nonce ? { nonce: bytes(v.asked.nonce) } : { door: bytes(v.asked.door) };
  const presented = phone.payload(phone.passBytes(v.steps.pass), Date.parse(v.steps.signed) / 1000, asked);
  if (hex(presented) !== v.steps.payload) failures.push(`payload ${hex(presented)}`);
  const signed = phone.toBeSigned(presented);
  if (hex(signed) !== v.steps.to_be_signed) failures.push(`to be signed ${hex(signed)}`);
  const message = phone.message(presented, phone.lowS(bytes(v.steps.signature)));
  if (hex(message) !== v.bytes) failures.push(`message ${hex(message)}`);
  console.log(JSON.stringify({ name: v.name, failures }));
}
const order = BigInt("0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
const failures = [];
for (const s of [1n, order / 2n, order / 2n + 1n, order - 1n]) {
  const low = BigInt("0x" + hex(phone.lowS(bytes("11".repeat(32) + s.toString(16).padStart(64, "0")))).slice(64));
  if (low > order / 2n || (low !== s && low !== order - s)) failures.push(`${s} becomes ${low}`);
}
console.log(JSON.stringify({ name: "low-s", failures }));

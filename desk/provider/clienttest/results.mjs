// A relying party built on jose and @sd-jwt/sd-jwt-vc: it verifies results of both
// formats with the desk's published keys. Its one argument is JSON; what it found it
// prints as JSON.
import { createHash, randomBytes } from 'node:crypto';
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc';
import { compactVerify, createLocalJWKSet, jwtVerify } from 'jose';

const it = JSON.parse(process.argv[2]);
const keys = createLocalJWKSet(it.keys);
const now = new Date(it.now * 1000);

const found = {};
const jwt = await jwtVerify(it.jwt, keys, { issuer: it.issuer, audience: it.party, algorithms: ['ES256'], typ: 'JWT', currentDate: now });
found.jwt = jwt.payload;

const vc = new SDJwtVcInstance({
  hasher: (data, alg) => new Uint8Array(createHash(alg.replace('sha-', 'sha')).update(typeof data === 'string' ? data : new Uint8Array(data)).digest()),
  hashAlg: 'sha-256',
  saltGenerator: () => randomBytes(16).toString('base64url'),
  verifier: async (data, signature) => Boolean(await compactVerify(`${data}.${signature}`, keys, { algorithms: ['ES256'] })),
  statusListFetcher: async (uri) => it.lists[uri],
  statusVerifier: async (data, signature) => Boolean(await compactVerify(`${data}.${signature}`, keys, { algorithms: ['ES256'] })),
});
for (const [name, token] of Object.entries(it.vcs)) {
  try {
    found[name] = (await vc.verify(token, { currentDate: it.now })).payload;
  } catch (e) {
    found[name] = { refused: String(e.message) };
  }
}
console.log(JSON.stringify(found));

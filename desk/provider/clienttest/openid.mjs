// A relying party built on openid-client: it sends a browser to a desk, and takes
// the ID Token. Its one argument is JSON; what it found it prints as JSON.
import * as client from 'openid-client';

const it = JSON.parse(process.argv[2]);

const authenticate = { post: client.ClientSecretPost, basic: client.ClientSecretBasic, none: () => client.None() }[it.method];
const config = await client.discovery(new URL(it.issuer), it.id, undefined, authenticate(it.secret));
const verifier = client.randomPKCECodeVerifier();
const nonce = client.randomNonce();
const state = client.randomState();
let at = client.buildAuthorizationUrl(config, {
  redirect_uri: it.redirect, scope: 'openid', state, nonce, claims: it.claims, max_age: '600', ui_locales: 'zh-CN en',
  code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
});

// The browser: it follows until it is sent away from the desk, and keeps cookies.
const cookies = new Map();
while (at.href.startsWith(it.issuer)) {
  const answer = await fetch(at, { redirect: 'manual', headers: { cookie: [...cookies].map((c) => c.join('=')).join('; ') } });
  for (const set of answer.headers.getSetCookie()) {
    const [name, value] = set.split(';')[0].split('=');
    cookies.set(name, value);
  }
  if (answer.status !== 303) {
    throw new Error(`the browser stays at a page: ${answer.status}`);
  }
  at = new URL(answer.headers.get('location'), at);
}

const grant = () => client.authorizationCodeGrant(config, at, { pkceCodeVerifier: verifier, expectedNonce: nonce, expectedState: state, maxAge: 600, idTokenExpected: true });
const found = {};
try {
  found.claims = (await grant()).claims();
  found.nonce = nonce;
  await grant().catch((e) => { found.again = e.error; });
} catch (e) {
  found.error = e.error;
  found.description = e.error_description;
}
console.log(JSON.stringify(found));

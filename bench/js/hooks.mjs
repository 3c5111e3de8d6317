// Module hooks that let Node.js load the package's sources as they are. They
// are ES modules without a file extension in their imports and without
// "type": "module", because they are meant for a bundler; what a bundler would
// do for them, and no more, is done here.

const sources = "/faceplugin-face-recognition-js/lib/";

export async function resolve(specifier, context, next) {
  const relative = specifier.startsWith("./") && context.parentURL?.includes(sources);
  return next(relative ? specifier + ".js" : specifier, context);
}

export async function load(url, context, next) {
  return next(url, url.includes(sources) ? { ...context, format: "module" } : context);
}

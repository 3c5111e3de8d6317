// Our own drawings, on a square of 200 units: thick lines in the text's
// colour, with one flat surface ("fill") behind them. Classes that begin with
// "move" are animated by the style sheet, gently, and only for people who have
// not asked for less motion.

/** A drawing of what is inside. */
export const svg = (inside: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200" fill="none" stroke="currentColor" stroke-width="7" stroke-linecap="round" stroke-linejoin="round">${inside}</svg>`;

const squares = (x: number, y: number, s: number): string =>
  [[0, 0], [2, 0], [0, 2], [1, 1], [2, 2]].map(([i, j]) => `<rect x="${x + i! * s}" y="${y + j! * s}" width="${s}" height="${s}" fill="currentColor" stroke="none"/>`).join("");

const card = (x: number, y: number): string =>
  `<rect x="${x}" y="${y}" width="96" height="64" rx="9" class="fill"/>${squares(x + 13, y + 14, 12)}<path d="M${x + 62} ${y + 22}h20M${x + 62} ${y + 40}h14"/>`;

const face = `<circle cx="100" cy="100" r="50" class="fill"/><path d="M82 90v6M118 90v6M82 119q18 15 36 0"/>`;

export const pictures = {
  wait: svg(`${card(52, 68)}<path d="M40 100h120" class="move-scan"/>`),
  face: svg(face),
  opened: svg(
    `<path d="M48 178V34a6 6 0 0 1 6-6h92a6 6 0 0 1 6 6v144"/><path d="M54 34l56 18v140l-56-20z" class="fill move-swing"/><circle cx="98" cy="122" r="4" fill="currentColor"/><path d="M24 178h24M152 178h24"/>`,
  ),
  tick: svg(`<circle cx="100" cy="100" r="86" class="fill"/><path d="M58 104l30 30 56-66" stroke-width="18" class="move-draw" pathLength="1"/>`),
  again: svg(`${card(52, 68)}<path d="M172 76A80 80 0 0 0 30 70M28 124a80 80 0 0 0 142 6"/><path d="M30 40v30h30M170 160v-30h-30"/>`),
  help: svg(
    `<circle cx="72" cy="74" r="28" class="fill"/><path d="M24 172c0-34 20-52 48-52s48 18 48 52"/><path d="M122 26h48a10 10 0 0 1 10 10v34a10 10 0 0 1-10 10h-22l-18 18V80h-8a10 10 0 0 1-10-10V36a10 10 0 0 1 10-10z" class="fill"/><path d="M138 44q8-10 15 0t-7 14v3M146 70v.5"/>`,
  ),
  clock: svg(`<circle cx="100" cy="100" r="76" class="fill"/><path d="M100 54v46l30 20"/><path d="M100 32v4M100 164v4M32 100h4M164 100h4"/>`),
  other: svg(
    `${card(14, 30)}<rect x="112" y="86" width="74" height="96" rx="10" class="fill"/>${[0, 1, 2].flatMap((r) => [0, 1, 2].map((c) => `<circle cx="${130 + c * 19}" cy="${108 + r * 24}" r="5" fill="currentColor" stroke="none"/>`)).join("")}<path d="M56 112v36h36M78 134l14 14-14 14"/>`,
  ),
  hourglass: svg(`<path d="M56 26h88M56 174h88M66 26c0 44 68 44 68 74s-68 30-68 74M134 26c0 44-68 44-68 74s68 30 68 74"/><path d="M84 64h32L100 84zM74 172c0-22 52-22 52 0z" class="fill" stroke="none"/>`),
  lock: svg(`<path d="M62 92V66a38 38 0 0 1 76 0v26"/><rect x="44" y="92" width="112" height="84" rx="14" class="fill"/><circle cx="100" cy="126" r="9"/><path d="M100 135v18"/>`),
  latch: svg(`<path d="M40 178V28h84v150z" class="fill"/><path d="M24 178h120"/><circle cx="104" cy="108" r="5"/><path d="M124 108h26M168 84v32M168 138v1" stroke-width="10"/>`),
  unplugged: svg(`<path d="M18 118h30a22 22 0 0 0 22-22V84M182 82h-30a22 22 0 0 0-22 22v12"/><path d="M52 50h36v34H52zM112 116h36v34h-36z" class="fill"/><path d="M60 50V34M80 50V34M122 150v16M140 150v16"/>`),
  blind: svg(`<path d="M30 66h34l12-18h48l12 18h34a6 6 0 0 1 6 6v78a6 6 0 0 1-6 6H30a6 6 0 0 1-6-6V72a6 6 0 0 1 6-6z" class="fill"/><circle cx="100" cy="108" r="28"/><path d="M28 176L172 32" stroke-width="12"/>`),
  tablet: svg(`<rect x="36" y="44" width="128" height="92" rx="12" class="fill"/><path d="M36 164h128"/><path d="M72 92l18 18 38-38"/>`),
  keys: svg(
    `<rect x="46" y="20" width="108" height="160" rx="14" class="fill"/>${[0, 1, 2, 3].flatMap((r) => [0, 1, 2].map((c) => `<circle cx="${72 + c * 28}" cy="${56 + r * 30}" r="7" fill="currentColor" stroke="none"/>`)).join("")}`,
  ),
  square: svg(`<path d="M24 60V30a6 6 0 0 1 6-6h30M140 24h30a6 6 0 0 1 6 6v30M176 140v30a6 6 0 0 1-6 6h-30M60 176H30a6 6 0 0 1-6-6v-30" stroke-width="13"/>${squares(55, 55, 30)}`),
  pass: svg(`<g transform="translate(-80 -80) scale(1.8)">${card(52, 68)}</g>`),
  globe: svg(`<circle cx="100" cy="100" r="76"/><path d="M24 100h152M100 24c-50 50-50 102 0 152 50-50 50-102 0-152z"/>`),
  speak: svg(`<path d="M30 78h32l44-36v116l-44-36H30z" class="fill"/><path d="M132 76c14 14 14 34 0 48M154 56c26 26 26 62 0 88"/>`),
  hush: svg(`<path d="M30 78h32l44-36v116l-44-36H30z" class="fill"/><path d="M134 80l40 40M174 80l-40 40"/>`),
  erase: svg(`<path d="M74 46h96a8 8 0 0 1 8 8v92a8 8 0 0 1-8 8H74L24 100z"/><path d="M102 80l40 40M142 80l-40 40"/>`),
  plain: svg(`${card(52, 48)}<path d="M40 150c10-12 26-12 36-4l24 14h34c12 0 12-16 0-18H108"/>`),
  faced: svg(`<g transform="translate(-40 10)">${card(52, 68)}</g><circle cx="150" cy="86" r="34" class="fill"/><path d="M139 80v4M161 80v4M139 98q11 9 22 0M106 164c4-24 20-36 44-36s40 12 44 36"/>`),
  done: svg(`<path d="M58 104l30 30 56-66" stroke-width="16"/>`),
  back: svg(`<path d="M120 40L60 100l60 60"/>`),
  hand: svg(`<path d="M64 120V58a11 11 0 0 1 22 0v36V40a11 11 0 0 1 22 0v54-44a11 11 0 0 1 22 0v50-30a11 11 0 0 1 22 0v52c0 36-20 54-48 54-30 0-42-16-54-42l-14-30c-4-10 8-18 16-8z" class="fill"/>`),
} as const;

export type Picture = keyof typeof pictures;

/** The frame of the idle screen, into which the ghost of a pass slides. */
export const frame = svg(
  `<g class="move-ghost" stroke="#fff" stroke-width="5"><rect x="42" y="62" width="116" height="76" rx="10" fill="#15191c" fill-opacity=".35"/><g fill="#fff" stroke="none">${squares(58, 78, 15).replaceAll("currentColor", "#fff")}</g><path d="M118 84h26M118 104h18"/></g>
  <g stroke="#fff" stroke-width="9"><path d="M14 54V22a8 8 0 0 1 8-8h32M146 14h32a8 8 0 0 1 8 8v32M186 146v32a8 8 0 0 1-8 8h-32M54 186H22a8 8 0 0 1-8-8v-32"/></g>`,
);

/** A ring that fills while the person may still say no, with a face in it. */
export const ring = svg(`${face}<circle cx="100" cy="100" r="84" class="track"/><circle cx="100" cy="100" r="84" class="timer" pathLength="1" transform="rotate(-90 100 100)"/>`);

/** The outline for a face; all around it is light, which also lights the face. */
export const outline = svg(
  `<path d="M-50-50h300v300h-300zM100 22c-34 0-54 28-54 66 0 46 26 88 54 88s54-42 54-88c0-38-20-66-54-66z" fill="#fbfaf6" fill-opacity=".78" fill-rule="evenodd" stroke="none"/>
  <path d="M100 22c-34 0-54 28-54 66 0 46 26 88 54 88s54-42 54-88c0-38-20-66-54-66z" stroke="#15191c" stroke-width="3"/>
  <path d="M100 22c34 0 54 28 54 66 0 46-26 88-54 88s-54-42-54-88c0-38 20-66 54-66z" class="timer" pathLength="1" stroke-width="6"/>`,
);

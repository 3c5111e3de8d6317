// What a door or a desk asks for before the camera.

import { svg } from "./pictures";

// A head that is turned to the left of the picture, as in a mirror, and an arrow below.
const turning = `<path d="M62 56Q20 98 36 104q10 4 26 2"/><circle cx="104" cy="82" r="56" class="fill"/><path d="M72 64v9M104 64v9M66 110q16 9 30 0"/><path d="M178 150q-72 42-144 6" stroke-width="14"/><path d="M40 190l-14-36 38-8" stroke-width="14"/>`;

/** By the name of what is asked for. */
export const asked: Record<string, string> = {
  "turn-left": svg(`<g class="move-left">${turning}</g>`),
  "turn-right": svg(`<g transform="matrix(-1 0 0 1 200 0)"><g class="move-left">${turning}</g></g>`),
  "come-closer": svg(
    `<circle cx="100" cy="100" r="60" class="fill"/><path d="M80 88v9M120 88v9M78 122q22 17 44 0"/><path d="M42 42L14 14M158 42l28-28M42 158L14 186M158 158l28 28" stroke-width="12"/><path d="M14 40V14h26M160 14h26v26M40 186H14v-26M186 160v26h-26" stroke-width="12"/>`,
  ),
};

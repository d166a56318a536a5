/** Role: what is wrong with Keeper itself, or with the machine that one looks from. */
import type { Plant } from './plants-plant.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

export const keeperPlants: readonly Plant[] = [
  {
    name: 'timer-silent',
    what: 'the timer has been silent for two hours after a registration was due',
    finds: 'tick',
    plant: ({ clock, nextLooks }) => clock.jumpTo(Math.min(...nextLooks) + 2 * hourMs),
  },
  {
    name: 'sign-in-not-set-up',
    what: 'KEEPER_AUDIENCE is not set',
    finds: 'sign-in',
    plant: ({ settings }) => {
      settings['KEEPER_AUDIENCE'] = '';
    },
  },
  {
    name: 'clock-off',
    what: "this machine's clock is five minutes ahead",
    finds: 'clock',
    plant: (ground) => {
      ground.aheadMs = 5 * minuteMs + 1_000;
    },
  },
];

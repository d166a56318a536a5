/** Role: each part registers the functions of its part, and so has no other way in. */
import { describe, expect, it } from 'vitest';
import { registeredBy } from './infra-needs.ts';

const web = registeredBy('web');
const worker = registeredBy('worker');
const all = registeredBy('all');

describe('the web part', () => {
  it('answers people and is called by nothing else', () => {
    expect(new Set(web.map(({ type }) => type))).toEqual(new Set(['httpTrigger']));
  });
});

describe('the worker part', () => {
  it('answers nobody over HTTP', () => {
    expect(worker.filter(({ type }) => type === 'httpTrigger')).toEqual([]);
  });

  it('has the timers, the events and the queues', () => {
    const triggers = worker.map(({ name, type }) => `${type} ${name}`).toSorted();
    expect(triggers).toEqual([
      'eventGridTrigger vaultEvent',
      'queueTrigger poison',
      'queueTrigger work',
      'timerTrigger checkpoint',
      'timerTrigger tick',
    ]);
  });
});

describe('both parts together', () => {
  it('have each function of the product once', () => {
    const names = [...web, ...worker].map(({ name }) => name).toSorted();
    expect(names).toEqual(all.map(({ name }) => name).toSorted());
  });
});

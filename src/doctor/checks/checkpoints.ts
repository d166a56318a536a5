/** Checkpoints of the audit log are made: one a day. */
import { dayMs } from '../../core/limits.ts';
import { blocked, duration, fine, instant, notSeen, wrong, type Check } from '../check.ts';

const lateMs = 2 * dayMs;

export const checkpoints: Check = {
  id: 'checkpoints',
  group: 'storage',
  title: 'A checkpoint of the audit log is made each day',
  runbook: 'no-checkpoint',
  leansOn: ['signing-key'],
  look({ evidence: { checkpointAt, heads, at }, settings }) {
    if (settings.checkpointKey === undefined) return [blocked('signing-key')];
    const mend = ['keeper audit checkpoint    # tells what stands in its way'];
    switch (checkpointAt.kind) {
      case 'unknown': {
        const needs = 'Storage Blob Data Reader on the container checkpoints';
        return [notSeen('Storage', checkpointAt.fault, { needs })];
      }
      case 'absent': {
        const looks = heads.kind === 'known' ? heads.value.map((one) => one.lookedAt) : [];
        const isYoung = looks.every((one) => one > at - lateMs);
        if (isYoung) return [fine('none yet: Keeper is younger than two days')];
        return [wrong('none was ever made', mend)];
      }
      case 'known': {
        const ageMs = at - checkpointAt.value;
        if (ageMs <= lateMs) return [fine(`the last one ${instant(checkpointAt.value)}`)];
        return [wrong(`the last one is ${duration(ageMs)} old`, mend)];
      }
    }
  },
};

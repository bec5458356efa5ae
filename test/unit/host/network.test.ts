// What the bridge knows of the network: which addresses this machine has, and whether they are other ones than before.
import { networkInterfaces } from 'node:os';
import { expect, it } from 'vitest';
import { nodeHost } from '../../../src/host.js';

it('is named by the addresses that others can reach, in one order', () => {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const outward = addresses.filter(({ internal }) => !internal).map(({ address }) => address);
  expect(nodeHost().network().split(' ').filter(Boolean)).toEqual(outward.toSorted());
  expect(nodeHost().network()).not.toContain('127.0.0.1');
});

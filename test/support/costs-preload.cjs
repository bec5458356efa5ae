// Loaded into a process before anything else: tells what it has cost. At its end the CPU time and the modules of Node that
// were loaded go to file descriptor 3; on request, by message, how much of its heap is used.
const fs = require('node:fs');
const { PerformanceObserver } = require('node:perf_hooks');

let collections = 0;
if (process.send !== undefined) {
  new PerformanceObserver((list) => {
    collections += list.getEntries().length;
  }).observe({ entryTypes: ['gc'] });
  process.on('message', () => process.send({ heapUsed: process.memoryUsage().heapUsed, collections }));
  process.channel.unref();
} else {
  process.once('exit', () => {
    const { user, system } = process.cpuUsage();
    const modules = process.moduleLoadList.filter((name) => name.startsWith('NativeModule '));
    fs.writeSync(3, JSON.stringify({ cpuMs: (user + system) / 1_000, modules: modules.map((name) => name.slice(13)) }));
  });
}

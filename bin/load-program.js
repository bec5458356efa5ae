// Loads dist/program.js, the whole program as one script, from compiled code where an earlier run of the same command has
// left some: that halves the start (docs/decisions/0013). Compiled code is taken from the user's own cache directory, and
// only if nobody else can write there; whatever is wrong with it, the program is compiled as ever.
'use strict';
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const vm = require('node:vm');
const { pathToFileURL } = require('node:url');

const OTHERS_MAY_WRITE = 0o022;
/** A bridge may be killed instead of ended: it leaves its compiled code once it has had time to do its work. */
const SETTLED_MS = 5_000;
const KEPT_DAYS = 30;
const DIGEST_BYTES = 32;

/** What src/main.ts exports. */
exports.loadProgram = function loadProgram() {
  const file = path.join(__dirname, '../dist/program.js');
  // The build has seen that it is ASCII.
  const source = fs.readFileSync(file, 'latin1');
  const cache = cacheFile(source);
  const cachedData = cache && compiledCode(cache);
  const script = new vm.Script(source, { filename: file, cachedData });
  const program = script.runInThisContext()(require, pathToFileURL(file).href);
  if (cache !== undefined && (cachedData === undefined || script.cachedDataRejected)) {
    const leave = once(() => leaveCompiledCode(cache, script));
    process.once('exit', leave);
    setTimeout(leave, SETTLED_MS).unref();
  }
  return program;
};

/** By build, engine and command, since each command compiles what it needs; undefined where there is to be none. */
function cacheFile(source) {
  const directory = cacheDirectory();
  const { NODE_DISABLE_COMPILE_CACHE: isOff, NODE_V8_COVERAGE: coverage } = process.env;
  if (directory === undefined || isOff || coverage) return undefined;
  const build = /^\/\*([0-9a-f]{16})\*\//.exec(source.slice(0, 20));
  if (build === null) return undefined;
  const word = process.argv[2] || '';
  const command = /^[a-z]+(-[a-z]+)?$/.test(word) && word.length <= 20 ? word : 'none';
  return path.join(directory, `${build[1]}-${process.version}-${process.arch}-${command}.bin`);
}

function cacheDirectory() {
  const { XDG_CACHE_HOME: xdg = '', LOCALAPPDATA: local = '' } = process.env;
  const home = os.homedir();
  if (process.platform === 'win32' && path.isAbsolute(local)) return path.join(local, 'mcpgw', 'Cache');
  if (process.platform !== 'darwin' && path.isAbsolute(xdg)) return path.join(xdg, 'mcpgw');
  if (!path.isAbsolute(home)) return undefined;
  if (process.platform === 'darwin') return path.join(home, 'Library', 'Caches', 'mcpgw');
  return path.join(home, '.cache', 'mcpgw');
}

function compiledCode(file) {
  let handle;
  try {
    if (!isOwn(fs.lstatSync(path.dirname(file)))) return undefined;
    handle = fs.openSync(file, fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW || 0));
    const stats = fs.fstatSync(handle);
    if (!stats.isFile() || !isOwn(stats)) return undefined;
    const kept = fs.readFileSync(handle);
    const code = kept.subarray(DIGEST_BYTES);
    return digestOf(code).equals(kept.subarray(0, DIGEST_BYTES)) ? code : undefined;
  } catch {
    return undefined;
  } finally {
    if (handle !== undefined) fs.closeSync(handle);
  }
}

/** The engine looks at the beginning alone: what a disk has lost in the middle would be run. */
function digestOf(code) {
  return createHash('sha256').update(code).digest();
}

/** Compiled code is run: it must be this user's own, and nobody else's to change. */
function isOwn(stats) {
  return process.getuid === undefined || (stats.uid === process.getuid() && (stats.mode & OTHERS_MAY_WRITE) === 0);
}

/** Never throws: a start that stays slow is no failure. */
function leaveCompiledCode(file, script) {
  const directory = path.dirname(file);
  const fresh = `${file}.${process.pid}`;
  try {
    fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
    if (!isOwn(fs.lstatSync(directory))) return;
    const code = script.createCachedData();
    fs.writeFileSync(fresh, Buffer.concat([digestOf(code), code]), { mode: 0o600, flag: 'wx' });
    fs.renameSync(fresh, file);
    for (const name of fs.readdirSync(directory)) removeWhenOld(path.join(directory, name));
  } catch {
    quietly(() => fs.rmSync(fresh, { force: true }));
  }
}

/** What other versions have left. */
function removeWhenOld(file) {
  const days = (Date.now() - fs.statSync(file).mtimeMs) / 86_400_000;
  if (days > KEPT_DAYS) fs.rmSync(file, { force: true });
}

function quietly(work) {
  try {
    work();
  } catch {
    // What cannot be removed stays.
  }
}

function once(work) {
  let isDone = false;
  return () => {
    if (!isDone) work();
    isDone = true;
  };
}

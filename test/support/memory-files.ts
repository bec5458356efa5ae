// Files of a Host that stand in memory, by absolute path; there are no others.
import { nodeHost, type Files } from '../../src/host.js';

export function memoryFiles(files: Readonly<Record<string, string>>): Files {
  return {
    ...nodeHost().files,
    readText: async (file) => {
      const text = files[file];
      if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
      return text;
    },
  };
}

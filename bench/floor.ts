// The least that a bridge could be: lines of stdin go to a server, its JSON answers to stdout, over the same parts that mcpgw
// uses. No policy, no session, no check, no bound: what a call costs when nothing is done for it. Words: the server's url.
import { openPool } from '../src/net/pool.js';

const url = new URL(process.argv[2] ?? '');
const pool = openPool(url.origin);
const headers = ['content-type', 'application/json', 'accept', 'application/json, text/event-stream'];
let rest = '';

process.stdin.setEncoding('utf8').on('data', (chunk: string) => {
  const lines = (rest + chunk).split('\n');
  rest = lines.pop() ?? '';
  for (const body of lines) {
    const chunks: Buffer[] = [];
    pool.dispatch(
      { path: url.pathname + url.search, method: 'POST', headers, body },
      {
        onRequestStart: () => undefined,
        onResponseStart: () => undefined,
        onResponseData: (_controller, piece: Buffer) => void chunks.push(piece),
        onResponseEnd: () => {
          if (chunks.length > 0) process.stdout.write(`${Buffer.concat(chunks).toString()}\n`);
        },
        onResponseError: (_controller, error) => {
          throw error;
        },
      },
    );
  }
});
process.stdin.once('end', () => process.exit());

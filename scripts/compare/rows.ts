// All rows, in the order of the table.
import { badLine } from './rows/bad-line.js';
import { cancel } from './rows/cancel.js';
import { downAtStart } from './rows/down-at-start.js';
import { eof } from './rows/eof.js';
import { loginMissing } from './rows/login-missing.js';
import { longCall } from './rows/long-call.js';
import { progress } from './rows/progress.js';
import { refusedLater } from './rows/refused-later.js';
import { restart } from './rows/restart.js';
import { sampling } from './rows/sampling.js';
import { sessionForgotten } from './rows/session-forgotten.js';
import { signals } from './rows/signals.js';
import type { Row } from './row.js';

export const ROWS: readonly Row[] = [
  restart,
  sessionForgotten,
  loginMissing,
  refusedLater,
  downAtStart,
  badLine,
  progress,
  cancel,
  sampling,
  longCall,
  eof,
  ...signals,
];

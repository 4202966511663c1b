// Loaded before a program of ours (`--import`): its wall clock is off by as many milliseconds as the file of the variable
// SOTTO_TEST_CLOCK says, and follows it. Timers and `performance.now()` stay as they are, as when a clock is set.
import { readFileSync, watchFile } from 'node:fs';

const path = process.env.SOTTO_TEST_CLOCK;
const SystemDate = Date;
let offsetMs = 0;

function readOffset() {
  offsetMs = Number(readFileSync(path, 'utf8'));
}

readOffset();
watchFile(path, { interval: 20, persistent: false }, readOffset);

globalThis.Date = class extends SystemDate {
  constructor(...values) {
    super(...(values.length === 0 ? [SystemDate.now() + offsetMs] : values));
  }

  static now() {
    return SystemDate.now() + offsetMs;
  }
};

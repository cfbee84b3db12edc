// Node's environment for a test file, once the machine has room for what the file starts. The wait lies outside the time limits of its tests.
import { constants, setPriority } from 'node:os';
import { TestEnvironment } from 'jest-environment-node';
import { freeSlots, slotsOf, takeSlots } from './slots.mjs';

export default class RoomEnvironment extends TestEnvironment {
  #path;
  #taken = [];

  constructor(config, context) {
    super(config, context);
    this.#path = context.testPath;
  }

  async setup() {
    await super.setup();
    const count = slotsOf(this.#path);
    prefer(count > 0);
    this.#taken = await takeSlots(count);
  }

  async teardown() {
    freeSlots(this.#taken);
    await super.teardown();
  }
}

/** What waits for deadlines goes before what computes. */
function prefer(isFirst) {
  try {
    setPriority(isFirst ? constants.priority.PRIORITY_NORMAL : 5);
  } catch {
    // Only a privileged user raises a priority again: then all files have the lower one.
  }
}

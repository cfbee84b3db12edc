// Node's environment for a test file. It waits until the machine has capacity for the processes of the file, before the time limits of its tests start.
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

/** Gives files that wait for deadlines precedence over those that compute. */
function prefer(isFirst) {
  try {
    setPriority(isFirst ? constants.priority.PRIORITY_NORMAL : 5);
  } catch {
    // Only a privileged user may raise a priority: without it all files have the lower one.
  }
}

import { execFile } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** Large writes first, then up to the last page of memory. */
const STEPS = [1024 * 1024, 4096];

/** A small file system of a test's own, in memory, which can be filled to its last byte. */
export class SmallDisk {
  private constructor(readonly path: string) {}

  /** Mounts it for a user. Returns why that is impossible: only root may mount, and not in every container. */
  static async mount(megabytes: number, owner: { readonly uid: number; readonly gid: number }): Promise<SmallDisk | string> {
    const path = await mkdtemp(join(tmpdir(), 'betrace-small-disk-'));
    const options = `size=${megabytes}m,mode=0700,uid=${owner.uid},gid=${owner.gid}`;
    try {
      await run('mount', ['-t', 'tmpfs', '-o', options, 'betrace-test', path]);
      return new SmallDisk(path);
    } catch (error) {
      await rm(path, { recursive: true, force: true });
      return `no file system can be mounted: ${(error as Error).message.trim()}`;
    }
  }

  /** Leaves no free byte. */
  fill(): void {
    for (const bytes of STEPS) {
      const part = Buffer.alloc(bytes, 1);
      for (;;) {
        try {
          appendFileSync(this.ballast, part);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
          break;
        }
      }
    }
  }

  /** Frees what `fill` took. */
  async free(): Promise<void> {
    await rm(this.ballast, { force: true });
  }

  async unmount(): Promise<void> {
    await run('umount', [this.path]);
    await rm(this.path, { recursive: true, force: true });
  }

  private get ballast(): string {
    return join(this.path, 'ballast');
  }
}

// The entry of a thread that runs one preview and ends. It yields to other threads before it loads its modules, which takes half a second of CPU time.
import { workerData } from 'node:worker_threads';
import { yieldToOthers } from './preview-pace.js';
import type { PreviewWork } from './preview-task.js';

// A paused thread that reads the memory log would block the writer, which takes precedence.
if (!(workerData as PreviewWork).settings.volatile) yieldToOthers();
// The executable's code is CommonJS: only its entries may wait outside of functions.
const { previewThread } = await import('./preview-thread.js');
await previewThread();

// In the browser what the checker of scripts asks of the sandbox: late-part-for.ts puts it there.
import { latePart } from './late-parts';

export const scriptProblem = (lua: string): string | undefined => latePart('scripts')?.scriptProblem(lua);

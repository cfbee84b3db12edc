// In the browser, the part of the sandbox that the checker of scripts needs: late-part-for.ts puts it there.
import { latePart } from './late-parts';

export const scriptProblem = (lua: string): string | undefined => latePart('scripts')?.scriptProblem(lua);

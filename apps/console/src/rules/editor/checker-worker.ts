// The entry of the worker that checks and formats during typing.
import { checkText, formatText, vocabulary } from '#ui/checker/check-text';
import { answerRequests } from '../../parts/browser/worker-asker';
import type { CheckerTask } from './checker';

answerRequests(({ kind, text }: CheckerTask) => (kind === 'check' ? checkText(text) : kind === 'format' ? formatText(text) : vocabulary));

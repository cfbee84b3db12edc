import type { PreviewView } from './preview.dto.js';
import type { PreviewJob } from './preview-jobs.js';

const iso = (milliseconds: number): string => new Date(milliseconds).toISOString();

export function previewView({ id, task, by, createdAt, state, startedAt, endedAt, progress, result, error }: PreviewJob): PreviewView {
  return {
    id,
    state,
    expression: task.rule.expression,
    created_at: iso(createdAt),
    created_by: by,
    ...(startedAt === undefined ? {} : { started_at: iso(startedAt) }),
    ...(endedAt === undefined ? {} : { ended_at: iso(endedAt) }),
    ...(progress === undefined ? {} : { progress }),
    ...(result === undefined ? {} : { result }),
    ...(error === undefined ? {} : { error: { code: error.code, message: error.message } }),
  };
}

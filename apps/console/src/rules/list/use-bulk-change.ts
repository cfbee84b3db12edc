import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { ApiProblem } from '#ui/api/problem';
import type { Rule, RuleMode } from '#ui/api/types';
import { exactCount, plural } from '#ui/format/count';
import { answered, client } from '../../api/client';
import { ifVersion, putInList, RULES } from '../../api/rule-queries';
import { useToast } from '../../shell/toasts';
import { keepDraft } from '../draft';

interface Progress {
  readonly done: number;
  readonly of: number;
}

const DID: Readonly<Record<RuleMode, string>> = { enforce: 'enforced', shadow: 'put in shadow', off: 'turned off' };

/** Statuses after which every other change would fail, too: no answer (0), or a missing sign-in. */
const ENDS_ALL: readonly number[] = [0, 401];

/**
 * Changes rules one by one, each at the version that was read: one that another person changed meanwhile is skipped and named. It ends early on demand, and
 * where the server does not answer; the rules that are left stay selected.
 */
export function useBulkChange() {
  const queries = useQueryClient();
  const say = useToast();
  const [progress, setProgress] = useState<Progress>();
  const stopped = useRef(false);

  /** Returns the rules that were not changed. */
  async function forEach<R extends { readonly id: string }>(
    rules: readonly R[],
    change: (rule: R) => Promise<Rule | undefined>,
    did: string,
    undo?: () => void,
  ) {
    const failed: { readonly rule: R; readonly why: string }[] = [];
    const changes = new Map<string, Rule>();
    const leave = (from: number, why: string): void => void failed.push(...rules.slice(from).map((rule) => ({ rule, why })));
    stopped.current = false;
    for (const [done, rule] of rules.entries()) {
      if (stopped.current) {
        leave(done, 'it was stopped');
        break;
      }
      setProgress({ done, of: rules.length });
      try {
        const after = await change(rule);
        if (after !== undefined) changes.set(rule.id, after);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        if (error instanceof ApiProblem && ENDS_ALL.includes(error.status)) {
          leave(done, why);
          break;
        }
        failed.push({ rule, why });
      }
    }
    putInList(queries, changes);
    setProgress(undefined);
    await queries.invalidateQueries({ queryKey: RULES });
    const changed = `${plural(rules.length - failed.length, 'rule was', 'rules were')} ${did}`;
    const [first] = failed;
    if (first === undefined) say(changed, undo);
    else say(`${changed}; ${exactCount(failed.length)} not. ${first.rule.id}: ${first.why}`);
    return failed.map(({ rule }) => rule.id);
  }

  const setMode = (rules: readonly Rule[], mode: RuleMode) => {
    const concerned = rules.filter((rule) => rule.mode !== mode);
    const undo = (): void =>
      void forEach(
        concerned,
        (rule) => answered(client.PATCH('/v1/rules/{id}', { params: { path: { id: rule.id } }, body: { mode: rule.mode } })),
        'put back',
      );
    return forEach(
      concerned,
      ({ id, version }) =>
        answered(client.PATCH('/v1/rules/{id}', { params: { path: { id }, header: ifVersion(version) }, body: { mode } })),
      DID[mode],
      undo,
    );
  };
  const tag = (rules: readonly Rule[], name: string) =>
    forEach(
      rules.filter(({ tags }) => !tags.includes(name)),
      ({ id, version, tags }) =>
        answered(client.PATCH('/v1/rules/{id}', { params: { path: { id }, header: ifVersion(version) }, body: { tags: [...tags, name] } })),
      `tagged ${name}`,
    );
  const remove = (rules: readonly Rule[]) =>
    forEach(
      rules,
      async ({ id, version }) => {
        await answered(client.DELETE('/v1/rules/{id}', { params: { path: { id }, header: ifVersion(version) } }));
        keepDraft(id, undefined);
        return undefined;
      },
      'deleted',
    );
  const stop = (): void => {
    stopped.current = true;
  };
  return { progress, stop, setMode, tag, remove };
}

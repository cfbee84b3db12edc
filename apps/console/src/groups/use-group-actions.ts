import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ViolationGroup } from '#ui/api/types';
import { answered, client } from '../api/client';
import { useToast } from '../shell/toasts';
import { GROUPS } from './group-queries';

export interface Mute {
  /** For the rule in all services, or only in the group's. */
  readonly everywhere: boolean;
  /** RFC 3339; absent: until a person ends it. */
  readonly until?: string;
  /** Whether it also ends when an hour has more violations than the last day had. */
  readonly untilWorse?: boolean;
  readonly note?: string;
}

/** The subject of a mute: the rule, or the rule in the service. */
export type Muted = Pick<ViolationGroup, 'rule_id' | 'rule_name' | 'service'>;

/** Returns what says that it was made. */
type Change = () => Promise<() => void>;

type MarkBody = { readonly kind: 'acknowledged' | 'unacknowledged' } | { readonly kind: 'note'; readonly note: string };

/**
 * Actions on a group. Each shows its result, with an undo if possible; a refusal is shown with its reason. Those with a text reject instead: the dialog that
 * has the text says why.
 */
export function useGroupActions() {
  const queries = useQueryClient();
  const say = useToast();
  const { mutateAsync: change } = useMutation({
    mutationFn: (make: Change) => make(),
    onSuccess: (done) => done(),
    onSettled: () => void queries.invalidateQueries({ queryKey: GROUPS }),
  });
  const changeOrSay = (make: Change): void => void change(make).catch((error: Error) => say(`Nothing was changed: ${error.message}`));
  const mark = ({ id }: ViolationGroup, body: MarkBody) =>
    answered(client.POST('/v1/violations/groups/{id}/marks', { params: { path: { id } }, body }));
  const endMute = (id: string) => answered(client.DELETE('/v1/mutes/{id}', { params: { path: { id } } }));
  const setAcknowledged = (group: ViolationGroup, acknowledged: boolean): void =>
    changeOrSay(async () => {
      await mark(group, { kind: acknowledged ? 'acknowledged' : 'unacknowledged' });
      const undo = (): void => setAcknowledged(group, !acknowledged);
      return () => say(`${nameOf(group)} is ${acknowledged ? 'acknowledged' : 'no longer acknowledged'}`, undo);
    });
  return {
    /** Acknowledges the group, or revokes that. */
    acknowledge: (group: ViolationGroup): void => setAcknowledged(group, group.acknowledged === undefined),
    note: (group: ViolationGroup, note: string): Promise<unknown> =>
      change(async () => {
        await mark(group, { kind: 'note', note });
        return () => say(`Noted at ${nameOf(group)}`);
      }),
    mute: (group: Muted, { everywhere, until, untilWorse, note }: Mute): Promise<unknown> =>
      change(async () => {
        const { rule_id, service } = group;
        const end = { ...(until === undefined ? {} : { until }), ...(untilWorse ? { until_worse: true } : {}) };
        const body = { rule_id, ...(everywhere ? {} : { service }), ...end, ...(note ? { note } : {}) };
        const { id } = await answered(client.POST('/v1/mutes', { body }));
        const undo = (): void =>
          changeOrSay(async () => {
            await endMute(id);
            return () => say(`${group.rule_name} is no longer muted`);
          });
        return () => say(`${group.rule_name} is muted ${everywhere ? 'in all services' : `in ${service}`}`, undo);
      }),
    unmute: (group: Muted): void =>
      changeOrSay(async () => {
        const { rule_id, service } = group;
        const query = { rule_id, active: true, limit: 1_000 };
        const { mutes } = await answered(client.GET('/v1/mutes', { params: { query } }));
        const ended = mutes.filter((mute) => mute.service === undefined || mute.service === service);
        for (const { id } of ended) await endMute(id);
        const wide = ended.some((mute) => mute.service === undefined);
        return () => say(`${group.rule_name} is no longer muted ${wide ? 'in all services' : `in ${service}`}`);
      }),
  };
}

const nameOf = ({ rule_name, service }: ViolationGroup): string => `${rule_name} in ${service}`;

/** The parts of the inbox, by their value in the URL: the API query of each. */
export const INBOXES = [
  { key: 'todo', text: 'To look at', asked: { acknowledged: false, muted: false } },
  { key: 'acknowledged', text: 'Acknowledged', asked: { acknowledged: true } },
  { key: 'muted', text: 'Muted', asked: { muted: true } },
  { key: 'all', text: 'All', asked: {} },
] as const;

export type Inbox = (typeof INBOXES)[number];

/** For an unknown value: the groups that are neither acknowledged nor muted. */
export const inboxOf = (key: string | null): Inbox => INBOXES.find((inbox) => inbox.key === key) ?? INBOXES[0];

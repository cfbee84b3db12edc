import { AppEvents } from '@grafana/data';
import { getAppEvents } from '@grafana/runtime';

/** Shows in Grafana's notifications what is not visible elsewhere. */
export const notifyDone = (text: string): void => getAppEvents().publish({ type: AppEvents.alertSuccess.name, payload: [text] });

/** Reports a failed action whose page or panel was left. */
export const notifyFailed = (text: string): void => getAppEvents().publish({ type: AppEvents.alertWarning.name, payload: [text] });
